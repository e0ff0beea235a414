"""Forms of applying, of deciding about applications and of ending a place."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    FormField,
    HiddenField,
    Label,
    RadioField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.validators import AnyOf, Email, InputRequired, Length, Optional, ValidationError

from lms.enrolment.addresses import suggest_address
from lms.enrolment.fields import (
    Choices,
    DayField,
    FormKey,
    HasLetter,
    Phone,
    Rows,
    StaysEmpty,
    Tick,
)
from lms.enrolment.rules import Refusal
from lms.enrolment.sentences import REFUSAL_LABELS, RELATION_LABELS
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl
from lms.people.forms import BAD_EMAIL
from lms.people.models import ConsentWay, ContactRule, Relation
from lms.people.rules import Purpose

MOST_CHILDREN = 8
OLDEST_YEAR = 1900
LEGAL = (Relation.MOTHER, Relation.FATHER, Relation.LEGAL_REPRESENTATIVE)
OTHER_PURPOSES = (
    Purpose.PHOTOGRAPHS,
    Purpose.PUBLISHING,
    Purpose.MESSAGES,
    Purpose.RECORDING,
)
WAY_LABELS = {
    ConsentWay.PAPER: _l("on paper, the scan is kept"),
    ConsentWay.NOTED: _l("in words, noted by me"),
}
CONTACT_CHOICES = (
    (str(ContactRule.USUAL), _l("by e-mail or phone")),
    (str(ContactRule.CALL_ONLY), _l("only by phone")),
    (str(ContactRule.DO_NOT_WRITE), _l("do not write or call, I will ask myself")),
)
NAME_NEEDED = (InputRequired(REQUIRED), Length(max=100, message=TOO_LONG), NoControl(), HasLetter())
NAME = (Optional(), Length(max=100, message=TOO_LONG), NoControl(), HasLetter())


def check_birth_date(born: date | None, *, today: date) -> None:
    """Refuse a birth date that nobody can have.

    :raises ValidationError: when it lies ahead or too far back.
    """
    if born and (born.year < OLDEST_YEAR or born > today):
        raise ValidationError(_("Check the year of birth."))


class ChildForm(LmsForm):
    """One child: the name as on the certificate, birth date, groups."""

    class Meta:
        """A part of a form has no token of its own."""

        csrf = False

    family_name = StringField(_l("Family name"), validators=NAME_NEEDED)
    given_name = StringField(_l("First name"), validators=NAME_NEEDED)
    patronymic = StringField(_l("Patronymic"), validators=NAME)
    birth_date = DayField(_l("Birth date"), validators=[InputRequired(REQUIRED)])
    cohorts = Choices(_l("Groups"), validators=[InputRequired(_l("Choose at least one group."))])


class Applicant(LmsForm):
    """What every application asks of the grown-up who sends it; the consent stands first."""

    form_key = HiddenField(validators=[FormKey()])
    agrees = Tick(validators=[InputRequired(_l("Without this tick we may not keep anything."))])
    email = EmailField(
        _l("E-mail"),
        validators=[
            Optional(),
            Length(max=254, message=TOO_LONG),
            NoControl(),
            Email(message=BAD_EMAIL),
        ],
    )
    email_kept = HiddenField(validators=[Length(max=254, message=TOO_LONG)])
    email_taken = HiddenField(validators=[Length(max=254, message=TOO_LONG)])
    phone = TelField(
        _l("Phone"),
        validators=[Optional(), Length(max=30, message=TOO_LONG), NoControl(), Phone()],
    )
    contact_rule = RadioField(
        _l("How may we reach you?"),
        choices=CONTACT_CHOICES,
        default=str(ContactRule.USUAL),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in ContactRule], CHOOSE)],
    )
    way = RadioField(
        _l("How the consent was given"),
        choices=[(str(way), label) for way, label in WAY_LABELS.items()],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(way) for way in WAY_LABELS], CHOOSE)],
    )
    photographs = Tick(_l("I agree to photographs at sessions and celebrations"))
    publishing = Tick(_l("I agree that works may be published, without a family name"))
    messages = Tick(_l("I would like news of the library’s new groups"))
    recording = Tick(_l("I agree to the recording of online sessions"))
    website = StringField(
        _l("Leave this field empty"),
        validators=[Length(max=100, message=TOO_LONG), NoControl(), StaysEmpty()],
    )

    consent_words: Any = ""
    meant_address = ""

    def shape(self, *, is_known: bool, is_noted: bool) -> None:
        """Leave out what is not asked of somebody signed in, or of somebody who is not a colleague.

        :param is_known: the applicant is signed in, so that name and address are known.
        :param is_noted: a coordinator fills the form in for somebody else.
        """
        gone = (
            [
                "family_name",
                "given_name",
                "patronymic",
                "email",
                "email_kept",
                "email_taken",
                "phone",
                "contact_rule",
                "workplace",
                "position",
            ]
            if is_known
            else []
        )
        if not is_noted:
            gone.append("way")
        for name in gone:
            if name in self:
                del self[name]
        self.agrees.label = Label(self.agrees.id, self.consent_words)

    def validate_email(self, field: EmailField) -> None:
        """Ask once about an address that looks mistyped; whoever sends it again means it."""
        meant = suggest_address(field.data or "")
        if not meant or self.email_kept.data == field.data:
            return
        if self.email_taken.data == meant:
            field.data = meant
            return
        self.meant_address, self.email_kept.data = meant, field.data
        raise ValidationError(
            _(
                "Did you mean %(address)s? If yours is right as it stands, send the form once more.",
                address=meant,
            )
        )

    def validate_contact_rule(self, field: RadioField) -> None:
        """Ask for a way to reach that fits the way somebody wants to be reached."""
        email, phone = self._fields.get("email"), self._fields.get("phone")
        if email is None or phone is None:
            return
        if field.data == ContactRule.CALL_ONLY and not phone.data:
            raise ValidationError(_("Write a phone number, or choose another way."))
        is_unreachable = not email.data and not phone.data and not self._fields.get("way")
        if field.data == ContactRule.USUAL and is_unreachable:
            raise ValidationError(_("Write an e-mail address or a phone number."))

    @property
    def purposes(self) -> frozenset[Purpose]:
        """The purposes that were ticked, taking part among them."""
        ticked = {one for one in OTHER_PURPOSES if str(one) in self and self[str(one)].data}
        return frozenset(ticked | {Purpose.TAKING_PART} if self.agrees.data else ticked)


class FamilyForm(Applicant):
    """One guardian with one or several children, in one submit."""

    consent_words = _l(
        "I am a parent or legal representative, and I agree that my child takes part "
        "and that the library keeps what this needs"
    )

    family_name = StringField(_l("Your family name"), validators=NAME_NEEDED)
    given_name = StringField(_l("Your first name"), validators=NAME_NEEDED)
    patronymic = StringField(_l("Your patronymic"), validators=NAME)
    relation = RadioField(
        _l("Who you are to the child"),
        choices=[(str(one), RELATION_LABELS[one]) for one in LEGAL],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in LEGAL], CHOOSE)],
    )
    children = Rows(FormField(ChildForm), min_entries=1, max_entries=MOST_CHILDREN)
    is_all_or_none = Tick(_l("Places for all my children, or for none"))

    def let_choose(self, choices: list[tuple[int, str]], *, ticked: int | None) -> None:
        """Put the open groups before every child, the one that the family came for ticked."""
        for entry in self.children:
            entry.form.cohorts.choices = choices
            if ticked is not None:
                entry.form.cohorts.data = [ticked]

    def add_child(self, choices: list[tuple[int, str]], *, ticked: int | None) -> None:
        """Add the fields of one more child, who mostly bears the family name of the first."""
        if len(self.children) >= MOST_CHILDREN:
            return
        fresh = self.children.append_entry().form
        fresh.family_name.data = self.children[0].form.family_name.data
        fresh.cohorts.choices = choices
        fresh.cohorts.data = [ticked] if ticked is not None else []

    def forget_children(self) -> None:
        """Put one empty child in the place of all that was typed about children."""
        blank = type(self)(formdata=None)
        self._fields["children"] = self.children = blank.children

    def say_of_child(self, number: int, field: str, sentence: str) -> None:
        """Put a sentence beside a field of one child, once."""
        asked = self.children[number].form[field]
        if sentence not in asked.errors:
            asked.errors = [*asked.errors, sentence]
        self.children.errors = [entry.errors for entry in self.children]

    def validate_children(self, field: Rows) -> None:
        """Refuse more children than one form holds."""
        if field.sent > MOST_CHILDREN:
            raise ValidationError(
                _("One form holds %(most)d children. Send another one.", most=MOST_CHILDREN)
            )


class AdultForm(Applicant):
    """An adult who enrols alone; a sensitive programme asks only what to call them."""

    consent_words = _l("I agree to take part and that the library keeps what this needs")

    called = StringField(_l("What may we call you?"), validators=NAME_NEEDED)
    family_name = StringField(_l("Family name, as on the certificate"), validators=NAME_NEEDED)
    given_name = StringField(_l("First name"), validators=NAME_NEEDED)
    patronymic = StringField(_l("Patronymic"), validators=NAME)
    birth_date = DayField(_l("Birth date"), validators=[InputRequired(REQUIRED)])
    workplace = StringField(
        _l("Place of work"),
        validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()],
    )
    position = StringField(
        _l("Position"), validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()]
    )
    knows_limits = Tick(
        _l("I know my contraindications"), validators=[InputRequired(_l("Please tick this too."))]
    )

    def fit(self, *, is_sensitive: bool, needs_birth_date: bool) -> None:
        """Ask only what this group needs."""
        gone = ["called", "knows_limits"]
        if is_sensitive:
            gone = [
                "family_name",
                "given_name",
                "patronymic",
                "workplace",
                "position",
                *(str(one) for one in OTHER_PURPOSES),
            ]
        if is_sensitive or not needs_birth_date:
            gone.append("birth_date")
        for name in gone:
            if name in self:
                del self[name]


class DoorForm(LmsForm):
    """Enter a training from the room: the consent first, the word on the wall, the name."""

    form_key = HiddenField(validators=[FormKey()])
    agrees = Tick(
        _l("I agree to take part and that the library keeps what this needs"),
        validators=[InputRequired(_l("Without this tick we may not keep anything."))],
    )
    word = StringField(
        _l("The word on the wall"),
        validators=[InputRequired(REQUIRED), Length(max=40, message=TOO_LONG), NoControl()],
    )
    family_name = StringField(_l("Family name, as on the certificate"), validators=NAME_NEEDED)
    given_name = StringField(_l("First name"), validators=NAME_NEEDED)
    patronymic = StringField(_l("Patronymic"), validators=NAME)
    birth_date = DayField(_l("Birth date"), validators=[InputRequired(REQUIRED)])
    workplace = StringField(
        _l("Place of work"),
        validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()],
    )
    position = StringField(
        _l("Position"), validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()]
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

    def fit(self, *, is_known: bool, needs_birth_date: bool) -> None:
        """Ask only what is not known of somebody signed in, and the age where it matters."""
        known = ("family_name", "given_name", "patronymic", "workplace", "position", "email")
        for name in known if is_known else ():
            del self[name]
        if is_known or not needs_birth_date:
            del self["birth_date"]


class RefuseForm(LmsForm):
    """Why an application is refused."""

    why = SelectField(
        _l("Reason that the family reads"),
        choices=[(str(one), label) for one, label in REFUSAL_LABELS.items()],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([str(one) for one in Refusal], CHOOSE)],
    )


class EndForm(LmsForm):
    """The last day in a group."""

    last_day = DayField(_l("Last day in the group"), validators=[InputRequired(REQUIRED)])

    def __init__(self, *args: Any, since: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.since = since

    def validate_last_day(self, field: DayField) -> None:
        """Refuse an end before the beginning, and one nobody can have meant."""
        if field.data and self.since and field.data < self.since:
            raise ValidationError(_("The last day is before the first one."))
