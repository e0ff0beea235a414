"""Planning a journal: its dates against sessions, its names against people, its cells. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from lms.attendance.rules import CAME, Status
from lms.imports.grid import Grid, GridColumn, RowKind
from lms.imports.grid_names import match_name
from lms.imports.grid_plan import (
    KEEP,
    LEAVE,
    MAKE,
    RESTORE,
    SHEET,
    CellState,
    DayState,
    Decisions,
    GridPlan,
    Group,
    Meeting,
    PlannedCell,
    PlannedDay,
    PlannedHeads,
    PlannedRow,
)
from lms.imports.signs import plain_sign, read_number, read_sign


def plan_grid(grid: Grid, group: Group, decisions: Decisions) -> GridPlan:
    """Plan what a journal changes. What stands already is never overwritten without a decision."""
    days = _plan_days(grid, group, decisions.days)
    if group.is_sensitive:
        return _plan_sensitive(grid, group, decisions, days)
    rows = _plan_rows(grid, group, decisions.names)
    unknown: Counter[str] = Counter()
    cells = tuple(_cells(rows, days, group, decisions, unknown))
    heads = tuple(_heads(grid, days, cells, group, decisions))
    signs = tuple(sorted(unknown.items(), key=lambda one: (-one[1], one[0])))
    return GridPlan(group, grid, days, rows, cells, heads, signs, decisions.reason)


def _plan_days(grid: Grid, group: Group, said: Mapping[str, str]) -> tuple[PlannedDay, ...]:
    filled = {number for row in grid.rows for number in row.cells}
    by_day: dict[date, list[Meeting]] = defaultdict(list)
    for meeting in group.meetings:
        by_day[meeting.day].append(meeting)
    columns: dict[date, list[GridColumn]] = defaultdict(list)
    for column in grid.columns:
        if column.number in filled:
            columns[column.day].append(column)
    used: set[int] = set()
    planned: list[PlannedDay] = []
    for column in grid.columns:
        if column.number not in filled:
            planned.append(PlannedDay(column, DayState.EMPTY))
            continue
        same = columns[column.day]
        one = _plan_day(column, same, by_day[column.day], group, said.get(str(column.number), ""))
        if one.session_id is not None and one.is_taken:
            if one.session_id in used:
                one = PlannedDay(column, DayState.LEFT, code="grid_day_twice")
            used.add(one.session_id or 0)
        planned.append(one)
    return tuple(planned)


def _plan_day(
    column: GridColumn,
    same: list[GridColumn],
    there: list[Meeting],
    group: Group,
    said: str,
) -> PlannedDay:
    if column.day > group.today:
        return PlannedDay(column, DayState.LEFT, code="grid_day_ahead")
    open_ones = [one for one in there if not (one.is_cancelled or one.is_moved)]
    by_id = {str(meeting.session_id): meeting for meeting in open_ones}
    chosen = by_id.get(said)
    if chosen is None and open_ones and len(open_ones) == len(same):
        chosen = open_ones[same.index(column)]
    if chosen is not None and said != LEAVE:
        return PlannedDay(column, DayState.THERE, chosen.session_id, is_locked=chosen.is_locked)
    if open_ones:
        code, options = "grid_day_several", tuple(by_id)
    elif same[0] is not column:
        code, options = "grid_day_twice", ()
    else:
        code, options = _without_session(column, there, group)
    if said == LEAVE or not options:
        return PlannedDay(column, DayState.LEFT, code=code, options=options)
    if said == MAKE and MAKE in options:
        return PlannedDay(column, DayState.MAKE, code=code, options=options)
    if said == RESTORE and RESTORE in options:
        first = there[0]
        return PlannedDay(
            column, DayState.RESTORE, first.session_id, code, options, is_locked=first.is_locked
        )
    return PlannedDay(column, DayState.DECIDE, code=code, options=options)


def _without_session(
    column: GridColumn, there: list[Meeting], group: Group
) -> tuple[str, tuple[str, ...]]:
    """Say why a date has no session that takes marks, and what may be done about it."""
    if there:
        moved = there[0].is_moved
        return ("grid_day_moved", ()) if moved else ("grid_day_cancelled", (RESTORE,))
    if group.span.distance(column.day):
        return "grid_day_outside", ()
    return ("grid_day_no_session", (MAKE,)) if group.may_make else ("grid_day_no_time", ())


def _plan_rows(grid: Grid, group: Group, said: Mapping[str, str]) -> tuple[PlannedRow, ...]:
    ids = {str(member.person_id) for member in group.members}
    first: dict[str, int] = {}
    found: list[PlannedRow] = []
    for row in grid.people:
        origin = first.setdefault(row.label.casefold(), row.number)
        answer = said.get(str(row.number)) or said.get(str(origin), "")
        if answer == LEAVE:
            found.append(PlannedRow(row, is_left=True))
        elif answer in ids:
            found.append(PlannedRow(row, int(answer)))
        else:
            match = match_name(row.label, group.members)
            code = "" if match.person_id else "grid_name_several" if match.candidates else ""
            code = code or ("" if match.person_id else "grid_name_unknown")
            found.append(PlannedRow(row, match.person_id, match.candidates, code=code))
    return tuple(_without_doubles(found))


def _without_doubles(rows: list[PlannedRow]) -> Iterable[PlannedRow]:
    """Ask where two rows say different things of one person on one date, whatever was answered."""
    owners: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row.person_id is not None:
            for number in row.row.cells:
                owners[row.person_id, number].append(place)
    doubled = {place for places in owners.values() if len(places) > 1 for place in places}
    for place, row in enumerate(rows):
        if place in doubled and row.person_id is not None:
            yield PlannedRow(row.row, None, (row.person_id,), code="grid_name_twice")
        else:
            yield row


def _cells(
    rows: Iterable[PlannedRow],
    days: tuple[PlannedDay, ...],
    group: Group,
    decisions: Decisions,
    unknown: Counter[str],
) -> Iterable[PlannedCell]:
    members = {member.person_id: member for member in group.members}
    meetings = {meeting.session_id: meeting for meeting in group.meetings}
    for row in rows:
        for number, text in sorted(row.row.cells.items()):
            day = days[number]
            meaning = read_sign(text, decisions.signs)
            if meaning is None and not row.is_left and day.state is not DayState.LEFT:
                unknown[plain_sign(text)] += 1
            status = meaning.status if meaning else None
            standing = None
            if row.is_left or day.state is DayState.LEFT or (meaning and status is None):
                state = CellState.LEFT
            elif meaning is None:
                state = CellState.UNKNOWN
            elif row.person_id is None or not day.is_taken:
                state = CellState.WAITS
            elif not members[row.person_id].is_in(day.column.day):
                state = CellState.OUTSIDE
            else:
                meeting = meetings.get(day.session_id or 0)
                standing = meeting.marks.get(row.person_id) if meeting else None
                key = f"{row.row.number}.{number}"
                state = _against(status, standing, decisions.marks.get(key, ""))
            yield PlannedCell(
                row.row.number, number, text[:40], state, row.person_id, status, standing
            )


def _against(status: Status | None, standing: Status | None, said: str) -> CellState:
    if standing is None:
        return CellState.WRITE
    # What was missed and made up later stands: the journal tells only of the day itself.
    missed = {Status.ABSENT, Status.EXCUSED}
    if status is standing or (standing is Status.MADE_UP and status in missed):
        return CellState.SAME
    return _said(said)


def _said(said: str) -> CellState:
    if said == SHEET:
        return CellState.WRITE
    return CellState.KEPT if said == KEEP else CellState.DIFFERS


def _heads(
    grid: Grid,
    days: tuple[PlannedDay, ...],
    cells: Iterable[PlannedCell],
    group: Group,
    decisions: Decisions,
) -> Iterable[PlannedHeads]:
    named: dict[int, int] = Counter(cell.column for cell in cells if cell.status is not None)
    came: dict[int, int] = Counter(cell.column for cell in cells if cell.status in CAME)
    meetings = {meeting.session_id: meeting for meeting in group.meetings}
    for day in days:
        number = day.column.number
        totals = _numbers(grid, RowKind.TOTAL, number)
        guests = _numbers(grid, RowKind.GUESTS, number)
        if not day.is_taken or not (totals or guests):
            continue
        meeting = meetings.get(day.session_id or 0)
        has_names = bool(named.get(number)) or bool(meeting and meeting.marks)
        if has_names and not guests:
            if totals[0] != came.get(number, 0):
                yield PlannedHeads(number, totals[0], CellState.LEFT, named=came.get(number, 0))
            continue
        count = sum(guests) if has_names else (totals[0] if totals else sum(guests))
        yield _count(number, count, meeting, decisions)


def _count(number: int, count: int, meeting: Meeting | None, decisions: Decisions) -> PlannedHeads:
    standing = meeting.heads if meeting else None
    state = CellState.WRITE
    if standing is not None:
        said = decisions.marks.get(f"h.{number}", "")
        state = CellState.SAME if standing == count else _said(said)
    return PlannedHeads(number, count, state, standing)


def _numbers(grid: Grid, kind: RowKind, column: int) -> list[int]:
    texts = (row.cells[column] for row in grid.rows if row.kind is kind and column in row.cells)
    return [number for number in map(read_number, texts) if number is not None]


def _plan_sensitive(
    grid: Grid, group: Group, decisions: Decisions, days: tuple[PlannedDay, ...]
) -> GridPlan:
    """Where no name may stand, a journal becomes numbers: who it was is not even compared."""
    unknown: Counter[str] = Counter()
    came: Counter[int] = Counter()
    seen: set[int] = set()
    for row in grid.people:
        for number, text in row.cells.items():
            meaning = read_sign(text, decisions.signs)
            seen.add(number)
            if meaning is None:
                unknown[plain_sign(text)] += 1
            elif meaning.status in CAME:
                came[number] += 1
    meetings = {meeting.session_id: meeting for meeting in group.meetings}
    heads = []
    for day in days:
        number = day.column.number
        totals = _numbers(grid, RowKind.TOTAL, number)
        guests = _numbers(grid, RowKind.GUESTS, number)
        if day.is_taken and (number in seen or totals or guests):
            count = came[number] + sum(guests) if number in seen else (totals or [sum(guests)])[0]
            heads.append(_count(number, count, meetings.get(day.session_id or 0), decisions))
    signs = tuple(sorted(unknown.items(), key=lambda one: (-one[1], one[0])))
    return GridPlan(group, grid, days, (), (), tuple(heads), signs, decisions.reason)
