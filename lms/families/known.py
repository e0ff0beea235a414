"""Everything that is known about one person, gathered from all slices."""

from datetime import datetime
from typing import Any

from lms.contracts import KnownPart, weighted
from lms.people.models import Person
from lms.plugins import hooks


def gather_known(person: Person) -> list[KnownPart]:
    """Ask every slice what it knows about somebody; empty parts are left out."""
    parts = weighted(hooks().known_about(person=person))
    return [part for part in parts if part.rows]


def as_values(parts: list[KnownPart], *, made_at: datetime, library: str) -> dict[str, Any]:
    """Give the parts as values that JSON knows, in the language of the request."""
    return {
        "library": library,
        "made_at": made_at.isoformat(timespec="seconds"),
        "parts": [
            {
                "title": str(part.title),
                "rows": [{"label": label, "value": value} for label, value in part.rows],
            }
            for part in parts
        ],
    }
