"""What somebody made and completed."""

from flask_babel import gettext as _
from sqlalchemy import select

from lms.completion.models import Completion, Project
from lms.contracts import KnownPart
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.i18n import say_day
from lms.people.models import Person


def known_of(person: Person) -> list[KnownPart]:
    """Tell the final projects and the completions."""
    projects = db.session.execute(
        select(Project.title, Project.link, Project.shown_on)
        .join(Enrolment, Enrolment.id == Project.enrolment_id)
        .where(Enrolment.person_id == person.id)
        .order_by(Project.shown_on, Project.id)
    )
    rows = [
        (
            _("Final project, shown on %(day)s", day=say_day(row.shown_on)),
            " – ".join(part for part in (row.title, row.link) if part) or _("without a title"),
        )
        for row in projects
    ]
    days = db.session.scalars(
        select(Completion.completed_on)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .where(Enrolment.person_id == person.id)
        .order_by(Completion.completed_on, Completion.id)
    )
    rows += [(_("Completed"), say_day(day)) for day in days]
    return [KnownPart(_("Projects and completions"), tuple(rows), weight=50)]
