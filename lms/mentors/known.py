"""What is kept of a mentor beside the groups."""

from flask_babel import gettext as _

from lms.contracts import KnownPart
from lms.i18n import say_day
from lms.mentors.sentences import CATEGORY_LABELS
from lms.mentors.services import profile_of
from lms.people.models import Person


def known_of(person: Person) -> list[KnownPart]:
    """Tell the category and the words about what a mentor knows."""
    profile = profile_of(person.id)
    if profile is None:
        return []
    rows = (
        (_("Category"), str(CATEGORY_LABELS[profile.category])),
        (_("Mentor since"), say_day(profile.since)),
        (_("Knows"), profile.skills),
    )
    return [KnownPart(_("Mentor"), tuple(row for row in rows if row[1]), weight=66)]
