"""What a journal would change, and what must be decided first: the parts of the plan. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lms.attendance.rules import Status
from lms.imports.grid import Grid, GridColumn, GridRow, RowKind
from lms.imports.grid_days import Span
from lms.imports.grid_names import Member

LEAVE, MAKE, RESTORE, SHEET, KEEP = "leave", "make", "restore", "sheet", "keep"


class CellState(StrEnum):
    """What becomes of one cell."""

    WRITE = "write"
    SAME = "same"
    DIFFERS = "differs"
    KEPT = "kept"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    WAITS = "waits"
    LEFT = "left"


class DayState(StrEnum):
    """What becomes of one date."""

    THERE = "there"
    MAKE = "make"
    RESTORE = "restore"
    DECIDE = "decide"
    LEFT = "left"
    EMPTY = "empty"


@dataclass(frozen=True)
class Meeting:
    """A session of the group as its register stands; ``heads`` is the head-count, if any."""

    session_id: int
    day: date
    clock: str = ""
    is_cancelled: bool = False
    is_moved: bool = False
    is_locked: bool = False
    marks: Mapping[int, Status] = field(default_factory=dict)
    heads: int | None = None


@dataclass(frozen=True)
class Group:
    """What is known of the group that a journal is for."""

    span: Span
    today: date
    members: tuple[Member, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    is_sensitive: bool = False
    may_make: bool = True


@dataclass(frozen=True)
class Decisions:
    """What a coordinator decided: about signs, rows, dates and single cells."""

    signs: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class PlannedDay:
    """A date of the journal, the session it means, and what may be answered about it."""

    column: GridColumn
    state: DayState
    session_id: int | None = None
    code: str = ""
    options: tuple[str, ...] = ()
    is_locked: bool = False

    @property
    def is_taken(self) -> bool:
        """Tell whether marks under this date are written."""
        return self.state in {DayState.THERE, DayState.MAKE, DayState.RESTORE}


@dataclass(frozen=True)
class PlannedRow:
    """A row and whose it is; ``is_left`` says that somebody decided to leave it out."""

    row: GridRow
    person_id: int | None = None
    candidates: tuple[int, ...] = ()
    is_left: bool = False
    code: str = ""


@dataclass(frozen=True)
class PlannedCell:
    """One cell: what it says, what stands already, and what becomes of it."""

    row: int
    column: int
    text: str
    state: CellState
    person_id: int | None = None
    status: Status | None = None
    standing: Status | None = None

    @property
    def key(self) -> str:
        """The name under which a decision about it is kept."""
        return f"{self.row}.{self.column}"


@dataclass(frozen=True)
class PlannedHeads:
    """A head-count of a date; ``named`` is set where names say another number than the sum."""

    column: int
    count: int
    state: CellState
    standing: int | None = None
    named: int | None = None

    @property
    def key(self) -> str:
        """The name under which a decision about it is kept."""
        return f"h.{self.column}"


@dataclass(frozen=True)
class GridPlan:
    """All that importing a journal comes to."""

    group: Group
    grid: Grid
    days: tuple[PlannedDay, ...]
    rows: tuple[PlannedRow, ...]
    cells: tuple[PlannedCell, ...]
    heads: tuple[PlannedHeads, ...]
    signs: tuple[tuple[str, int], ...]
    reason: str = ""

    @property
    def writes(self) -> list[PlannedCell]:
        """The marks to be written."""
        return [cell for cell in self.cells if cell.state is CellState.WRITE]

    @property
    def counted(self) -> list[PlannedHeads]:
        """The head-counts to be written."""
        return [heads for heads in self.heads if heads.state is CellState.WRITE]

    @property
    def needs_reason(self) -> bool:
        """Tell whether a locked register would change and nobody said why."""
        touched = {cell.column for cell in self.writes} | {one.column for one in self.counted}
        locked = {day.column.number for day in self.days if day.is_locked}
        return not self.reason and bool(touched & locked)

    @property
    def open_questions(self) -> int:
        """Count what is still to be decided; it is left out until then."""
        return (
            len(self.signs)
            + sum(1 for row in self.rows if asks(row))
            + sum(1 for day in self.days if day.state is DayState.DECIDE)
            + sum(1 for cell in self.cells if cell.state is CellState.DIFFERS)
            + sum(1 for heads in self.heads if heads.state is CellState.DIFFERS)
        )

    @property
    def counts(self) -> dict[str, int]:
        """Count marks, people, dates and cells of each kind."""
        states = Counter(cell.state for cell in self.cells)
        return {
            "marks": len(self.writes),
            "people": len({cell.person_id for cell in self.writes}),
            "sessions": len(
                {one.column for one in self.writes} | {one.column for one in self.counted}
            ),
            "heads": len(self.counted),
            "new_sessions": sum(1 for day in self.days if day.state is DayState.MAKE),
            "questions": self.open_questions,
            **{str(state): states[state] for state in CellState if state is not CellState.WRITE},
        }


def asks(row: PlannedRow) -> bool:
    """Tell whether somebody must still say whose row this is."""
    return row.row.kind is RowKind.PERSON and row.person_id is None and not row.is_left
