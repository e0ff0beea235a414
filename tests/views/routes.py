"""All routes of the application, read from the application itself, with a value for each parameter."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

ABSENT = 2_000_000_000
TEXTS = {
    "token": "x" * 43,
    "code": "0" * 21,
    "key": "events_held",
    "name": "months",
    "locale": "uk",
}
STATIC = {"static", "bootstrap.static"}


@dataclass(frozen=True)
class Route:
    """An endpoint with one of its methods and the names of its parameters."""

    endpoint: str
    method: str
    rule: Rule

    @property
    def arguments(self) -> list[str]:
        return sorted(self.rule.arguments)

    def is_number(self, name: str) -> bool:
        return type(self.rule._converters[name]).__name__ == "RowId"

    def path(self, app: Flask, values: dict[str, Any]) -> str:
        """Build the address, also with values that no row can have."""
        parts = []
        for is_dynamic, data in self.rule._trace:
            parts.append(str(values[data]) if is_dynamic else data)
        return "".join(parts).split("|", 1)[1]


def routes(app: Flask, *methods: str) -> Iterator[Route]:
    """List the routes with these methods, without the static files."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        for method in methods:
            if method in (rule.methods or ()) and rule.endpoint not in STATIC:
                yield Route(rule.endpoint, method, rule)


def values_of(route: Route, number: Any = ABSENT) -> dict[str, Any]:
    """Give each parameter a value: a number for rows, a harmless text for the rest."""
    return {
        name: number if route.is_number(name) else TEXTS.get(name, "x") for name in route.arguments
    }
