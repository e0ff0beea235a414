"""Which groups somebody leads."""

from flask_babel import gettext as _
from sqlalchemy import select

from lms.contracts import KnownPart
from lms.courses.models import Assignment, Cohort
from lms.courses.sentences import ASSIGNMENT_LABELS
from lms.db import db
from lms.people.known import say_span
from lms.people.models import Person


def known_of(person: Person) -> list[KnownPart]:
    """Tell the groups of a mentor, a leader or a helper."""
    assignments = db.session.execute(
        select(Cohort.name, Assignment.role, Assignment.since, Assignment.until)
        .join(Cohort, Cohort.id == Assignment.cohort_id)
        .where(Assignment.person_id == person.id)
        .order_by(Assignment.since, Assignment.id)
    )
    rows = tuple(
        (row.name, f"{ASSIGNMENT_LABELS[row.role]}, {say_span(row.since, row.until)}")
        for row in assignments
    )
    return [KnownPart(_("Groups led"), rows, weight=65)]
