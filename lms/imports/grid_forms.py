"""What a coordinator answers about a journal: only what the page offered is taken."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.imports.grid_plan import KEEP, LEAVE, SHEET
from lms.imports.signs import SignMeaning
from lms.imports.values import plain

LONGEST_REASON = 180
Typed = dict[str, Any]


def typed_decisions(typed: Mapping[str, str], account: Mapping[str, Any]) -> Typed:
    """Read the decisions about signs, rows, dates and cells; anything else is passed over."""
    found: Typed = {"signs": {}, "names": {}, "days": {}, "marks": {}}
    meanings = {str(meaning) for meaning in SignMeaning}
    for place, (_shown, _number, sign) in enumerate(account["signs"]):
        _take(found["signs"], sign, typed.get(f"sign-{place}"), meanings)
    people = {str(person_id) for person_id, _name in account["members"]} | {LEAVE}
    for row in account["rows"]:
        if row["status"] == "decide":
            _take(found["names"], str(row["row"]), typed.get(f"name-{row['row']}"), people)
    for column in account["columns"]:
        if column["state"] == "decide":
            number = str(column["number"])
            offered = {*column["options"], LEAVE}
            _take(found["days"], number, typed.get(f"day-{number}"), offered)
    everywhere = typed.get("all_marks")
    for key in differing(account):
        _take(found["marks"], key, everywhere or typed.get(f"mark-{key}"), {SHEET, KEEP})
    reason = plain(typed.get("reason", ""))[:LONGEST_REASON]
    if reason:
        found["reason"] = reason
    return {part: said for part, said in found.items() if said}


def _take(found: dict[str, str], key: str, said: str | None, offered: set[str]) -> None:
    if said and said in offered:
        found[key] = said


def differing(account: Mapping[str, Any]) -> Iterator[str]:
    """List the cells and head-counts in which the journal says another thing than the register."""
    for row in account["rows"]:
        for number, cell in row["cells"].items():
            if cell["state"] == "differs":
                yield f"{row['row']}.{number}"
    for one in account["heads"]:
        if one["state"] == "differs":
            yield f"h.{one['column']}"
