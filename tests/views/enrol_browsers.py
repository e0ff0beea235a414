"""Browsers that leave the test's own rows usable: each request has a session of its own."""

from typing import Any

from lms.db import db
from tests.conftest import Browser


def keep_rows(browser: Browser) -> Browser:
    """Attach the rows that the test holds again after each request, to be read anew."""
    ask = browser._call

    def kept(method: str, /, *args: Any, **options: Any) -> Any:
        rows = list(db.session)
        answer = ask(method, *args, **options)
        db.session.remove()
        db.session.add_all(rows)
        db.session.expire_all()
        return answer

    browser._call = kept  # type: ignore[method-assign]
    return browser
