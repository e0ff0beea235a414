"""The front page for a stranger, and the coordinator's home: decisions first, then what runs."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from lms.clock import today
from lms.contracts import Card
from lms.db import db
from lms.home.teaching import taught_now
from lms.hookspecs import hook
from tests.cast import Cast
from tests.conftest import Browser


@pytest.fixture
def asked(cast: Cast) -> Iterator[list[str]]:
    """What the database is asked, savepoints and pragmas aside."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def run_until(cast: Cast, day: date) -> None:
    cast.module.ends_on = day
    cast.training_module.ends_on = today() - timedelta(days=1)
    db.session.commit()


def test_the_front_page_tells_what_is_taught_now(stranger: Browser, cast: Cast) -> None:
    run_until(cast, today())
    page = stranger.get("/").text
    assert cast.club_programme.name in page
    assert cast.training_programme.name not in page


def test_what_is_archived_or_over_is_not_taught(cast: Cast) -> None:
    run_until(cast, today() - timedelta(days=1))
    names = {taught.name for taught in taught_now(on=today(), locale="uk")}
    assert cast.club_programme.name not in names
    run_until(cast, today())
    cast.club_programme.archived_on = today()
    db.session.commit()
    assert cast.club_programme.name not in {
        taught.name for taught in taught_now(on=today(), locale="uk")
    }


def test_the_front_page_names_nobody_and_no_place(stranger: Browser, cast: Cast) -> None:
    run_until(cast, today())
    page = stranger.get("/").text
    hidden = (cast.child.family_name, cast.mentor.family_name, cast.place.name, cast.club.name)
    assert not [words for words in hidden if words in page]


def test_the_front_page_asks_at_most_twice(stranger: Browser, cast: Cast, asked: list[str]) -> None:
    run_until(cast, today())
    asked.clear()
    stranger.get("/")
    assert 1 <= len(asked) <= 2


def test_a_summary_is_said_in_the_language_of_the_page(cast: Cast) -> None:
    run_until(cast, today())
    cast.club_programme.name_en, cast.club_programme.summary_en = "Coding", ""
    cast.club_programme.summary = "Код"
    db.session.commit()
    found = {each.programme_id: each for each in taught_now(on=today(), locale="en")}
    taught = found[cast.club_programme.id]
    assert (taught.name, taught.summary) == ("Coding", "Код")


class Cards:
    """A slice with a decision, a calm card and what runs, given in the wrong order."""

    @hook
    def home_cards(self, person: Any) -> list[Card]:
        return [
            Card("Runs along", tone="quiet", weight=600),
            Card("All is calm", tone="quiet", weight=1),
            Card("Decide on this", tone="warn", weight=90),
        ]


def test_decisions_come_first_then_what_runs(
    app: Any, as_: Callable[..., Browser], cast: Cast
) -> None:
    app.extensions["lms"].manager.register(Cards(), name="cards-of-a-test")
    page = as_(cast.coordinator).get("/home/cards").text
    places = [page.index(words) for words in ("Decide on this", "All is calm", "Runs along")]
    assert places == sorted(places)
    assert re.search(r'<ul class="running">.*Runs along', page, re.S)


def test_it_requires_signing_in(stranger: Browser, cast: Cast) -> None:
    assert stranger.get("/home/cards").status_code == 303
