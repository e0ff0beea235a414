"""The form of a message to a whole group."""

from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from lms.forms import REQUIRED, TOO_LONG, LmsForm, NoControl

MOST_LETTERS = 4000


class GroupLetterForm(LmsForm):
    """Write one text for all adults of a group; ``key`` makes two submits of it one writing."""

    key = HiddenField(validators=[InputRequired(REQUIRED)])
    words = TextAreaField(
        _l("What should the parents know?"),
        description=_l(
            "An empty line begins a new paragraph. Name no child: all families read the same text."
        ),
        validators=[
            InputRequired(REQUIRED),
            Length(max=MOST_LETTERS, message=TOO_LONG),
            NoControl(),
        ],
    )

    def validate_key(self, field: HiddenField) -> None:
        """Take only a key that this page made."""
        try:
            is_key = str(UUID(field.data)) == field.data
        except ValueError:
            is_key = False
        if not is_key:
            raise ValidationError(_("Reload the page and write again."))
