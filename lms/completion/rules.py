"""What stands above a kind's rule of completion, and what is kept of its answer: pure functions."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from lms.contracts import Reason, Value
from lms.courses.rules import Assessment, ProgressFacts


def assess_membership(
    assessment: Assessment, *, left_on: date | None, last_day: date | None
) -> Assessment:
    """Take the certificate from whoever left before the group's last session.

    A share is counted of the sessions within one's own membership, so a single session attended
    and the place given up would otherwise be a full share.

    >>> met = Assessment(is_met=True)
    >>> assess_membership(met, left_on=date(2022, 9, 12), last_day=date(2022, 10, 24)).is_met
    False
    >>> assess_membership(met, left_on=date(2022, 10, 24), last_day=date(2022, 10, 24)).is_met
    True
    """
    if left_on is None or last_day is None or left_on >= last_day:
        return assessment
    left = Reason("left_the_group", {"on": left_on})
    return replace(
        assessment, is_met=False, can_still_be_met=False, reasons=(*assessment.reasons, left)
    )


def record_of(facts: ProgressFacts, assessment: Assessment) -> dict[str, Any]:
    """Give what was counted and answered on the day of confirmation, as values JSON knows.

    >>> record_of(ProgressFacts(held=8, attended=7), Assessment(is_met=True))["counted"]["attended"]
    7
    """
    return {
        "counted": _plain(asdict(facts)),
        "reasons": [
            {"code": reason.code, "is_met": reason.is_met, "values": _plain(reason.values)}
            for reason in assessment.reasons
        ],
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Value | tuple[date, ...]) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [day.isoformat() for day in value]
    return value
