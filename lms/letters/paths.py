"""Addresses in letters: a worker answers no request, so it has no ``url_for``."""

from typing import Any

from flask import current_app


def path_to(endpoint: str, **values: Any) -> str:
    """Make the path of a page of this site, for a ``Link`` of a letter."""
    return str(current_app.url_map.bind("").build(endpoint, values))
