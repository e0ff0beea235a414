"""Forms of «What is known about us»: correct, erase, answer."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.clock import today
from lms.enrolment.fields import DayField, HasLetter, Tick
from lms.enrolment.forms import check_birth_date
from lms.forms import REQUIRED, TOO_LONG, LmsForm, NoControl

NAME = (Length(max=100, message=TOO_LONG), NoControl(), HasLetter())


class CorrectionForm(LmsForm):
    """How name and birth date shall stand."""

    family_name = StringField(_l("Family name"), validators=[InputRequired(REQUIRED), *NAME])
    given_name = StringField(_l("First name"), validators=[InputRequired(REQUIRED), *NAME])
    patronymic = StringField(_l("Patronymic"), validators=[Optional(), *NAME])
    birth_date = DayField(_l("Birth date"), validators=[Optional()])

    def validate_birth_date(self, field: DayField) -> None:
        """Refuse a date that nobody can be born on."""
        check_birth_date(field.data, today=today())


class ErasureForm(LmsForm):
    """Ask that everything be erased."""

    understands = Tick(
        _l("I understand that this can’t be taken back once it is done"),
        validators=[InputRequired(_l("Tick that you understand what goes."))],
    )
    with_guardian = Tick(_l("Erase my own data too: I have no other child here"))


class AnswerForm(LmsForm):
    """Say why a request is not done."""

    words = TextAreaField(
        _l("Your answer to the family"),
        validators=[InputRequired(REQUIRED), Length(max=500, message=TOO_LONG), NoControl()],
    )
