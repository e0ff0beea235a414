"""What was marked about somebody."""

from flask_babel import gettext as _
from sqlalchemy import select

from lms.attendance.history import say_reason
from lms.attendance.models import AttendanceRecord, MarkChange
from lms.attendance.sentences import MODE_LABELS, STATUS_LABELS
from lms.contracts import KnownPart
from lms.courses.models import Session
from lms.db import db
from lms.i18n import say_day
from lms.people.models import Person


def known_of(person: Person) -> list[KnownPart]:
    """Tell the marks, and the reasons that were written when one was changed late."""
    marks = db.session.execute(
        select(Session.day, AttendanceRecord.status, AttendanceRecord.mode)
        .join(Session, Session.id == AttendanceRecord.session_id)
        .where(AttendanceRecord.person_id == person.id)
        .order_by(Session.day, AttendanceRecord.id)
    )
    rows = [
        (say_day(row.day), f"{STATUS_LABELS[row.status]}, {MODE_LABELS[row.mode]}") for row in marks
    ]
    reasons = db.session.execute(
        select(MarkChange.changed_at, MarkChange.reason)
        .where(MarkChange.person_id == person.id, MarkChange.reason != "")
        .order_by(MarkChange.changed_at, MarkChange.id)
    )
    rows += [
        (_("Changed on %(day)s", day=say_day(row.changed_at)), say_reason(row.reason))
        for row in reasons
    ]
    return [KnownPart(_("Attendance"), tuple(rows), weight=40)]
