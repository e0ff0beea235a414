"""The history of a register: who changed what, when, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from lms.attendance.announcing import FAMILY
from lms.attendance.models import HeadCountChange, MarkChange
from lms.attendance.rules import AbsenceReason, Heads, Mark
from lms.attendance.sentences import ABSENCE_LABELS
from lms.attendance.sheets import SHEET, SHEET_UNDONE
from lms.db import db
from lms.people.models import Person
from lms.people.names import short_name


@dataclass(frozen=True)
class Change:
    """One line of a register's history."""

    at: datetime
    who: str
    whom: str
    was: Any
    now: Any
    reason: str


def mark_changes(session_id: int) -> list[Change]:
    """List the changes of marks, the newest first."""
    learner = aliased(Person)
    rows = db.session.execute(
        select(
            MarkChange.changed_at,
            Person.family_name,
            Person.given_name,
            learner.family_name,
            learner.given_name,
            MarkChange.was_status,
            MarkChange.was_mode,
            MarkChange.status,
            MarkChange.mode,
            MarkChange.reason,
        )
        .join(learner, learner.id == MarkChange.person_id)
        .outerjoin(Person, Person.id == MarkChange.changed_by_id)
        .where(MarkChange.session_id == session_id)
        .order_by(MarkChange.id.desc())
    )
    return [
        Change(
            at,
            _("the family") if is_family(reason) else short_name(family or "", given or ""),
            f"{learner_family} {learner_given}".strip() or _("data erased"),
            Mark(was_status, was_mode) if was_status and was_mode else None,
            Mark(status, mode) if status and mode else None,
            say_reason(reason),
        )
        for (
            at,
            family,
            given,
            learner_family,
            learner_given,
            was_status,
            was_mode,
            status,
            mode,
            reason,
        ) in rows
    ]


def is_family(reason: str) -> bool:
    """Tell whether a change stands by the family's word; who of them said so is not shown."""
    return reason.startswith(FAMILY)


def say_reason(reason: str) -> str:
    """Say why a mark was changed: a family's reason is kept as a code, others as they were typed."""
    if reason.startswith((SHEET, SHEET_UNDONE)):
        code, _dot, typed = reason.partition(".")
        words = _("from a table") if f"{code}." == SHEET else _("a table was taken back")
        return f"{words}: {typed}" if typed else words
    code = reason.removeprefix(FAMILY)
    if not is_family(reason) or code not in set(AbsenceReason):
        return reason
    return str(ABSENCE_LABELS[AbsenceReason(code)])


def head_changes(session_id: int) -> list[Change]:
    """List the changes of the head-count, the newest first."""
    rows = db.session.execute(
        select(HeadCountChange, Person.family_name, Person.given_name)
        .outerjoin(Person, Person.id == HeadCountChange.changed_by_id)
        .where(HeadCountChange.session_id == session_id)
        .order_by(HeadCountChange.id.desc())
    )
    return [
        Change(
            line.changed_at,
            short_name(family or "", given or ""),
            "",
            None if line.was_in_person is None else _before(line),
            Heads(line.in_person, line.online, line.first_time),
            say_reason(line.reason),
        )
        for line, family, given in rows
    ]


def _before(line: HeadCountChange) -> Heads:
    return Heads(line.was_in_person or 0, line.was_online or 0, line.was_first_time or 0)
