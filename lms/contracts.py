"""What travels between the slices: frozen dataclasses of the standard library only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

Value = str | int | float | bool | date | datetime | None


class LMSError(Exception):
    """A refusal whose message is fit to show to the person who asked.

    ``code`` is for programs and tests, the message (or the sentence of ``reason``) for people.
    """

    code = "refused"

    def __init__(self, message: str = "", *, reason: "Reason | None" = None) -> None:
        super().__init__(message or (reason.code if reason else self.code))
        self.reason = reason


class RoleName(StrEnum):
    """What a person may do in the library; granted with dates."""

    GUARDIAN = "guardian"
    LEARNER = "learner"
    MENTOR = "mentor"
    LEADER = "leader"
    HELPER = "helper"
    COORDINATOR = "coordinator"
    DIRECTOR = "director"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Reason:
    """Why something is or is not so: a code and plain values, made a sentence by ``lms.i18n.say``.

    ``is_met`` tells a condition that holds («6 of 8 sessions») from one that does not yet.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    is_met: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer of a rule: allowed when nothing speaks against it."""

    objections: tuple[Reason, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether no objection was raised."""
        return not self.objections


@dataclass(frozen=True)
class AwardKind:
    """Something that can be issued at the end: a student's certificate, a mentor's credential.

    ``kinds`` are the keys of the programme kinds it belongs to; ``template`` the document template.
    """

    key: str
    label: Any
    template: str
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IndicatorRow:
    """One counted row behind a figure: words that name no person, and where to look at it."""

    day: date | None
    text: str
    amount: int
    url: str | None = None


@dataclass(frozen=True)
class Indicator:
    """One line of the annual report with its counting rule.

    ``count(year)`` answers the figure or ``None`` where nothing is known (never 0 for unknown);
    ``rows(year)`` the rows that make it up (their amounts sum to the figure unless the indicator
    counts distinct things); ``of`` the key of the line it is part of; ``rule`` the sentence
    printed beside it; ``is_entered`` marks figures entered by hand with a source.
    """

    key: str
    label: Any
    unit: Any
    rule: Any
    count: Callable[[int], int | None]
    rows: Callable[[int], list[IndicatorRow]]
    of: str | None = None
    is_entered: bool = False
    weight: int = 100


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu: ``endpoint`` is built into an address when the page is drawn."""

    label: Any
    endpoint: str
    weight: int = 100
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """A card on a home page: a question of the day and where to answer it."""

    title: str
    text: str = ""
    figure: str = ""
    endpoint: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    tone: str = "plain"
    weight: int = 100


@dataclass(frozen=True)
class Panel:
    """A part of a page that another slice adds: a title, reasons or lines, and links (label, url)."""

    title: str
    lines: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    weight: int = 100


@dataclass(frozen=True)
class Setting:
    """One setting, documented once: read from the environment variable of the same name."""

    name: str
    default: str
    help: str
    parse: Callable[[str], Any] = str
    is_secret: bool = False


class Change(StrEnum):
    """What became of a session that people reckon with."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    RESTORED = "restored"


@dataclass(frozen=True)
class SessionChange:
    """A change of the timetable: what, by whom, when.

    ``at`` is ``None`` where the change is noted long afterwards, so that nobody is told.
    """

    what: Change
    by_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class JobKind:
    """Long work made of items, of which ``run_item(args, key)`` does one.

    Its effects and the item's own tick are committed together, so a killed worker neither loses
    nor doubles any.
    """

    key: str
    label: Any
    run_item: Callable[[Mapping[str, Any], str], None]
    finished: Callable[[Mapping[str, Any]], None] | None = None


@dataclass
class Erasing:
    """One person being erased: what erasers read, and what is to be done after the commit.

    ``names`` are the person's own, ``guardian_ids`` those of every adult ever noted with them.
    Erasers add to ``files`` the hashes of stored files that go, and to ``outbox`` the addresses
    and the keys of the letters whose copies in the outbox go.
    """

    person_id: int
    now: datetime
    names: tuple[str, ...] = ()
    guardian_ids: tuple[int, ...] = ()
    files: list[str] = field(default_factory=list)
    outbox: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Eraser:
    """How the rows of one table are erased for a person.

    Rows are those whose column ``owner`` holds the person, or, with ``through``, a row of that
    table whose ``person_id`` is the person. They are deleted, or ``clear`` says what stands in
    each personal column afterwards. ``run`` comes first and does what neither can say; alone it
    answers for the whole table.
    """

    table: str
    owner: str = "person_id"
    through: str = ""
    clear: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False
    run: Callable[[Erasing], None] | None = None

    def covers(self, column: str) -> bool:
        """Tell whether a personal column is erased by this."""
        return self.is_deleted or column in self.clear or (self.run is not None and not self.clear)


@dataclass(frozen=True)
class KnownPart:
    """A part of «What is known about us»: a title, and pairs of label and value in plain words."""

    title: str
    rows: tuple[tuple[str, str], ...]
    weight: int = 100


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter that the program writes: its name in the log, and an example to look at.

    ``example()`` answers a ``lms.letters.rules.Text`` in the language in force; it names nobody
    real. ``when`` is the sentence that says when such a letter leaves.
    """

    key: str
    label: Any
    example: Callable[[], Any]
    when: Any = ""


@dataclass(frozen=True)
class Merger:
    """What becomes of the rows that name a record when that record is merged into another.

    ``column`` is a foreign key to the person, like «letter.person_id». The rows follow; one that
    would hurt a uniqueness gives way to the kept record's own. ``is_ended`` rows go instead: they
    let somebody in. ``move`` does what neither says (``lms.people.moving.Moving``). ``say`` counts
    the rows in words for whoever decides; ``is_seen`` tells that guardians of a record see them.
    """

    column: str
    say: Callable[[int], str] | None = None
    move: Callable[[Any], None] | None = None
    is_ended: bool = False
    is_seen: bool = False
    weight: int = 100


T = TypeVar("T", MenuItem, Card, Panel, KnownPart)


def weighted(nested: Iterable[Iterable[T]]) -> list[T]:
    """Flatten what several plug-ins gave and sort it by weight."""
    return sorted((item for group in nested for item in group), key=lambda item: item.weight)


Sentence = Callable[[Mapping[str, Any]], str]
