"""The account of a journal in plain values: for a page to draw, and for the command line."""

from typing import Any

from lms.contracts import Reason
from lms.i18n import say
from lms.imports.grid import RowKind
from lms.imports.grid_plan import CellState, DayState, GridPlan, PlannedCell, PlannedRow
from lms.imports.signs import LONGEST_SHOWN


def account_of(plan: GridPlan) -> dict[str, Any]:
    """Give the account as it lies in the drawer until the import; no word of a cell is added."""
    names = {member.person_id: member.name for member in plan.group.members}
    cells: dict[int, dict[str, Any]] = {}
    for cell in plan.cells:
        cells.setdefault(cell.row, {})[str(cell.column)] = _cell(cell)
    clocks = {str(one.session_id): one.clock for one in plan.group.meetings}
    return {
        "columns": [
            {
                "number": day.column.number,
                "heading": day.column.heading,
                "day": day.column.day.isoformat(),
                "state": str(day.state),
                "code": day.code,
                "options": list(day.options),
                "clocks": {one: clocks[one] for one in day.options if one in clocks},
                "is_locked": day.is_locked,
            }
            for day in plan.days
        ],
        "rows": [
            {
                "row": one.row.number,
                "label": one.row.label,
                "person_id": one.person_id,
                "name": names.get(one.person_id or 0, ""),
                "candidates": list(one.candidates),
                "status": _status(one),
                "code": one.code,
                "cells": cells.get(one.row.number, {}),
            }
            for one in plan.rows
        ],
        "heads": [
            {
                "column": one.column,
                "count": one.count,
                "state": str(one.state),
                "standing": one.standing,
                "named": one.named,
            }
            for one in plan.heads
        ],
        "signs": [[sign[:LONGEST_SHOWN], number, sign] for sign, number in plan.signs],
        "members": [[member.person_id, member.name] for member in plan.group.members],
        "counts": plan.counts,
        "needs_reason": plan.needs_reason,
        "reason": plan.reason,
        "is_sensitive": plan.group.is_sensitive,
        "ignored": plan.grid.ignored,
    }


def _cell(cell: PlannedCell) -> dict[str, Any]:
    # What a sign was is of no use once it is understood, and may be a word about somebody's health.
    text = cell.text if cell.state is CellState.UNKNOWN else ""
    return {
        "text": text,
        "state": str(cell.state),
        "status": str(cell.status) if cell.status else "",
        "standing": str(cell.standing) if cell.standing else "",
    }


def _status(row: PlannedRow) -> str:
    if row.is_left:
        return "left"
    return "matched" if row.person_id is not None else "decide"


def for_programs(plan: GridPlan) -> dict[str, Any]:
    """Give the account as ``lms import-grid --format json`` prints it."""
    account = account_of(plan)
    names = dict(account["members"])
    return {
        "columns": [
            {
                "heading": column["heading"],
                "date": column["day"],
                "status": column["state"],
                "reasons": [say(Reason(column["code"]))]
                if column["code"] and column["state"] != DayState.THERE
                else [],
            }
            for column in account["columns"]
        ],
        "rows": [
            {
                "row": row["row"],
                "status": row["status"],
                "label": row["label"],
                "person": row["name"] or None,
                "candidates": [names[one] for one in row["candidates"] if one in names],
                "reasons": [say(Reason(row["code"]))] if row["code"] else [],
                "cells": {
                    account["columns"][int(number)]["day"]: {
                        "mark": cell["status"] or None,
                        "status": cell["state"],
                    }
                    for number, cell in row["cells"].items()
                },
            }
            for row in account["rows"]
        ],
        "head_counts": [
            {
                "date": account["columns"][one["column"]]["day"],
                "count": one["count"],
                "status": one["state"],
            }
            for one in account["heads"]
        ],
        "unknown_signs": {shown: number for shown, number, _sign in account["signs"]},
        "not_named": sum(1 for row in plan.grid.rows if row.kind is not RowKind.PERSON),
        "summary": account["counts"],
    }
