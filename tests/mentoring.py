"""What the tests of mentors, hub and events have in common: sessions held, questions counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from lms.courses.models import Session
from lms.courses.services import hold_session
from lms.db import Base, begin_write, db
from lms.people.models import Person
from tests.cast import Cast


def enter(as_: Callable[[Person], Any], person: Person) -> Any:
    """Sign somebody in, also when the test has read rows before."""
    db.session.rollback()
    return as_(person)


def settle(cast: Cast) -> Cast:
    """Read everybody of the cast once, so that ids are known after other requests too."""
    for value in vars(cast).values():
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if isinstance(row, Base):
                db.session.refresh(row)
                db.session.expunge(row)
    db.session.rollback()
    return cast


def hold(sessions: list[Session]) -> None:
    """Make sessions held, and commit."""
    db.session.rollback()
    begin_write()
    for session in sessions:
        hold_session(db.session.merge(session))
    db.session.commit()


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Gather the statements that are sent while the block runs."""
    statements: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", listen)
