"""Letters about the timetable: a session is not held, is held on another day, or is after all.

Whoever has read of a change is told of the next one; a change taken back before anybody read of
it leaves no letter at all.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from lms.contracts import Change, LetterKind, SessionChange
from lms.courses.kind import kind_of
from lms.courses.models import Assignment, Cohort, Session, SessionState
from lms.courses.sentences import NOT_HELD_LABELS
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.enrolment.sentences import say_meeting, say_zone
from lms.i18n import current_code, say_weekday
from lms.letters.models import Letter
from lms.letters.rules import Draft, Text
from lms.letters.services import MAY_HAVE_LEFT, adults_for, take_back, write
from lms.letters.words import hello, my_page
from lms.people.models import Person
from lms.people.services import not_seeing_place

SESSION = "session"
# A slip is taken back within minutes; when the session is near there is no time to wait.
TAKEN_BACK_WITHIN = timedelta(minutes=2)
NEAR = timedelta(hours=6)


def tell(session: Session, change: SessionChange) -> None:
    """Write to everybody who reckons with a session that it changed, in the same transaction."""
    now = change.at
    if now is None:
        return
    knows = _what_they_know(session, now=now)
    if change.what is Change.RESTORED:
        if session.starts_at > now:
            readers = [
                one for one in readers_of([session], now) if knows.get(one.id) == "cancelled"
            ]
            _write(readers, session, change, partial(_restored, session))
        return
    new = db.session.get(Session, session.moved_to_id) if session.moved_to_id else None
    if (new or session).starts_at <= now:
        return
    origins = _origins(session, now=now)
    earliest = {one.id: one for one in (session, *origins.values())}
    readers = [
        one
        for one in readers_of(earliest.values(), now)
        if one.id != change.by_id and knows.get(one.id) != str(change.what)
    ]
    for origin in earliest.values():
        mine = [one for one in readers if origins.get(one.id, session) is origin]
        _write(mine, session, change, _composer(origin, session, new))


def _composer(origin: Session, session: Session, new: Session | None) -> Callable[[str], Text]:
    """Say it of the time that these readers know."""
    if new is None:
        return partial(_cancelled, origin, session)
    return partial(_moved, origin, new)


def _write(
    readers: list[Person], session: Session, change: SessionChange, compose: Callable[[str], Text]
) -> None:
    now = change.at
    if now is None or not readers:
        return
    key = f"{_key(session)}-{change.what}-{now:%Y%m%d%H%M%S%f}"
    is_near = session.starts_at - now < NEAR
    for wall, mine in by_wall(readers, session, now=now):
        write(
            mine,
            Draft(SESSION, key, partial(compose, wall), written_by_id=change.by_id),
            now=now,
            waits=timedelta() if is_near else TAKEN_BACK_WITHIN,
        )


def by_wall(
    readers: Collection[Person], session: Session, *, now: datetime
) -> list[tuple[str, list[Person]]]:
    """Part readers by the clock on which they are told hours: the group's, or the library's own.

    A zone tells where a child is, so it is kept from whoever does not see the place.
    """
    zone, ours = session.cohort.zone, str(current_app.config["LMS_ZONE"])
    if zone == ours:
        return [(zone, list(readers))]
    hidden = not_seeing_place([one.id for one in readers], on=now.date())
    return [
        (zone, [one for one in readers if one.id not in hidden]),
        (ours, [one for one in readers if one.id in hidden]),
    ]


def wall_of(reader: Person, session: Session, *, now: datetime) -> str:
    """Answer the clock on which one reader is told hours."""
    return next(wall for wall, mine in by_wall([reader], session, now=now) if mine)


def _key(session: Session) -> str:
    return f"session-{session.id}"


def _what_they_know(session: Session, *, now: datetime) -> dict[int, str]:
    """Tell by person the last change that may have been read; what nobody read is taken back."""
    take_back(_key(session), now=now)
    rows = db.session.execute(
        select(Letter.person_id, Letter.key)
        .where(Letter.key.startswith(f"{_key(session)}-"), Letter.state.in_(MAY_HAVE_LEFT))
        .order_by(Letter.id)
    )
    return {person_id: key.split("-")[2] for person_id, key in rows}


def _origins(session: Session, *, now: datetime) -> dict[int, Session]:
    """Tell by person the session they know of, where a letter about moving it had not left yet."""
    origins: dict[int, Session] = {}
    step: Session | None = session
    while step is not None:
        step = db.session.scalar(select(Session).where(Session.moved_to_id == step.id))
        gone = take_back(_key(step), now=now)[0] if step is not None else set()
        if step is None or not gone:
            break
        origins |= dict.fromkeys(gone, step)
    return origins


def readers_of(sessions: Collection[Session], now: datetime) -> list[Person]:
    """List the adults of who is in the group on these days, and those who lead it, each once."""
    days = [one.day for one in sessions]
    cohort_id = next(iter(sessions)).cohort_id
    people = db.session.scalars(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.cohort_id == cohort_id,
            or_(*(_covers(Enrolment, day) for day in days)),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).unique()
    adults = db.session.scalars(
        select(Person)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(Assignment.cohort_id == cohort_id, or_(*(_covers(Assignment, day) for day in days)))
        .order_by(Person.id)
    ).unique()
    told = adults_for(people, on=now.date())
    found = {adult.id: adult for each in told.values() for adult in each}
    return list((found | {adult.id: adult for adult in adults}).values())


def _covers(dated: type[Enrolment] | type[Assignment], day: date) -> ColumnElement[bool]:
    return and_(dated.since <= day, or_(dated.until.is_(None), dated.until >= day))


def say_session(session: Session, wall: str = "") -> str:
    """Say a session in one line: what and when, on the wall of its group or on another one."""
    wall = wall or session.cohort.zone
    zone = say_zone(wall)
    when = say_meeting(session.starts_at, wall) + (f" ({zone})" if zone else "")
    course = say_course(session.cohort)
    return f"{course} · {when}" if course else when


def say_course(cohort: Cohort) -> str:
    """Name a group's course; nothing for a sensitive programme."""
    course = cohort.course
    if kind_of(course.programme.kind).is_sensitive:
        return ""
    return course.name_en if current_code() == "en" and course.name_en else course.name


def say_session_day(session: Session, wall: str = "") -> str:
    """Say the day of a session, for a subject."""
    return say_weekday(session.starts_at.astimezone(ZoneInfo(wall or session.cohort.zone)))


def _cancelled(known: Session, session: Session, wall: str) -> Text:
    reason = session.not_held_reason
    why = _("Why: %(reason)s.", reason=NOT_HELD_LABELS[reason]) if reason else ""
    day, when = say_session_day(known, wall), say_session(known, wall)
    return _say_cancelled(day, when, why, _next(session, wall))


def _say_cancelled(day: str, when: str, why: str, following: str) -> Text:
    return Text(
        _("There will be no session: %(day)s", day=day),
        (
            hello(),
            _("This session will not be held:") + f"\n{when}\n{why}",
            following,
            _(
                "It changes nothing in the attendance: a session that was not held counts for nobody."
            ),
            my_page(),
        ),
    )


def _next(session: Session, wall: str) -> str:
    following = db.session.scalar(
        select(Session)
        .where(
            Session.cohort_id == session.cohort_id,
            Session.state == SessionState.PLANNED,
            Session.starts_at > session.starts_at,
        )
        .order_by(Session.starts_at)
        .limit(1)
    )
    if following is None:
        return _("No further session is planned yet; it will appear on your page.")
    return _("The next session: %(when)s.", when=say_meeting(following.starts_at, wall))


def _moved(known: Session, new: Session, wall: str) -> Text:
    day = say_session_day(known, wall)
    return _say_moved(day, say_session(known, wall), say_session(new, wall))


def _say_moved(day: str, was: str, will_be: str) -> Text:
    return Text(
        _("A session is moved: %(day)s", day=day),
        (
            hello(),
            _("The session is moved to another time.")
            + "\n"
            + _("It was to be: %(when)s", when=was),
            _("It will be: %(when)s", when=will_be),
            _("The link and everything else stand on your page:"),
            my_page(),
        ),
    )


def _restored(session: Session, wall: str) -> Text:
    return Text(
        _("The session will be held after all: %(day)s", day=say_session_day(session, wall)),
        (
            hello(),
            _("We wrote that there would be no session. It will be held after all, as planned:")
            + f"\n{say_session(session, wall)}",
            _("We are sorry for the confusion. See you!"),
            my_page(),
        ),
    )


def _example() -> Text:
    moment = datetime(2026, 9, 7, 17, tzinfo=ZoneInfo("Europe/Kyiv"))
    when = f"Python · {say_meeting(moment, 'Europe/Kyiv')}"
    why = _("Why: %(reason)s.", reason=_("no power"))
    following = say_meeting(moment + timedelta(days=7), "Europe/Kyiv")
    return _say_cancelled(
        say_weekday(moment), when, why, _("The next session: %(when)s.", when=following)
    )


KINDS = (
    LetterKind(
        SESSION,
        _l("Change in the timetable"),
        _example,
        when=_l(
            "At once when a session is cancelled, moved or restored: to who is in the group that "
            "day and to who leads it."
        ),
    ),
)
