"""A register as its page shows it: rows, marks offered, small words, conflicts to settle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from lms.attendance.forms import write_seen, write_seen_heads
from lms.attendance.models import MarkChange
from lms.attendance.register import Found, RosterRow, consents_given, roster
from lms.attendance.rules import Conflict, Heads, Mark, Standing, Status, offered_statuses
from lms.attendance.sentences import MODE_LABELS, STATUS_LABELS
from lms.attendance.services import RegisterRefused, refuse_entry
from lms.contracts import Reason
from lms.courses.models import NOT_HELD
from lms.db import db
from lms.i18n import say_clock, say_moment
from lms.people.models import Person
from lms.people.names import short_name
from lms.people.rules import Purpose


@dataclass(frozen=True)
class ScreenRow:
    """One learner's row: what is chosen, what may be chosen, and what the page was made with."""

    person_id: int
    name: str
    value: str
    options: tuple[tuple[str, str], ...]
    seen: str
    note: str = ""
    is_online: bool = False


@dataclass(frozen=True)
class Choice:
    """One way of settling a conflict: the mark, as sent, and the words of its button."""

    mark: str
    words: str


@dataclass(frozen=True)
class Clash:
    """A conflict in words: whose mark, who put what and when, and the two taps that settle it."""

    person_id: int
    text: str
    seen: str
    choices: tuple[Choice, Choice]


@dataclass(frozen=True)
class Screen:
    """Everything that the page of a register shows."""

    found: Found
    standing: Standing
    rows: tuple[ScreenRow, ...]
    marked: int
    seen_heads: str
    refusal: Reason | None = None
    note: str = ""
    clashes: tuple[Clash, ...] = ()
    heads_clash: str = ""
    errors: Mapping[int, str] | None = None

    @property
    def has_names(self) -> bool:
        """Tell whether people are marked by name."""
        return bool(self.rows)

    @property
    def is_count(self) -> bool:
        """Tell whether a head-count is what this register is about."""
        return self.found.is_sensitive or self.found.is_drop_in

    @property
    def is_not_held(self) -> bool:
        """Tell whether the session was cancelled or moved."""
        return self.found.session.state in NOT_HELD


def make_screen(found: Found, *, now: datetime, lock_days: int) -> Screen:
    """Open a register for its page. On a sensitive one stands nobody's name."""
    rows = [] if found.is_sensitive else roster(found)
    words = {status: str(label) for status, label in STATUS_LABELS.items()}
    notes, note = _consent_notes(found, rows)
    return Screen(
        found=found,
        standing=found.standing(now=now, lock_days=lock_days),
        rows=tuple(
            _row(found, row, words, notes.get(row.person_id, ""), now >= found.ends_at)
            for row in rows
        ),
        marked=sum(1 for row in rows if row.stored),
        seen_heads=write_seen_heads(found),
        refusal=_refusal(found, now),
        note=note,
    )


def _refusal(found: Found, now: datetime) -> Reason | None:
    try:
        refuse_entry(found, now=now)
    except RegisterRefused as refused:
        return refused.reason
    return None


def _row(
    found: Found,
    row: RosterRow,
    words: Mapping[Status, str],
    note: str,
    is_over: bool,  # noqa: FBT001
) -> ScreenRow:
    mark = row.stored.mark if row.stored else None
    offered = offered_statuses(mark.status if mark else None, is_over=is_over)
    options = tuple((str(status), words[status]) for status in offered)
    return ScreenRow(
        person_id=row.person_id,
        name=row.name or _("data erased"),
        value=str(mark.status) if mark else "",
        options=options,
        seen=write_seen(row.stored.version if row.stored else 0, mark),
        note=note,
        is_online=(mark.mode if mark else found.mode) == "online",
    )


def _consent_notes(found: Found, rows: list[RosterRow]) -> tuple[dict[int, str], str]:
    """Say who must not be photographed or recorded: in each row, or once where it is everybody."""
    if not rows:
        return {}, ""
    ids = [row.person_id for row in rows]
    given = consents_given(ids, found)
    photographs, recording = given[Purpose.PHOTOGRAPHS], given[Purpose.RECORDING]
    if not photographs and not recording:
        return {}, _("Nobody here has agreed to photographs or to recording.")
    notes = {}
    for person_id in ids:
        parts = [
            words
            for words, agreed in (
                (_("no photographs"), photographs),
                (_("no recording"), recording),
            )
            if person_id not in agreed
        ]
        if parts:
            notes[person_id] = " · ".join(parts)
    return notes, ""


def make_clashes(
    found: Found, conflicts: Iterable[Conflict], names: Mapping[int, str], *, now: datetime
) -> tuple[Clash, ...]:
    """Say for each conflict who put what and when, and offer both marks."""
    conflicts = tuple(conflicts)
    if not conflicts:
        return ()
    last = _last_changes(found.session.id, [conflict.person_id for conflict in conflicts])
    return tuple(_clash(found, conflict, names, last, now) for conflict in conflicts)


def _clash(
    found: Found,
    conflict: Conflict,
    names: Mapping[int, str],
    last: Mapping[int, tuple[str, datetime]],
    now: datetime,
) -> Clash:
    who, at = last.get(conflict.person_id, ("", now))
    mine, theirs = say_mark(found, conflict.mine), say_mark(found, conflict.theirs)
    is_today = at.date() == now.date()
    text = _(
        "%(name)s: %(who)s put “%(theirs)s” (%(at)s), you “%(mine)s” (%(now)s). Which is right?",
        name=names.get(conflict.person_id, ""),
        who=who or _("somebody"),
        theirs=theirs,
        mine=mine,
        at=say_clock(at, found.zone) if is_today else say_moment(at, found.zone),
        now=say_clock(now, found.zone),
    )
    return Clash(
        conflict.person_id,
        text,
        write_seen(conflict.version, conflict.theirs),
        (_choice(found, conflict.mine), _choice(found, conflict.theirs)),
    )


def _choice(found: Found, mark: Mark | None) -> Choice:
    return Choice(f"{mark.status}.{mark.mode}" if mark else "", say_mark(found, mark))


def say_mark(found: Found, mark: Mark | None) -> str:
    """Say a mark; where a group is hybrid, also how somebody took part."""
    if mark is None:
        return _("no mark")
    words = str(STATUS_LABELS[mark.status])
    return f"{words}, {MODE_LABELS[mark.mode]}" if found.is_hybrid else words


def say_heads(heads: Heads) -> str:
    """Say a head-count in words."""
    return _(
        "%(in_person)d in person, %(online)d online, of them %(first_time)d for the first time",
        in_person=heads.in_person,
        online=heads.online,
        first_time=heads.first_time,
    )


def _last_changes(session_id: int, person_ids: list[int]) -> dict[int, tuple[str, datetime]]:
    rows = db.session.execute(
        select(MarkChange.person_id, MarkChange.changed_at, Person.family_name, Person.given_name)
        .outerjoin(Person, Person.id == MarkChange.changed_by_id)
        .where(MarkChange.session_id == session_id, MarkChange.person_id.in_(person_ids))
        .order_by(MarkChange.id)
    )
    return {
        person_id: (short_name(family or "", given or ""), at)
        for person_id, at, family, given in rows
    }
