"""Forms of signing in and of people."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    widgets,
)
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp, ValidationError

from lms.contracts import RoleName
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl
from lms.people.models import ContactRule, Gender
from lms.people.rules import CheckKind
from lms.people.sentences import CHECK_LABELS

BAD_EMAIL = _l("This does not look like an e-mail address.")

ROLE_LABELS = {
    RoleName.COORDINATOR: _l("coordinator"),
    RoleName.MENTOR: _l("mentor"),
    RoleName.LEADER: _l("leader"),
    RoleName.HELPER: _l("second adult"),
    RoleName.GUARDIAN: _l("guardian"),
    RoleName.LEARNER: _l("learner"),
    RoleName.DIRECTOR: _l("management of the library"),
    RoleName.AUDITOR: _l("audit"),
}
CONTACT_LABELS = {
    ContactRule.USUAL: _l("as usual"),
    ContactRule.CALL_ONLY: _l("call only"),
    ContactRule.DO_NOT_WRITE: _l("do not write: they will ask themselves"),
}
GENDER_LABELS = {
    Gender.FEMALE: _l("feminine (завершила)"),
    Gender.MALE: _l("masculine (завершив)"),
    Gender.UNKNOWN: _l("not known"),
}


class LinkForm(LmsForm):
    """Ask for a sign-in link."""

    email = EmailField(
        _l("E-mail"),
        validators=[
            InputRequired(REQUIRED),
            Length(max=254, message=TOO_LONG),
            NoControl(),
            Email(message=BAD_EMAIL),
        ],
    )
    back = HiddenField(validators=[Length(max=500, message=TOO_LONG)])


class CodeForm(LmsForm):
    """Type the six digits of the letter."""

    code = StringField(
        _l("Six digits from the letter"),
        validators=[
            InputRequired(REQUIRED),
            Length(max=20, message=TOO_LONG),
            NoControl(),
            Regexp(r"^\s*[0-9](?:[\s-]*[0-9]){5}\s*$", message=_l("Write the six digits.")),
        ],
    )


class PasswordForm(LmsForm):
    """Sign in with a password."""

    login = StringField(
        _l("E-mail or name"),
        validators=[InputRequired(REQUIRED), Length(max=254, message=TOO_LONG), NoControl()],
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(REQUIRED), Length(max=200, message=TOO_LONG), NoControl()],
    )
    back = HiddenField(validators=[Length(max=500, message=TOO_LONG)])


class PersonForm(LmsForm):
    """Add or correct a person."""

    family_name = StringField(
        _l("Family name"),
        validators=[InputRequired(REQUIRED), Length(max=100, message=TOO_LONG), NoControl()],
    )
    given_name = StringField(
        _l("First name"),
        validators=[InputRequired(REQUIRED), Length(max=100, message=TOO_LONG), NoControl()],
    )
    patronymic = StringField(
        _l("Patronymic"), validators=[Optional(), Length(max=100, message=TOO_LONG), NoControl()]
    )
    latin_name = StringField(
        _l("Name in Latin letters"),
        validators=[Optional(), Length(max=250, message=TOO_LONG), NoControl()],
    )
    gender = SelectField(
        _l("Grammatical gender on documents"),
        choices=[(str(g), label) for g, label in GENDER_LABELS.items()],
        default=str(Gender.UNKNOWN),
        validate_choice=True,
    )
    email = EmailField(
        _l("E-mail"),
        validators=[
            Optional(),
            Length(max=254, message=TOO_LONG),
            NoControl(),
            Email(message=BAD_EMAIL),
        ],
    )
    phone = TelField(
        _l("Phone"), validators=[Optional(), Length(max=30, message=TOO_LONG), NoControl()]
    )
    contact_rule = RadioField(
        _l("How to reach"),
        choices=[(str(c), label) for c, label in CONTACT_LABELS.items()],
        default=str(ContactRule.USUAL),
    )
    roles = SelectMultipleField(
        _l("Roles"),
        choices=[(str(r), label) for r, label in ROLE_LABELS.items()],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )


def _side() -> RadioField:
    return RadioField(
        choices=[("kept", ""), ("gone", "")], default="kept", validators=[InputRequired(CHOOSE)]
    )


class MergeForm(LmsForm):
    """Which of two records each field is taken from, and what somebody agrees to open to whom."""

    family_name = _side()
    given_name = _side()
    patronymic = _side()
    gender = _side()
    birth_date = _side()
    phone = _side()
    email = _side()
    latin_name = _side()
    workplace = _side()
    position = _side()
    agreed = SelectMultipleField(
        _l("Who will see more or may do more"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def __init__(self, from_gone: frozenset[str] = frozenset(), **options: Any) -> None:
        super().__init__(data=dict.fromkeys(from_gone, "gone"), **options)

    def fit(
        self, differing: Mapping[str, tuple[str, str]], agreements: list[tuple[str, str]]
    ) -> None:
        """Ask only where the two records differ, in the words of each."""
        for name in [field.name for field in self if isinstance(field, RadioField)]:
            if name not in differing:
                del self[name]
                continue
            kept, gone = differing[name]
            self[name].choices = [("kept", kept or _("(empty)")), ("gone", gone or _("(empty)"))]
        self.agreed.choices = agreements

    @property
    def from_gone(self) -> frozenset[str]:
        """The fields that are taken from the record that goes."""
        return frozenset(
            field.name for field in self if isinstance(field, RadioField) and field.data == "gone"
        )


class CheckForm(LmsForm):
    """Note a check of an adult."""

    kind = SelectField(
        _l("Kind of check"),
        choices=[(str(k), CHECK_LABELS[str(k)]) for k in CheckKind],
        validators=[InputRequired(CHOOSE)],
    )
    done_on = DateField(_l("Done on"), validators=[InputRequired(REQUIRED)])
    expires_on = DateField(_l("Holds until"), validators=[Optional()])

    def validate_expires_on(self, field: DateField) -> None:
        """Refuse an end before the beginning."""
        if self.done_on.data and field.data and field.data < self.done_on.data:
            raise ValidationError(_l("The end is before the day it was done."))
