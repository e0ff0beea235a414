"""Forms of the register; its marks are rows of the page, read by ``read_marks``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.attendance.register import Found
from lms.attendance.rules import MARKS, Heads, Mark, Mode, Status, SubmittedMark, assess_heads
from lms.attendance.services import SubmittedHeads
from lms.courses.models import NotHeldReason
from lms.courses.sentences import NOT_HELD_LABELS
from lms.forms import CHOOSE, TOO_LONG, LmsForm, NoControl
from lms.i18n import say

MOST_HEADS = 10_000
NUMBER = _l("Write a number from 0 to 10 000.")
NOBODY = _l("Write a number; 0 if there was nobody.")
BLANK = "none"
SHOWN = {f"{mark.status}.{mark.mode}": mark for mark in MARKS.values()}
STATUSES = {str(status): status for status in Status}
NO_MARK = frozenset({"", BLANK})


def _reason() -> StringField:
    return StringField(
        _l("Why is it changed now?"),
        description=_l("For example: a note was found, the family told it."),
        validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()],
    )


def _heads(label: Any, *, is_asked: bool) -> IntegerField:
    needed = InputRequired(NOBODY) if is_asked else Optional()
    return IntegerField(
        label, validators=[needed, NumberRange(min=0, max=MOST_HEADS, message=NUMBER)]
    )


class CountForm(LmsForm):
    """A head-count: how many came, of them for the first time this year."""

    in_person = _heads(_l("In person"), is_asked=True)
    online = _heads(_l("Online"), is_asked=True)
    first_time = _heads(_l("Of them for the first time this year"), is_asked=True)
    reason = _reason()

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Refuse a count of newcomers that is larger than the count of people."""
        if not super().validate(extra_validators):
            return False
        verdict = assess_heads(self.heads())
        if not verdict.is_allowed:
            self.first_time.errors = [say(verdict.objections[0])]
        return bool(verdict.is_allowed)

    def heads(self) -> Heads:
        """Answer the numbers typed; what was left empty is nobody."""
        return Heads(self.in_person.data or 0, self.online.data or 0, self.first_time.data or 0)

    def is_empty(self) -> bool:
        """Tell whether nothing was counted."""
        return all(field.data is None for field in (self.in_person, self.online, self.first_time))


class RegisterForm(CountForm):
    """A register by names, with a head-count of others beside them."""

    in_person = _heads(_l("In person"), is_asked=False)
    online = _heads(_l("Online"), is_asked=False)
    first_time = _heads(_l("Of them for the first time this year"), is_asked=False)


class NotHeldForm(LmsForm):
    """Why a session was not held."""

    reason = RadioField(
        _l("Why was it not held?"),
        choices=[(str(reason), NOT_HELD_LABELS[reason]) for reason in NotHeldReason],
        validators=[InputRequired(CHOOSE)],
    )


@dataclass(frozen=True)
class ReadMarks:
    """The rows of a submitted register: marks, and errors by person."""

    marks: tuple[SubmittedMark, ...]
    errors: Mapping[int, str]


def write_seen(version: int, mark: Mark | None) -> str:
    """Write what a row showed when the page was made, to be sent back with it.

    >>> write_seen(3, Mark(Status.LATE, Mode.ONLINE)), write_seen(0, None)
    ('3.late.online', '0')
    """
    return f"{version}.{mark.status}.{mark.mode}" if mark else str(version)


def read_seen(text: str) -> tuple[int, Mark | None]:
    """Read what a row showed; what can't be read was never shown.

    >>> read_seen("3.late.online")
    (3, Mark(status=<Status.LATE: 'late'>, mode=<Mode.ONLINE: 'online'>))
    >>> read_seen("x"), read_seen("")
    ((0, None), (0, None))
    """
    version, _dot, rest = text[:60].partition(".")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return 0, None
    return int(version), SHOWN.get(rest)


def read_heads(form: CountForm, found: Found, seen: str) -> SubmittedHeads | None:
    """Read the head-count with what its form was opened with; empty fields count nobody."""
    version, seen_heads = _read_seen_heads(seen)
    if form.is_empty() and found.heads is None:
        return None
    return SubmittedHeads(form.heads(), seen_heads, version)


def write_seen_heads(found: Found) -> str:
    """Write the head-count that a page showed.

    :returns: version and three numbers, or 0 where nothing was counted.
    """
    heads = found.heads
    if heads is None:
        return "0"
    return f"{found.heads_version}.{heads.in_person}.{heads.online}.{heads.first_time}"


def _read_seen_heads(text: str) -> tuple[int, Heads | None]:
    parts = text[:60].split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return 0, None
    numbers = [int(part) for part in parts]
    return numbers[0], Heads(*numbers[1:]) if len(numbers) == 4 else None


def read_marks(sent: Any, found: Found) -> ReadMarks:
    """Read the marks of a submitted page; ``settle`` is the tap that settles one conflict.

    :param sent: the request's form, a ``MultiDict``.
    """
    errors: dict[int, str] = {}
    rows: dict[int, SubmittedMark] = {}
    filled = set(sent.getlist("filled"))
    typed = {name: text for name, text in sent.items() if "-" in name}
    numbers = {name[5:] for name in typed if name[:5] in {"seen-", "mark-"}}
    for number in numbers:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            continue
        person_id, chosen = int(number), typed.get(f"mark-{number}", "")
        if chosen not in NO_MARK and chosen not in STATUSES:
            errors[person_id] = _("Choose one of the marks.")
            continue
        version, seen = read_seen(typed.get(f"seen-{number}", ""))
        mark = _mark(chosen, seen, found.mode)
        if found.is_hybrid and mark is not None:
            mode = Mode.ONLINE if f"online-{number}" in typed else Mode.IN_PERSON
            mark = MARKS[mark.status, mode]
        rows[person_id] = SubmittedMark(person_id, mark, seen, version, number in filled)
    _settle(rows, sent.get("settle", ""))
    return ReadMarks(tuple(rows.values()), errors)


def _mark(chosen: str, seen: Mark | None, mode: Mode) -> Mark | None:
    if chosen in NO_MARK:
        return None
    status = STATUSES[chosen]
    # How somebody took part stays as it was marked, also when the group has moved to a link since.
    if seen is not None and seen.status is status:
        return seen
    return MARKS[status, mode]


def _settle(rows: dict[int, SubmittedMark], text: str) -> None:
    number, _dot, chosen = text[:60].partition(".")
    row = rows.get(int(number)) if number.isascii() and number.isdigit() else None
    if row is not None:
        mark = read_seen(f"0.{chosen}")[1]
        rows[row.person_id] = SubmittedMark(row.person_id, mark, row.seen, row.seen_version)
