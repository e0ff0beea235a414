"""Forms of certificates: the code and the surname that a stranger types, search, revocation."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from lms.certificates.codes import BODY_LENGTH, normalise
from lms.certificates.rules import Typing, judge_typing
from lms.certificates.sentences import REVOCATIONS
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl

OWN_WORDS = "other"


class CodeForm(LmsForm):
    """Ask for the check code of a paper."""

    code = StringField(
        _l("Check code"),
        description=_l(
            "21 characters under the square on the paper; spaces and dashes do not matter."
        ),
        validators=[InputRequired(REQUIRED), Length(max=100, message=TOO_LONG), NoControl()],
    )

    def validate_code(self, field: StringField) -> None:
        """Tell a slip of the finger from what cannot be a code at all."""
        judged = judge_typing(field.data)
        if judged in {Typing.LETTERS, Typing.EMPTY}:
            raise ValidationError(_("A code has only digits and Latin letters, without U."))
        if judged is Typing.LENGTH:
            typed = len(normalise(field.data))
            raise ValidationError(
                _(
                    "A code has %(all)d characters, here are %(typed)d.",
                    all=BODY_LENGTH + 1,
                    typed=typed,
                )
            )
        if judged is Typing.SLIP:
            raise ValidationError(
                _("This looks like a typing error: compare each character with the paper.")
            )


class FamilyNameForm(LmsForm):
    """Ask whoever checks a child's paper for the surname that stands on it."""

    family_name = StringField(
        _l("Surname on the certificate"),
        validators=[InputRequired(REQUIRED), Length(max=100, message=TOO_LONG), NoControl()],
    )


class SearchForm(LmsForm):
    """Narrow the list of certificates."""

    class Meta(LmsForm.Meta):
        """A search changes nothing, so its address may be kept and sent."""

        csrf = False

    text = StringField(
        _l("Number or name"),
        validators=[Optional(), Length(max=100, message=TOO_LONG), NoControl()],
    )
    year = SelectField(_l("Year of issue"), coerce=int, validators=[Optional()])
    module = SelectField(_l("Module"), coerce=int, validators=[Optional()])
    page = IntegerField(
        _l("Page"),
        default=1,
        validators=[Optional(), NumberRange(min=1, max=100_000, message=CHOOSE)],
    )


class IssueForm(LmsForm):
    """Confirm the issuing of a group's certificates."""

    award = HiddenField(_l("What is issued"), validators=[InputRequired(CHOOSE)])

    def offer(self, awards: list[str]) -> None:
        """Take one of these awards and no other."""
        self.award.validators = [*self.award.validators, AnyOf(awards, message=CHOOSE)]


class RevokeForm(LmsForm):
    """Ask why a certificate is revoked; strangers will read the answer."""

    reason = RadioField(
        _l("Why is it revoked?"),
        choices=[*REVOCATIONS.items(), (OWN_WORDS, _l("another reason, in my own words"))],
        validators=[InputRequired(CHOOSE)],
    )
    words = TextAreaField(
        _l("In your own words"),
        description=_l("Strangers will read this. No names of children, no places."),
        # No Optional() here: it would skip the question whether words and reason belong together.
        validators=[Length(max=200, message=TOO_LONG), NoControl()],
    )

    def validate_words(self, field: TextAreaField) -> None:
        """Ask for words where none of the reasons fits, and for none where one does."""
        if self.reason.data == OWN_WORDS and not field.data:
            raise ValidationError(REQUIRED)
        if self.reason.data in REVOCATIONS and field.data:
            raise ValidationError(
                _("Choose “another reason” to use your own words, or leave this empty.")
            )

    @property
    def answer(self) -> str:
        """The reason as it is kept: a known one by its key, any other in the words typed."""
        return str(self.words.data if self.reason.data == OWN_WORDS else self.reason.data)
