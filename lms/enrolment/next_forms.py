"""Forms of the next module: which groups go on, and consents given anew with the one tap."""

import re
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, FormField, HiddenField, Label, SelectField
from wtforms.validators import InputRequired, ValidationError

from lms.courses.forms import ModuleForm
from lms.enrolment.fields import Tick
from lms.enrolment.sentences import PURPOSE_LABELS
from lms.forms import CHOOSE, REQUIRED, LmsForm
from lms.people.rules import Purpose

MOST_COHORTS = 60


class GoingForm(LmsForm):
    """One group of the last module: which course it takes next, or none."""

    class Meta:
        """A part of a form has no token of its own."""

        csrf = False

    cohort_id = HiddenField()
    course_id = SelectField(
        _l("Next course"), coerce=int, validate_choice=False, validators=[InputRequired(CHOOSE)]
    )

    @property
    def number(self) -> int:
        """The group's number, 0 for what is none."""
        typed = str(self.cohort_id.data or "")
        return int(typed) if re.fullmatch("[0-9]{1,10}", typed) else 0

    def validate_course_id(self, field: SelectField) -> None:
        """Refuse what the list does not hold; the list of an unknown group holds nothing."""
        if field.data not in {value for value, _label in field.choices or ()}:
            raise ValidationError(CHOOSE)


def _say(field: SelectField, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


class NextModuleForm(ModuleForm):
    """The next module: its name and days, and which groups go on."""

    enrolment_opens_on = DateField(
        _l("Everybody may enrol from"),
        description=_l("Until then the places are for the families of this module."),
        validators=[InputRequired(REQUIRED)],
    )
    going = FieldList(FormField(GoingForm), max_entries=MOST_COHORTS)

    def list_cohorts(
        self, cohorts: Mapping[int, tuple[str, int]], courses: Iterable[tuple[int, str]]
    ) -> None:
        """Put the courses of the programme before every group, its last one chosen.

        :param cohorts: name and course of each group of the last module, by its number.
        """
        choices = [(0, _("does not go on")), *courses]
        if not self.is_submitted():
            for cohort_id, (_name, course_id) in cohorts.items():
                self.going.append_entry({"cohort_id": cohort_id, "course_id": course_id})
        for entry in self.going:
            name, _course = cohorts.get(entry.form.number, ("", 0))
            field = entry.form.course_id
            field.label, field.choices = Label(field.id, name), choices if name else []

    def validate_going(self, field: FieldList) -> None:
        """Ask for at least one group that goes on, each once."""
        seen: set[int] = set()
        for entry in field:
            if entry.form.number in seen:
                _say(entry.form.course_id, _("A group stands here twice. Open the page anew."))
            seen.add(entry.form.number)
        if field.entries and not any(entry.form.course_id.data for entry in field):
            _say(field[0].form.course_id, _("Choose the course of at least one group."))
        if not field.entries or any(entry.form.course_id.errors for entry in field):
            raise ValidationError(_("Choose the course of at least one group."))


class AgreeForm(LmsForm):
    """One tick for the consents that have ended and are given anew."""

    agrees = Tick(validators=[InputRequired(_l("Without this tick we may not keep anything."))])

    def fit(self, ended: Iterable[Purpose]) -> None:
        """Name what is asked for, or ask for nothing."""
        named = [str(PURPOSE_LABELS[purpose]) for purpose in ended]
        if named:
            words = _("I agree: %(purposes)s", purposes="; ".join(named))
            self.agrees.label = Label(self.agrees.id, words)
        else:
            del self.agrees
