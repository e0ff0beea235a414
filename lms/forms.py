"""What every form has: trimmed text, no control characters, messages in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form
from wtforms.validators import ValidationError


class NoControl:
    """Refuse characters that no keyboard types: NUL and its kin."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise when a control character stands in the text (line breaks and tabs may)."""
        text = field.data
        if isinstance(text, str) and any(ord(c) < 32 and c not in "\n\r\t" for c in text):
            raise ValidationError(_("Remove the hidden characters from this field."))


def trimmed(value: Any) -> Any:
    """Strip surrounding blanks of typed text; other values pass."""
    return value.strip() if isinstance(value, str) else value


class LmsForm(FlaskForm):  # type: ignore[misc]
    """The base of every form. Fields of text are trimmed; messages come from the catalogue."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Trim every field of text, and use this application's own catalogue."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Add the trimming filter to fields that have none of their own."""
            filters = list(unbound_field.kwargs.get("filters", ()))
            if trimmed not in filters and "String" in unbound_field.field_class.__name__:
                unbound_field.kwargs["filters"] = [trimmed, *filters]
            return unbound_field.bind(form=form, **options)


REQUIRED = _l("Fill this in.")
TOO_LONG = _l("This is too long.")
CHOOSE = _l("Choose one of the list.")
