"""Letters around a session: a reminder the day before, and a kind word to whoever was missed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update

from lms.attendance.announcing import announced_for
from lms.attendance.links import Purpose, path_for
from lms.attendance.models import AttendanceRecord, Register
from lms.attendance.register import find_register
from lms.attendance.rules import Status, is_reminder_due
from lms.contracts import LetterKind
from lms.courses.kind import kind_of
from lms.courses.models import Session, SessionState
from lms.courses.timetable import wall_day
from lms.db import db
from lms.enrolment.access import may_consent_for
from lms.enrolment.models import Enrolment
from lms.enrolment.sentences import say_meeting
from lms.enrolment.session_letters import say_session, say_session_day, wall_of
from lms.letters.choices import ABSENCE, REMINDER, switch_path, wanting
from lms.letters.models import Letter
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import adults_for, write
from lms.letters.words import hello, my_page
from lms.people.models import Person
from lms.people.rules import Purpose as Consented
from lms.people.services import has_consent

# The zone of a group may lie half a day from ours, and a reminder leaves the evening before.
AHEAD = timedelta(hours=48)
# «Done» pressed too early is mended within minutes; what is older than two days asks nobody.
MENDED_WITHIN = timedelta(minutes=10)
NOT_AFTER = timedelta(days=2)


def write_reminders(*, now: datetime) -> int:
    """Remind the adults of every session that is tomorrow, each once; answer how many letters."""
    sessions = db.session.scalars(
        select(Session)
        .where(
            Session.state == SessionState.PLANNED,
            Session.starts_at > now,
            Session.starts_at < now + AHEAD,
        )
        .order_by(Session.starts_at, Session.id)
    ).all()
    due = [
        one for one in sessions if is_reminder_due(one.day, one.starts_at, one.cohort.zone, now=now)
    ]
    done = _reminded(now) if due else set()
    return sum(_remind(session, now=now) for session in due if session.id not in done)


def _reminded(now: datetime) -> set[int]:
    keys = db.session.scalars(
        select(Letter.key).where(Letter.kind == REMINDER, Letter.written_at > now - 2 * AHEAD)
    )
    return {int(key.split("-")[1]) for key in keys}


def _remind(session: Session, *, now: datetime) -> int:
    people = db.session.scalars(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.cohort_id == session.cohort_id,
            Enrolment.since <= session.day,
            or_(Enrolment.until.is_(None), Enrolment.until >= session.day),
            Person.erased_at.is_(None),
        )
    ).unique()
    told = adults_for(people, on=now.date())
    themselves = {key for key, adults in told.items() if key in {one.id for one in adults}}
    readers = {adult.id: adult for adults in told.values() for adult in adults}
    written = 0
    for adult in wanting(readers.values(), REMINDER):
        wall, is_oneself = wall_of(adult, session, now=now), adult.id in themselves
        compose = _reminder(session, adult, wall, is_oneself=is_oneself, now=now)
        written += len(write([adult], Draft(REMINDER, f"reminder-{session.id}", compose), now=now))
    return written


def _reminder(
    session: Session, adult: Person, wall: str, *, is_oneself: bool, now: datetime
) -> Callable[[], Text]:
    is_today = wall_day(now, session.cohort.zone) == session.day
    cohort = session.cohort
    answer = ""
    if not kind_of(cohort.course.programme.kind).is_sensitive:
        answer = path_for(Purpose.NOT_COMING, session.id, adult.id)
    has_place = not cohort.is_online

    def compose() -> Text:
        return _say_reminder(
            say_session(session, wall),
            answer,
            switch_path(adult.id, REMINDER),
            is_today=is_today,
            is_oneself=is_oneself,
            has_place=has_place,
        )

    return compose


def _say_reminder(
    when: str, answer: str, switch: str, *, is_today: bool, is_oneself: bool, has_place: bool
) -> Text:
    words = _("Today there is a session:") if is_today else _("Tomorrow there is a session:")
    where = (
        _("Where it is stands on your page:") if has_place else _("The link stands on your page:")
    )
    label = _("I will not come") if is_oneself else _("We will not come")
    ask: tuple[str | Link, ...] = ()
    if answer:
        ask = (_("If you can’t come, one tap tells us:"), Link(label, path=answer))
    return Text(
        _("A session today") if is_today else _("A session tomorrow"),
        (
            hello(),
            f"{words}\n{when}",
            where,
            my_page(),
            *ask,
            Link(_("Do not remind me of sessions any more"), path=switch, is_quiet=True),
        ),
    )


def write_to_missed(*, now: datetime) -> int:
    """Write to the families of those who were missed, once a register is finished; answer how many.

    Only where the consent for messages holds, and never about whoever was announced or excused.
    """
    finished = db.session.scalars(
        select(Register.session_id)
        .where(
            Register.finished_at <= now - MENDED_WITHIN,
            Register.finished_at > now - NOT_AFTER,
            Register.told_at.is_(None),
        )
        .order_by(Register.finished_at, Register.session_id)
    ).all()
    written = 0
    for session_id in finished:
        written += _tell_missed(session_id, now=now)
        db.session.execute(
            update(Register).where(Register.session_id == session_id).values(told_at=now)
        )
    return written


def _tell_missed(session_id: int, *, now: datetime) -> int:
    found = find_register(session_id)
    if found is None or found.is_sensitive or now - found.ends_at > 2 * NOT_AFTER:
        return 0
    absent = db.session.scalars(
        select(Person)
        .join(AttendanceRecord, AttendanceRecord.person_id == Person.id)
        .where(
            AttendanceRecord.session_id == session_id,
            AttendanceRecord.status == Status.ABSENT,
            AttendanceRecord.person_id.not_in(announced_for(session_id)),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    on = wall_day(now, found.zone)
    missed = [one for one in absent if has_consent(one.id, Consented.MESSAGES, on=on)]
    told = adults_for(missed, on=on)
    # Whoever only accompanies a child gets the times; why it was not there is the family's matter.
    readers = {
        adult.id: adult
        for person_id, adults in told.items()
        for adult in adults
        if adult.id == person_id or may_consent_for(adult.id, person_id, on=on)
    }
    written = 0
    session = found.session
    for adult in wanting(readers.values(), ABSENCE):
        wall = wall_of(adult, session, now=now)
        compose = _missed(session, adult, wall, is_today=found.session.day == on)
        written += len(write([adult], Draft(ABSENCE, f"absence-{session_id}", compose), now=now))
    return written


def _missed(session: Session, adult: Person, wall: str, *, is_today: bool) -> Callable[[], Text]:
    def compose() -> Text:
        return _say_missed(
            "" if is_today else say_session_day(session, wall),
            say_session(session, wall),
            path_for(Purpose.MISSED, session.id, adult.id),
            switch_path(adult.id, ABSENCE),
        )

    return compose


def _say_missed(day: str, when: str, answer: str, switch: str) -> Text:
    if day:
        subject = _("We did not see each other: %(day)s", day=day)
        words = _("We did not see each other at this session. Is everything all right?")
    else:
        subject = _("We did not see each other today")
        words = _("We did not see each other today. Is everything all right?")
    return Text(
        subject,
        (
            hello(),
            f"{words}\n{when}",
            _("If there was no power or no connection, tap here and we take it into account:"),
            Link(_("Tell why"), path=answer),
            _("The link works for a week. If you were there, tell us too: somebody mistook a row."),
            Link(_("Do not write to me about absences any more"), path=switch, is_quiet=True),
        ),
    )


def _example_when() -> str:
    moment = datetime(2026, 9, 7, 17, tzinfo=ZoneInfo("Europe/Kyiv"))
    return f"Scratch · {say_meeting(moment, 'Europe/Kyiv')}"


def _example_reminder() -> Text:
    return _say_reminder(
        _example_when(),
        "/not-coming/…",
        "/letters/off/…",
        is_today=False,
        is_oneself=False,
        has_place=False,
    )


def _example_missed() -> Text:
    return _say_missed("", _example_when(), "/missed/…", "/letters/off/…")


KINDS = (
    LetterKind(
        REMINDER,
        _l("Reminder of a session"),
        _example_reminder,
        when=_l("At 17:00 of the day before, on the group’s clock; everybody can switch it off."),
    ),
    LetterKind(
        ABSENCE,
        _l("Somebody was missed"),
        _example_missed,
        when=_l(
            "After a register is finished, where the family agreed to messages and nobody said "
            "beforehand that they would not come."
        ),
    ),
)
