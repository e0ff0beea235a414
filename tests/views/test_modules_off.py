"""Each module switched off on the filled database: nothing breaks, it is said, and nothing is lost."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
from flask import Flask
from sqlalchemy import select

from lms.db import Base, db
from lms.demonstration.cast import Part
from lms.plugins import BUNDLED_LABELS
from tests.views.filled import filled_year
from tools import demonstration
from tools.crawl import Visit, crawl, dead_actions, outline
from tools.pages import COSTLY

__all__ = ["filled_year"]  # a fixture

MODULES = sorted(BUNDLED_LABELS)
# A page of each that counts rows: the same before and after.
PAGE_OF = {
    "certificates": "/certificates",
    "mentors": "/mentors",
    "hub": "/hub/year/2022",
    "events": "/events/year/2022",
    "reports": "/reports/2022",
}


def tables_of(module: str) -> list[str]:
    """Name the tables whose models stand in a slice."""
    return sorted(
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(f"lms.{module}.")
    )


def rows_of(app: Flask, module: str) -> str:
    """Make one hash of all rows of a slice."""
    digest = hashlib.sha256()
    with app.app_context():
        for name in tables_of(module):
            table = Base.metadata.tables[name]
            rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
            assert rows or name == "certificate_file", f"{name} is empty: nothing to lose"
            digest.update(f"{name} {rows}".encode())
        db.session.remove()
    return digest.hexdigest()


def visits(app: Flask) -> Iterator[tuple[str, Visit]]:
    """Click every link as each role and as a stranger, at most three rows of each kind."""
    for part in (None, *Part):
        client, _cookie = demonstration.sign_in(app, part)
        start = ["/", "/home"] if part else ["/", "/demonstration"]
        for visit in crawl(app, client, start=start, rows=3, once=COSTLY):
            yield str(part or "stranger"), visit


@pytest.fixture(scope="module")
def worlds(filled_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all modules: going about with the links changes no row of any slice."""
    return demonstration.copy(filled_year, tmp_path_factory.mktemp("modules-off"))


@pytest.mark.parametrize("module", [*MODULES, ",".join(MODULES)])
def test_without_a_module_every_link_leads_somewhere(worlds: Path, module: str) -> None:
    off = frozenset(module.split(","))
    whole = demonstration.open_app(worlds)
    before = {name: rows_of(whole, name) for name in off if tables_of(name)}
    pages = {name: page_of(whole, name) for name in off}

    poorer = demonstration.open_app(worlds, LMS_PLUGINS_OFF=off)
    wrong, said = [], set()
    for role, visit in visits(poorer):
        where = f"{role}: {visit.path} (linked on {visit.came_from or 'nothing'})"
        if visit.status >= 400:
            wrong.append(f"{visit.status} {where}")
        wrong += [f"dead form as {role}: {dead}" for dead in dead_actions(poorer, visit)]
        said |= {name for name in off if visit.came_from and sentence(name) in visit.page.text}
    assert not wrong, "\n".join(wrong)
    assert said == off, f"nothing a role comes to by clicking says {off - said} is not installed"

    demonstration.close(poorer)
    demonstration.close(whole)
    again = demonstration.open_app(worlds)
    assert {name: rows_of(again, name) for name in before} == before
    assert {name: page_of(again, name) for name in off} == pages
    demonstration.close(again)


def sentence(module: str) -> str:
    """What a page says of a module that is not there."""
    labels = {
        "certificates": "Сертифікати",
        "mentors": "Ментори",
        "hub": "Хаб цифрової освіти",
        "events": "Заходи",
        "reports": "Звіти",
    }
    return f"{labels[module]}: модуль не встановлено"


def page_of(app: Flask, module: str) -> str:
    """Read the words of a module's page as the coordinator."""
    client, _cookie = demonstration.sign_in(app, Part.COORDINATOR)
    answer = client.get(PAGE_OF[module])
    assert answer.status_code == 200, (module, answer.status_code)
    return outline(answer.get_data(as_text=True)).text


@pytest.mark.parametrize("module", MODULES)
def test_an_address_kept_from_before_says_what_is_missing(worlds: Path, module: str) -> None:
    app = demonstration.open_app(worlds, LMS_PLUGINS_OFF=frozenset({module}))
    client, _cookie = demonstration.sign_in(app, Part.COORDINATOR)
    addresses = [PAGE_OF[module]] + (["/verify", "/v/x"] if module == "certificates" else [])
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 404
        assert sentence(module) in answer.get_data(as_text=True)
    demonstration.close(app)


def test_the_crawl_finds_dead_links_and_dead_forms(worlds: Path) -> None:
    """The check itself must be able to fail."""
    app = demonstration.open_app(worlds)
    pages = {
        "/": '<a href="/there">1</a><form action="/gone" method="post"></form>',
        "/there": '<a href="nowhere?x=1#part">2</a><button formaction="/verify"></button>',
    }

    def get(path: str) -> "Answer":
        return Answer(pages.get(path, ""), 200 if path in pages else 404)

    client = SimpleNamespace(get=get)
    seen = list(crawl(app, client))  # type: ignore[arg-type]
    assert [(each.path, each.status) for each in seen] == [
        ("/", 200),
        ("/there", 200),
        ("/nowhere?x=1", 404),
    ]
    assert dead_actions(app, seen[0]) == ["POST /gone on /"]
    assert dead_actions(app, seen[1]) == []
    demonstration.close(app)


class Answer:
    """As much of an answer as the crawl asks for."""

    mimetype = "text/html"

    def __init__(self, body: str, status: int) -> None:
        self.body, self.status_code, self.headers = body, status, {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def get_data(self, *, as_text: bool) -> str:
        return self.body
