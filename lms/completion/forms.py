"""The form of a group's final projects."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField

from lms.forms import LmsForm

NOT_OF_GROUP = _l("Somebody here is not of this group. Reload the page and tick again.")


class ProjectsForm(LmsForm):
    """Tick whose final project was shown.

    ``was`` are the ticks that the page showed: only what differs from them is changed, so that
    two mentors who tick at once lose nothing.
    """

    shown = SelectMultipleField(
        _l("Final project shown"), coerce=int, validate_choice=True, choices=[]
    )
    was = SelectMultipleField(_l("Shown before"), coerce=int, validate_choice=True, choices=[])

    def offer(self, enrolment_ids: Iterable[int]) -> None:
        """Take these learners' ticks and no others'."""
        choices = [(enrolment_id, str(enrolment_id)) for enrolment_id in enrolment_ids]
        self.shown.choices = self.was.choices = choices

    @property
    def added(self) -> set[int]:
        """Learners who were ticked."""
        return set(self.shown.data) - set(self.was.data)

    @property
    def removed(self) -> set[int]:
        """Learners whose tick was taken away."""
        return set(self.was.data) - set(self.shown.data)
