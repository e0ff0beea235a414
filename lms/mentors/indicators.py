"""The mentors' lines of the annual report; their rows name nobody."""

from datetime import date

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, func, select

from lms.certificates.models import Certificate
from lms.contracts import Indicator, IndicatorRow
from lms.courses.models import Cohort, Course, Programme, Session
from lms.courses.timetable import wall_day
from lms.db import db
from lms.mentors.credentials import AWARD
from lms.mentors.hours import sessions_led
from lms.mentors.models import MentorProfile
from lms.mentors.sentences import CATEGORY_LABELS

KIND = "code_club"


def count_mentors(year: int) -> int | None:
    """Count each mentor once who held a session of a code club in a year, however many groups."""
    planned = db.session.scalar(
        select(Session.id)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .where(_in_year(year), Cohort.course_id.in_(_courses()))
        .limit(1)
    )
    return len(mentor_rows(year)) if planned is not None else None


def mentor_rows(year: int) -> list[IndicatorRow]:
    """List the year's mentors by their one category, without names."""
    led = sessions_led(_in_year(year), Cohort.course_id.in_(_courses()))
    rows = db.session.execute(
        select(
            MentorProfile.category,
            func.count(led.c.cohort_id.distinct()),
            func.count(),
        )
        .select_from(led)
        .outerjoin(MentorProfile, MentorProfile.person_id == led.c.person_id)
        .group_by(led.c.person_id, MentorProfile.category)
        .order_by(MentorProfile.category, led.c.person_id)
    )
    return [
        IndicatorRow(
            day=None,
            text=_(
                "%(category)s: %(groups)s, %(sessions)s",
                category=CATEGORY_LABELS[category] if category else _("category not set"),
                groups=ngettext("%(num)d group", "%(num)d groups", groups),
                sessions=ngettext("%(num)d session", "%(num)d sessions", sessions),
            ),
            amount=1,
        )
        for category, groups, sessions in rows
    ]


def _in_year(year: int) -> ColumnElement[bool]:
    return Session.day.between(date(year, 1, 1), date(year, 12, 31))


def _courses() -> Select[int]:
    return (
        select(Course.id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Programme.kind == KIND)
    )


def count_credentials(year: int) -> int | None:
    """Count the credentials issued in a year and valid on its last day."""
    issued = _issued(year)
    return sum(1 for last in issued if _is_valid_at_end(last, year)) if issued else None


def credential_rows(year: int) -> list[IndicatorRow]:
    """List the year's credentials by number; a revision adds nothing, a revoked one neither."""
    return [
        IndicatorRow(day=last.issued_on, text=last.number, amount=1)
        for last in _issued(year)
        if _is_valid_at_end(last, year)
    ]


def _issued(year: int) -> list[Certificate]:
    """Answer, for each credential first issued in a year, its last revision of that year."""
    begin, end = date(year, 1, 1), date(year, 12, 31)
    first = select(Certificate.number).where(
        Certificate.award == AWARD,
        Certificate.revision == 1,
        Certificate.issued_on.between(begin, end),
    )
    revisions = db.session.scalars(
        select(Certificate)
        .where(
            Certificate.award == AWARD,
            Certificate.number.in_(first),
            Certificate.issued_on <= end,
        )
        .order_by(Certificate.module_id, Certificate.serial, Certificate.revision)
    )
    return list({revision.number: revision for revision in revisions}.values())


def _is_valid_at_end(certificate: Certificate, year: int) -> bool:
    revoked_at = certificate.revoked_at
    if revoked_at is None:
        return True
    return wall_day(revoked_at, str(current_app.config["LMS_ZONE"])) > date(year, 12, 31)


INDICATORS = (
    Indicator(
        key="code_club_mentors",
        label=_l("Mentors of Code Club"),
        unit=_l("mentors"),
        rule=_l(
            "Each mentor counts once a year who held a session of a code club while assigned to "
            "its group; the category is one."
        ),
        count=count_mentors,
        rows=mentor_rows,
        weight=330,
    ),
    Indicator(
        key="mentor_credentials_issued",
        label=_l("Volunteer mentor credentials of the project Code Club Ukraine"),
        unit=_l("credentials"),
        rule=_l(
            "Issued in the year and valid on its last day; corrected and revoked ones do not add."
        ),
        count=count_credentials,
        rows=credential_rows,
        weight=620,
    ),
)
