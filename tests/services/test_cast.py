"""The standing cast stands on both databases."""

from lms.courses.models import Session
from lms.db import db
from lms.people.models import Person
from tests.cast import Cast


def test_the_cast_is_complete(cast: Cast) -> None:
    assert [session.day.isoformat() for session in cast.sessions][:2] == [
        "2022-09-05",
        "2022-09-12",
    ]
    assert len(cast.sessions) == 8
    db.session.expire_all()
    held = db.session.get(Session, cast.sessions[-1].id)
    assert held is not None
    # 24 October: the clocks go back on the 30th, the wall time stays.
    assert held.starts_at.isoformat() == "2022-10-24T14:00:00+00:00"
    assert db.session.get(Person, cast.child.id).full_name == "Знам’янська Соломія Андріївна"  # type: ignore[union-attr]
