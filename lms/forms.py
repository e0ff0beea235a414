"""What every form has: trimmed text, no control characters, messages in the reader's language."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, PasswordField, StringField
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


class KnownTick:
    """Refuse in a box what no browser sends: WTForms would take any text for a yes."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise when the box holds neither a tick nor its absence."""
        typed = str(field.raw_data[0]) if field.raw_data else ""
        if typed.lower() not in {"", "y", "on", "1", "yes", "true", "0", "no", "false"}:
            raise ValidationError(_("Tick the box or leave it empty."))


def trimmed(value: Any) -> Any:
    """Strip surrounding blanks of typed text; other values pass."""
    return value.strip() if isinstance(value, str) else value


class LmsForm(FlaskForm):  # type: ignore[misc]
    """The base of every form. Fields of text are trimmed; messages come from the catalogue."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Trim every field of text, hold boxes to ticks, and use this application's own catalogue."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Add what every field of its type has, where it is not there already."""
            made_of, given = unbound_field.field_class, unbound_field.kwargs
            filters = list(given.get("filters", ()))
            is_text = issubclass(made_of, StringField) and not issubclass(made_of, PasswordField)
            if is_text and trimmed not in filters:
                given["filters"] = [trimmed, *filters]
            elif made_of is BooleanField:
                known = given.get("validators") or ()
                if not any(isinstance(one, KnownTick) for one in known):
                    given["validators"] = [*known, KnownTick()]
            return unbound_field.bind(form=form, **options)


REQUIRED = _l("Fill this in.")
TOO_LONG = _l("This is too long.")
CHOOSE = _l("Choose one of the list.")
