"""What every form has: trimmed text, no control characters, messages in the reader's language."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form
from wtforms.validators import ValidationError


TAG = re.compile(r"<\s*[A-Za-z/!?]")


class NoControl:
    """Refuse what is no text of a person: control characters, and tags of markup.

    Pages escape everything anyway; a name with a tag in it is a mistake or an attack, and would
    stand on a certificate.
    """

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise when a control character (but line breaks and tabs) or a tag stands in the text."""
        text = field.data
        if not isinstance(text, str):
            return
        if any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) <= 0xDFFF for c in text):
            raise ValidationError(_("Remove the hidden characters from this field."))
        if TAG.search(text):
            raise ValidationError(_("Write plain words, without < and >."))


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
