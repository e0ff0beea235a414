"""Where somebody applied and had a place, and what was consented to."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.contracts import KnownPart
from lms.courses.models import Cohort, Course
from lms.db import db
from lms.enrolment.models import AgeOverride, Application, Enrolment
from lms.enrolment.sentences import PURPOSE_LABELS, STATE_LABELS
from lms.i18n import say_day
from lms.people.known import say_span
from lms.people.models import Consent, ConsentWay, Person

WAYS = {
    ConsentWay.ONLINE: _l("online"),
    ConsentWay.PAPER: _l("on paper"),
    ConsentWay.NOTED: _l("in words"),
}


def known_of(person: Person) -> list[KnownPart]:
    """Tell applications, places and consents; who gave a consent for a child is not told."""
    return [
        KnownPart(_("Applications"), _applications(person), weight=30),
        KnownPart(_("Groups"), _places(person), weight=32),
        KnownPart(_("Consents"), _consents(person), weight=25),
        KnownPart(_("Exceptions from the ages"), _overrides(person), weight=34),
    ]


def _applications(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Course.name, Application.sent_at, Application.state)
        .join(Cohort, Cohort.id == Application.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(Application.person_id == person.id)
        .order_by(Application.sent_at, Application.id)
    )
    return tuple((row.name, f"{say_day(row.sent_at)} – {STATE_LABELS[row.state]}") for row in rows)


def _places(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Course.name, Enrolment.since, Enrolment.until)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(Enrolment.person_id == person.id)
        .order_by(Enrolment.since, Enrolment.id)
    )
    return tuple((row.name, say_span(row.since, row.until)) for row in rows)


def _consents(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.scalars(
        select(Consent).where(Consent.person_id == person.id).order_by(Consent.given_at, Consent.id)
    )
    return tuple((str(PURPOSE_LABELS[row.purpose]), _say_consent(row)) for row in rows)


def _say_consent(consent: Consent) -> str:
    parts = [
        *([_("the learner")] if consent.is_assent else []),
        _("given on %(day)s", day=say_day(consent.given_at)),
        str(WAYS[consent.way]),
        _("text %(version)s", version=consent.text_version),
    ]
    if consent.withdrawn_at:
        parts.append(_("withdrawn on %(day)s", day=say_day(consent.withdrawn_at)))
    elif consent.expires_on:
        parts.append(_("holds until %(day)s", day=say_day(consent.expires_on)))
    return ", ".join(parts)


def _overrides(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Course.name, AgeOverride.reason)
        .join(Cohort, Cohort.id == AgeOverride.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(AgeOverride.person_id == person.id)
        .order_by(AgeOverride.id)
    )
    return tuple((row.name, row.reason) for row in rows)
