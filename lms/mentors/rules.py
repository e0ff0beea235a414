"""Who gets a volunteer's credential, how hours are counted, and which checks run out soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lms.contracts import Reason, Verdict
from lms.courses.rules import Assessment
from lms.people.rules import EXPIRING_CHECKS, CheckFact, CheckKind

SOON = timedelta(days=30)


@dataclass(frozen=True)
class LedFacts:
    """What a mentor held in a module within the dates of assignment.

    :param sessions: sessions that were held.
    :param minutes: their minutes together.
    :param first: day of the first of them, ``last`` of the last.
    """

    sessions: int = 0
    minutes: int = 0
    first: date | None = None
    last: date | None = None


def academic_hours(minutes: int) -> int:
    """Count the hours that a document states: sixty minutes each, and never more than were held.

    >>> academic_hours(8 * 60), academic_hours(119)
    (8, 1)
    """
    return minutes // 60


def assess_credential(facts: LedFacts, clearance: Verdict, *, unprintable: str = "") -> Assessment:
    """Tell whether a mentor of a module gets the volunteer's credential, with the reasons.

    It is earned by one held session. The clearance is that of the last session held: a check
    that ran out later takes nothing away from the work that was done.

    :param unprintable: characters of the name that the paper's faces do not have.

    >>> assess_credential(LedFacts(), Verdict()).is_met
    False
    >>> led = LedFacts(8, 480, date(2022, 9, 5), date(2022, 10, 24))
    >>> assess_credential(led, Verdict()).is_met
    True
    """
    if facts.sessions < 1:
        return Assessment(is_met=False, reasons=(Reason("mentor_led_nothing"),))
    led = Reason(
        "mentor_led",
        {"sessions": facts.sessions, "hours": academic_hours(facts.minutes)},
        is_met=True,
    )
    if not clearance.is_allowed:
        return Assessment(is_met=False, reasons=(led, *clearance.objections))
    if unprintable:
        return Assessment(
            is_met=False, reasons=(led, Reason("mentor_name_unprintable", {"letters": unprintable}))
        )
    return Assessment(
        is_met=True, reasons=(led, Reason("mentor_was_cleared", {"on": facts.last}, is_met=True))
    )


def expiring_checks(checks: Iterable[CheckFact], *, on: date) -> tuple[CheckFact, ...]:
    """List the checks that hold on a day and run out within the next thirty days.

    A check that was renewed already is not listed: the one that holds longest decides.

    >>> soon = CheckFact(CheckKind.TRAINING, date(2021, 9, 20), date(2022, 9, 20))
    >>> renewed = CheckFact(CheckKind.TRAINING, date(2022, 9, 1), date(2023, 9, 1))
    >>> len(expiring_checks([soon], on=date(2022, 9, 5)))
    1
    >>> expiring_checks([soon, renewed], on=date(2022, 9, 5))
    ()
    """
    longest: dict[CheckKind, CheckFact] = {}
    endless: set[CheckKind] = set()
    for check in checks:
        if check.done_on > on:
            continue
        if check.expires_on is None:
            if check.kind not in EXPIRING_CHECKS:
                endless.add(check.kind)
            continue
        known = longest.get(check.kind)
        if known is None or known.expires_on is None or check.expires_on > known.expires_on:
            longest[check.kind] = check
    return tuple(
        check
        for kind, check in sorted(longest.items())
        if kind not in endless and check.expires_on and on <= check.expires_on <= on + SOON
    )
