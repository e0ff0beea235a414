"""What a test must know of one form: who fills it in, where, and what is a right answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from flask import Flask

from lms.db import Base, begin_write, db
from tests.cast import Cast
from tests.mentoring import settle

Data = dict[str, Any]


def _nothing(_cast: Cast) -> None:
    """Prepare nothing."""


def _no_prefix(_cast: Cast) -> str:
    return ""


def _no_pairs(_cast: Cast) -> Iterable[Data]:
    return ()


@dataclass(frozen=True)
class FormRow:
    """One form: the person of the cast who fills it, its address, a right answer, wrong pairs.

    ``hidden`` names fields that no person types or that this page leaves out; ``not_echoed``
    those that must not come back; ``prepare`` makes what the page needs beside the cast.
    """

    form: str
    person: str
    path: Callable[[Cast], str]
    data: Callable[[Cast], Data]
    contradictions: Callable[[Cast], Iterable[Data]] = _no_pairs
    prepare: Callable[[Cast], object] = _nothing
    prefix: Callable[[Cast], str] = _no_prefix
    answer: int = 303
    method: str = "post"
    hidden: frozenset[str] = frozenset()
    not_echoed: frozenset[str] = frozenset()

    def stage(self, cast: Cast) -> None:
        """Make what the page needs and commit it; read the cast, so that ids stay known."""
        begin_write()
        self.prepare(cast)
        db.session.commit()
        settle(cast)

    def build(self, app: Flask, cast: Cast) -> Any:
        """Make the form with the right answer, to learn its fields and their names."""
        module, name = self.form.rsplit(".", 1)
        prefix = self.prefix(cast)
        with app.test_request_context("/", method="POST", data=self.data(cast)):
            form = getattr(import_module(module), name)(**({"prefix": prefix} if prefix else {}))
            for field in form:
                for choice in (field, *_inside(field)):
                    if getattr(choice, "choices", ()) is None:
                        choice.choices = []
            return form

    def send(self, browser: Any, path: str, data: Data) -> Any:
        """Send the form as its page would."""
        if self.method == "get":
            return browser.get(path, query_string=data)
        return browser.post(path, data=data)


def _inside(field: Any) -> Iterable[Any]:
    for entry in getattr(field, "entries", ()):
        yield from getattr(entry, "form", ())


def newest(model: type[Base]) -> int:
    """Answer the number of the row that was made last."""
    found = db.session.query(model.id).order_by(model.id.desc()).first()  # type: ignore[attr-defined]
    db.session.rollback()
    assert found is not None
    return int(found[0])
