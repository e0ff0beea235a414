"""What the measured application has beside its own: an empty view, and a count of its queries."""

from typing import Any

from flask import Blueprint, Flask, Response, g, has_app_context
from sqlalchemy import event

from lms import access
from lms.db import db
from lms.hookspecs import hook

HEADER = "X-Queries"

bp = Blueprint("bench", __name__)


@bp.get("/bench/empty")
@access.signed_in
def empty() -> str:
    """Answer nothing to whoever is signed in: the least that any view of the program costs."""
    return ""


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the empty view."""
    return [bp]


def count_queries(app: Flask) -> None:
    """Tell in a header how many statements a request sent to the database."""

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # Opening the transaction asks the database nothing.
        if has_app_context() and not statement.startswith("BEGIN"):
            g.queries = g.get("queries", 0) + 1

    def tell(response: Response) -> Response:
        response.headers[HEADER] = str(g.get("queries", 0))
        return response

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", count)
    app.after_request(tell)
