"""What time alone erases: refused applications, and contacts long after the last session."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, and_, exists, or_, select, update

from lms.contracts import RoleName
from lms.courses.models import Assignment, Session
from lms.db import db
from lms.enrolment.models import Application, ApplicationEvent, ApplicationState, Enrolment
from lms.outbox import mark_of
from lms.people.erasing import erase, left_alone, nobody
from lms.people.models import ErasureGround, Guardianship, Person, Role

FAMILY_ROLES = (RoleName.GUARDIAN, RoleName.LEARNER)
# A month of the calendar, counted generously: contacts go a few days later, never earlier.
DAYS_OF_A_MONTH = 31
MOST = 200


def forget_refused(*, days: int, now: datetime) -> int:
    """Erase what tells that somebody was refused so many days ago; answer how many applications.

    Whoever never got a place and asked for nothing else is erased wholly, with a guardian who is
    here for nobody else. For others the application moves to nobody: the year still counts it.
    """
    refused = db.session.scalars(
        select(Application)
        .join(Person, Person.id == Application.person_id)
        .where(
            Application.state == ApplicationState.REFUSED,
            Application.decided_at < now - timedelta(days=days),
            Person.erased_at.is_(None),
        )
        .order_by(Application.id)
        .limit(MOST)
    ).all()
    for application in refused:
        if application.person.erased_at is not None:
            continue
        if _knows_more(application, days=days, now=now):
            _give_to_nobody(application, now=now)
        else:
            _erase_with_guardian(application.person, now=now)
    return len(refused)


def _knows_more(application: Application, *, days: int, now: datetime) -> bool:
    """Tell whether the person is here for anything but applications refused long ago."""
    person_id = application.person_id
    old = and_(
        Application.state == ApplicationState.REFUSED,
        Application.decided_at < now - timedelta(days=days),
    )
    here_for = (
        select(Enrolment.id).where(Enrolment.person_id == person_id),
        select(Application.id).where(
            or_(Application.person_id == person_id, Application.applicant_id == person_id), ~old
        ),
        select(Assignment.id).where(Assignment.person_id == person_id),
        select(Guardianship.id).where(Guardianship.guardian_id == person_id),
        select(Role.id).where(Role.person_id == person_id, Role.name.not_in(FAMILY_ROLES)),
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in here_for)


def _erase_with_guardian(person: Person, *, now: datetime) -> None:
    guardians = left_alone(person.id, on=now.date())
    for one in (person, *guardians):
        erase(one, ground=ErasureGround.REFUSED, now=now)


def _give_to_nobody(application: Application, *, now: datetime) -> None:
    somebody = nobody(now=now)
    application.person_id = application.applicant_id = somebody.id
    application.form_key = str(uuid4())
    # Its history tells the same.
    db.session.execute(
        update(ApplicationEvent)
        .where(ApplicationEvent.application_id == application.id)
        .values(person_id=somebody.id)
        .execution_options(synchronize_session=False)
    )
    db.session.flush()


def forget_contacts(*, months: int, now: datetime, on: date) -> list[str]:
    """Erase phone and mail of whoever had no session for so many months, nor has one ahead.

    Staff, and mentors while the role is theirs, keep theirs. Answers the marks of the letters in
    the outbox that go too, after the commit.
    """
    since = on - timedelta(days=months * DAYS_OF_A_MONTH)
    people = db.session.execute(
        select(Person.id, Person.email)
        .where(
            Person.erased_at.is_(None),
            Person.created_at < now - timedelta(days=months * DAYS_OF_A_MONTH),
            or_(Person.email != "", Person.phone != ""),
            ~exists(_roles_held(on)),
            *(~exists(query) for query in _signs_of_life(since)),
        )
        .limit(MOST)
    ).all()
    db.session.execute(
        update(Person)
        .where(Person.id.in_([row.id for row in people]))
        .values(email="", phone="", phone_key="")
        .execution_options(synchronize_session="fetch")
    )
    return [mark_of(row.email) for row in people if row.email]


def _roles_held(on: date) -> Select[Any]:
    return select(Role.id).where(
        Role.person_id == Person.id,
        Role.name.not_in(FAMILY_ROLES),
        or_(Role.until.is_(None), Role.until >= on),
    )


def _signs_of_life(since: date) -> tuple[Select[Any], ...]:
    """Select what keeps somebody's contacts: sessions, applications, places, ties of late."""
    theirs = or_(
        Enrolment.person_id == Person.id,
        Enrolment.person_id.in_(
            select(Guardianship.child_id)
            .where(Guardianship.guardian_id == Person.id)
            .correlate(Person)
        ),
    )
    held = and_(
        Session.day >= since,
        Session.day >= Enrolment.since,
        or_(Enrolment.until.is_(None), Session.day <= Enrolment.until),
    )
    led = and_(
        Session.day >= since,
        Session.day >= Assignment.since,
        or_(Assignment.until.is_(None), Session.day <= Assignment.until),
    )
    return (
        select(Session.id)
        .join(Enrolment, Enrolment.cohort_id == Session.cohort_id)
        .where(theirs, held),
        select(Session.id)
        .join(Assignment, Assignment.cohort_id == Session.cohort_id)
        .where(Assignment.person_id == Person.id, led),
        select(Enrolment.id).where(theirs, Enrolment.since >= since),
        select(Application.id).where(
            or_(Application.person_id == Person.id, Application.applicant_id == Person.id),
            Application.sent_at >= datetime.combine(since, datetime.min.time(), tzinfo=UTC),
        ),
        select(Guardianship.id).where(
            Guardianship.guardian_id == Person.id, Guardianship.since >= since
        ),
    )
