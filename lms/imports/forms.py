"""What a coordinator types about a sheet: columns, groups, decisions. Shape only, no rule."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.imports.cleaning import WITHOUT
from lms.imports.columns import Meaning
from lms.imports.values import plain

LONGEST = 200
FIELDS = frozenset(
    {
        "name",
        "guardian",
        "birth_date",
        "birth_date_2",
        "birth_date_3",
        "birth_date_4",
        "phone",
        "email",
        "same",
        "children",
        "leave",
    }
)
ANSWER = re.compile(r"([at])-(\d{1,5})-([a-z_0-9]+)")


def typed_meanings(typed: Mapping[str, Any], headings: Iterable[str]) -> dict[str, str | None]:
    """Read what each column means; what is no meaning leaves the column out."""
    known = {str(meaning) for meaning in Meaning}
    found: dict[str, str | None] = {}
    for place, heading in enumerate(headings):
        said = str(typed.get(f"column-{place}", ""))
        found[heading] = said if said in known else None
    return found


def typed_answers(
    typed: MultiDict[str, str], rows: Mapping[int, Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """Read the decisions about rows of the account; a typed text wins over a chosen one."""
    found: dict[str, dict[str, str]] = {}
    for name, value in typed.items():
        match = ANSWER.fullmatch(name)
        if not match or int(match[2]) not in rows or match[3] not in FIELDS:
            continue
        text = plain(str(value))[:LONGEST]
        if not text or (match[1] == "a" and typed.get(f"t-{match[2]}-{match[3]}", "").strip()):
            continue
        found.setdefault(match[2], {})[match[3]] = text
    return found


def without_contacts(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Answer for all rows that a telephone or address that can't be read is left out."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        for question in row["questions"]:
            if question["field"] in {"phone", "email"}:
                found.setdefault(str(row["row"]), {})[question["field"]] = WITHOUT
    return found


def typed_numbers(values: Iterable[str]) -> list[int]:
    """Read numbers of rows, whatever else was sent."""
    return [int(value) for value in values if re.fullmatch(r"\d{1,9}", value)]
