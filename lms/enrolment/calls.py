"""Whom to phone: what letters would have told, for those who are reached by phone only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from lms.courses.models import NOT_HELD, Session, SessionState
from lms.db import db
from lms.enrolment.access import still_asks
from lms.enrolment.models import Application, ApplicationState
from lms.enrolment.sentences import say_meeting
from lms.enrolment.session_letters import readers_of
from lms.people.models import ContactRule, Person

AHEAD = timedelta(days=14)
ANSWERED_WITHIN = timedelta(days=3)


@dataclass(frozen=True)
class Call:
    """One call: to whom, by which number, about what."""

    name: str
    phone: str
    about: str


def calls_of(cohort_id: int, *, now: datetime) -> list[Call]:
    """List whom to phone about a group: changes in the days ahead, and answers of late."""
    return [*_about_sessions(cohort_id, now=now), *_about_answers(cohort_id, now=now)]


def is_phoned(person: Person) -> bool:
    """Tell whether somebody is reached by phone and not by letter; «do not write» is left alone."""
    if person.erased_at is not None or not person.phone:
        return False
    is_without_address = person.contact_rule is ContactRule.USUAL and not person.email
    return person.contact_rule is ContactRule.CALL_ONLY or is_without_address


def _about_sessions(cohort_id: int, *, now: datetime) -> list[Call]:
    changed = db.session.scalars(
        select(Session)
        .where(
            Session.cohort_id == cohort_id,
            Session.state.in_(NOT_HELD),
            Session.starts_at > now,
            Session.starts_at < now + AHEAD,
        )
        .order_by(Session.starts_at)
    ).all()
    return [
        Call(adult.full_name, adult.phone, _say_change(session))
        for session in changed
        for adult in readers_of([session], now)
        if is_phoned(adult)
    ]


def _say_change(session: Session) -> str:
    when = say_meeting(session.starts_at, session.cohort.zone)
    if session.state is SessionState.MOVED and session.moved_to_id:
        new = db.session.get_one(Session, session.moved_to_id)
        return _(
            "%(was)s: moved to %(when)s",
            was=when,
            when=say_meeting(new.starts_at, session.cohort.zone),
        )
    return _("%(was)s: there will be no session", was=when)


def _about_answers(cohort_id: int, *, now: datetime) -> list[Call]:
    answered = db.session.scalars(
        select(Application)
        .where(
            Application.cohort_id == cohort_id,
            Application.state.in_([ApplicationState.ACCEPTED, ApplicationState.REFUSED]),
            Application.decided_by_id.is_not(None),
            Application.decided_at > now - ANSWERED_WITHIN,
        )
        .order_by(Application.decided_at, Application.id)
    ).all()
    words = {
        ApplicationState.ACCEPTED: _("the application is accepted"),
        ApplicationState.REFUSED: _("the application is refused"),
    }
    found = {
        (one.applicant_id, one.state): Call(
            one.applicant.full_name, one.applicant.phone, words[one.state]
        )
        for one in answered
        if is_phoned(one.applicant) and still_asks(one, on=now.date())
    }
    return list(found.values())
