"""The mentors' lines of the annual report; their rows name nobody."""

from datetime import date

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, func, select

from lms.certificates.overview import Papers, count_issued, issued_rows
from lms.contracts import Indicator, IndicatorRow
from lms.courses.models import Cohort, Course, Programme, Session
from lms.db import db
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
    return count_issued(Papers.CREDENTIALS, year, zone=_zone())


def credential_rows(year: int) -> list[IndicatorRow]:
    """List the year's credentials by number; a revision adds nothing, a revoked one neither."""
    rows = issued_rows(Papers.CREDENTIALS, year, zone=_zone())
    return [IndicatorRow(day=day, text=number, amount=1) for _id, day, number in rows]


def _zone() -> str:
    return str(current_app.config["LMS_ZONE"])


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
