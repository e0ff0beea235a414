"""Forms of families: inviting, answering, naming, how to be reached, papers and assents."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import EmailField, Field, Form, RadioField, SelectField, StringField, TelField
from wtforms.validators import (
    AnyOf,
    Email,
    InputRequired,
    Length,
    Optional,
    StopValidation,
    ValidationError,
)

from lms.enrolment.fields import Choices, DayField, HasLetter, Phone
from lms.enrolment.forms import CONTACT_CHOICES
from lms.enrolment.sentences import PURPOSE_LABELS, RELATION_LABELS
from lms.families.ledger import KINDS, MOST_SCAN
from lms.families.rules import InvitationRefusal
from lms.families.sentences import ASSENT_WAYS, INVITATION_LABELS
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl
from lms.people.forms import BAD_EMAIL
from lms.people.models import ContactRule, Relation
from lms.people.rules import Purpose

LEGAL = (Relation.MOTHER, Relation.FATHER, Relation.LEGAL_REPRESENTATIVE)
NAME = [Optional(), Length(max=100, message=TOO_LONG), NoControl(), HasLetter()]
NAME_NEEDED = [
    InputRequired(REQUIRED),
    Length(max=100, message=TOO_LONG),
    NoControl(),
    HasLetter(),
]
MAIL = [Optional(), Length(max=254, message=TOO_LONG), NoControl(), Email(message=BAD_EMAIL)]
DIAL = [Optional(), Length(max=30, message=TOO_LONG), NoControl(), Phone()]


class InviteForm(LmsForm):
    """Who is invited to a child."""

    relation = RadioField(
        _l("Who is it to the child?"),
        choices=[(str(one), RELATION_LABELS[one]) for one in LEGAL],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in LEGAL], CHOOSE)],
    )


class OneWay:
    """Ask for an address where no number is left: one way to reach somebody is enough."""

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse both left empty."""
        if not field.data and not form["email"].data:
            raise StopValidation(_("Leave a phone number or an e-mail."))


class _Reached(LmsForm):
    """A person with a name and a way to be reached."""

    family_name = StringField(_l("Family name"), validators=NAME_NEEDED)
    given_name = StringField(_l("First name"), validators=NAME_NEEDED)
    patronymic = StringField(_l("Patronymic"), validators=NAME)
    phone = TelField(_l("Phone"), validators=[OneWay(), *DIAL])
    email = EmailField(_l("E-mail"), validators=MAIL)


class AnswerForm(_Reached):
    """Whoever was invited says who they are."""


class AccompanyingForm(_Reached):
    """A guardian names whoever brings the child."""


class ReachForm(LmsForm):
    """How somebody may be reached."""

    email = EmailField(_l("E-mail"), validators=MAIL)
    phone = TelField(_l("Phone"), validators=DIAL)
    contact_rule = RadioField(
        _l("How to reach"),
        choices=CONTACT_CHOICES,
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in ContactRule], CHOOSE)],
    )


class InvitationRefuseForm(LmsForm):
    """Why an invited guardian is not confirmed."""

    why = SelectField(
        _l("Reason that the guardian reads"),
        choices=[(str(one), label) for one, label in INVITATION_LABELS.items()],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in InvitationRefusal], CHOOSE)],
    )


class ScanField(FileField):  # type: ignore[misc]
    """A scan or a photograph of a paper: PDF, JPEG or PNG, not too large."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file; a text in its place is none."""
        super().process_formdata(valuelist)
        self.is_odd = any(not isinstance(one, FileStorage) and one for one in valuelist)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no file of these kinds."""
        if getattr(self, "is_odd", False):
            raise ValidationError(_("Choose a file."))
        content = self.read()
        if content and not any(content.startswith(start) for start in KINDS):
            raise ValidationError(_("A scan is a PDF, JPEG or PNG file."))
        if len(content) > MOST_SCAN:
            raise ValidationError(_("The file is larger than 1.5 MB. Scan it in grey, please."))

    def read(self) -> bytes:
        """Answer the bytes, nothing where no file was chosen."""
        if not isinstance(self.data, FileStorage):
            return b""
        content = self.data.stream.read()
        self.data.stream.seek(0)
        return bytes(content)


class PurposeChoices(Choices):
    """Purposes as ticks."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.coerce = str


class PaperForm(LmsForm):
    """A consent that was signed on paper."""

    purposes = PurposeChoices(
        _l("What the paper agrees to"),
        choices=[(str(one), label) for one, label in PURPOSE_LABELS.items()],
        validators=[InputRequired(_l("Tick at least one purpose."))],
    )
    giver = SelectField(
        _l("Who signed"),
        coerce=str,
        validate_choice=False,
        validators=[InputRequired(CHOOSE)],
    )
    signed_on = DayField(_l("Day on the paper"), validators=[InputRequired(REQUIRED)])
    scan = ScanField(_l("Scan or photograph"))

    def __init__(self, *args: Any, on: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on = on

    def validate_giver(self, field: SelectField) -> None:
        """Refuse whoever may not consent."""
        if field.data not in {value for value, _label in field.choices or ()}:
            raise ValidationError(_("Choose one of the list."))

    def validate_signed_on(self, field: DayField) -> None:
        """Refuse a day ahead, and one before anybody can have signed."""
        if field.data and ((self.on and field.data > self.on) or field.data.year < 2000):
            raise ValidationError(_("A paper was signed today or earlier."))

    def read_purposes(self) -> frozenset[Purpose]:
        """Answer the ticked purposes."""
        return frozenset(Purpose(str(one)) for one in self.purposes.data)


class AssentsForm(LmsForm):
    """Learners of 14 to 17 who agreed themselves, noted by the staff."""

    people = Choices(_l("Who agreed"), validators=[InputRequired(_l("Tick at least one name."))])
    way = RadioField(
        _l("How"),
        choices=[(str(one), label) for one, label in ASSENT_WAYS.items()],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in ASSENT_WAYS], CHOOSE)],
    )
    said_on = DayField(_l("On what day"), validators=[InputRequired(REQUIRED)])

    def __init__(self, *args: Any, on: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on = on

    def validate_said_on(self, field: DayField) -> None:
        """Refuse a day ahead, and one nobody can have meant."""
        if field.data and ((self.on and field.data > self.on) or field.data.year < 2000):
            raise ValidationError(_("Somebody agreed today or earlier."))
