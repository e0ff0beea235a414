"""Fields that take nothing on trust: ticks, lists of children, keys of forms, phones."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, FieldList, Form, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.people.phones import to_e164

TICKED = frozenset({"y", "on", "1", "true", "yes"})
PHONE = re.compile(r"\+?[\d\s()./-]+")
INDEX = re.compile(r"[0-9]{1,4}")
BAD_TICK = _l("Tick the box or leave it empty.")
BAD_DATE = _l("Write the date like this: 31.12.2012.")


class Tick(BooleanField):  # type: ignore[misc]
    """A box that only a browser's own value ticks; nothing else is taken for a yes."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the box."""
        typed = str(valuelist[0]) if valuelist else ""
        self.data = typed in TICKED
        self.is_odd = bool(typed) and typed not in TICKED

    def pre_validate(self, form: Form) -> None:
        """Refuse what is neither a tick nor its absence."""
        if getattr(self, "is_odd", False):
            raise ValidationError(BAD_TICK)


class DayField(DateField):  # type: ignore[misc]
    """A date, from a browser's picker or typed as people write it."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("format", ["%Y-%m-%d", "%d.%m.%Y"])
        super().__init__(label, validators, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the date and say how to write one when it can't be read."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(BAD_DATE)) from error


class Choices(SelectMultipleField):  # type: ignore[misc]
    """Several of a list as ticks; what is not in the list is refused in this library's words."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options |= {"coerce": _row_id, "validate_choice": False}
        super().__init__(label, validators, **options)

    def pre_validate(self, form: Form) -> None:
        """Refuse what the list does not hold, and the same twice."""
        offered = {value for value, _label in self.choices or ()}
        if not set(self.data or ()) <= offered:
            raise ValidationError(_("Choose from the list."))

    def post_validate(self, *_args: object) -> None:
        """Keep each choice once."""
        self.data: list[int] = list(dict.fromkeys(self.data or ()))


def _row_id(value: Any) -> int:
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else -1


class Rows(FieldList):  # type: ignore[misc]
    """Forms one below another; more of them than there may be is said, not cut off silently."""

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        """Read the rows, and count those that stood beyond the most."""
        self.sent = len(set(self._extract_indices(self.name, formdata))) if formdata else 0
        super().process(formdata, *args, **options)

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        start = f"{prefix}-"
        for key in formdata:
            if key.startswith(start):
                index = key[len(start) :].split("-", 1)[0]
                if INDEX.fullmatch(index):
                    yield int(index)


class FormKey:
    """Ask for the key that this page was drawn with: it makes one submit of two taps."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse what is no key."""
        try:
            is_key = str(UUID(str(field.data))) == field.data
        except ValueError:
            is_key = False
        if not is_key:
            raise ValidationError(_("This page was open too long. Send it once more."))


class Phone:
    """Ask for a number that can be dialled; it is kept in its international form."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse letters, and too few or too many digits."""
        digits = sum(letter.isdigit() for letter in field.data or "")
        is_phone = PHONE.fullmatch(field.data or "") and 9 <= digits <= 15
        if not is_phone or not to_e164(field.data):
            raise ValidationError(_("Write the number with its digits, like 050 123 45 67."))


class HasLetter:
    """Ask for a name that holds at least one letter."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse figures and signs alone."""
        if not any(letter.isalpha() for letter in field.data or ""):
            raise ValidationError(_("Write the name in letters."))


class StaysEmpty:
    """Ask that a field nobody sees stays empty: programs fill it, people do not."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse any text."""
        if field.data:
            raise ValidationError(_("Leave this field empty."))
