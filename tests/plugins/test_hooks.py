"""Every hook by a tiny plug-in of a stranger: what a person sees of it, and how it is refused."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from lms import access, jobs
from lms.cli import list_settings
from lms.clock import now
from lms.contracts import (
    AwardKind,
    Card,
    Indicator,
    IndicatorRow,
    JobKind,
    KnownPart,
    MenuItem,
    Panel,
    Reason,
    RoleName,
    Setting,
)
from lms.courses.models import Place
from lms.db import begin_write, db
from lms.enrolment.models import Application, Enrolment
from lms.hookspecs import hook
from lms.i18n import say
from lms.people.models import Person, Role
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from lms.plugins import PluginFault
from lms.settings import BadSetting, positive
from tests.cast import Cast
from tests.conftest import Browser
from tests.mentoring import settle
from tests.plugins.reading_circle import ReadingCircle
from tests.views.form_row import FormRow
from tests.views.form_rows_enrolment import ENROLMENT
from tests.views.form_rows_ground import GROUND

WORDS = "Слово чужого модуля"
Enter = Callable[..., Browser]


class Pages:
    """A page and a command, to which others lead."""

    def __init__(self) -> None:
        self.bp = Blueprint("foreign", __name__)
        self.bp.add_url_rule("/foreign", "page", access.public(lambda: WORDS))
        self.bp.cli.command("hello")(lambda: print(WORDS))

    @hook
    def register_blueprints(self) -> list[Blueprint]:
        return [self.bp]


@pytest.fixture
def enter(cast: Cast, make_app: Callable[..., Flask]) -> Enter:
    """Sign somebody of the cast in where a stranger's plug-in stands beside the bundled ones."""

    def open_with(plugin: object, name: str = "") -> Browser:
        app = make_app(foreign=plugin)
        token = None
        if name:
            begin_write()
            person = db.session.get_one(Person, getattr(cast, name).id)
            token = begin_sign_in(open_account(person).id, days=1, now=now())
            db.session.commit()
        return Browser(app, token)

    settle(cast)
    return open_with


def test_hook_register_programme_kinds(enter: Enter) -> None:
    class Plugin:
        @hook
        def register_programme_kinds(self) -> list[Any]:
            return [ReadingCircle()]

    page = enter(Plugin(), "coordinator").get("/programmes/add").text
    assert '<option value="reading_circle">Читацьке коло</option>' in page


def test_hook_register_blueprints(enter: Enter, make_app: Callable[..., Flask]) -> None:
    assert enter(Pages()).get("/foreign").text == WORDS
    told = FlaskCliRunner(make_app(foreign=Pages())).invoke(args=["foreign", "hello"])
    assert told.output == f"{WORDS}\n"


class Timed:
    """A setting of a stranger's."""

    @hook
    def register_settings(self) -> list[Setting]:
        return [Setting("LMS_FOREIGN_DAYS", "9", WORDS, positive)]


def test_hook_register_settings(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(app: Flask) -> dict[str, Any]:
        told = FlaskCliRunner(app).invoke(list_settings, ["--format", "json"])
        return {row["name"]: row for row in json.loads(told.output)}

    row = listed(make_app(foreign=Timed()))["LMS_FOREIGN_DAYS"]
    assert (row["value"], row["default"], row["help"]) == ("9", "9", WORDS)
    monkeypatch.setenv("LMS_FOREIGN_DAYS", "12")
    app = make_app(foreign=Timed())
    assert app.config["LMS_FOREIGN_DAYS"] == 12
    assert listed(app)["LMS_FOREIGN_DAYS"]["value"] == "12"
    assert "LMS_FOREIGN_DAYS" not in listed(make_app())
    monkeypatch.setenv("LMS_FOREIGN_DAYS", "soon")
    with pytest.raises(BadSetting, match="LMS_FOREIGN_DAYS"):
        make_app(foreign=Timed())


def test_hook_register_jobs(cast: Cast, make_app: Callable[..., Flask]) -> None:
    class Plugin:
        @hook
        def register_jobs(self) -> list[JobKind]:
            def add(args: Any, key: str) -> None:
                db.session.add(Place(name=f"{args['prefix']} {key}"))

            return [JobKind("add_places", WORDS, add)]

    with make_app(foreign=Plugin()).app_context():
        begin_write()
        job = jobs.enqueue(
            "add_places", items=["1", "2"], args={"prefix": "Хаб"}, asked_by_id=None, now=now()
        )
        number = job.id
        db.session.commit()
        assert jobs.run_pending() == 1
        assert jobs.progress(db.session.get_one(jobs.Job, number))["done"] == 2
        made = select(Place.name).where(Place.name.like("Хаб%")).order_by(Place.name)
        assert list(db.session.scalars(made)) == ["Хаб 1", "Хаб 2"]
        db.session.rollback()


class Speaker:
    """A sentence of a stranger's, for a code of its own or of somebody else's."""

    def __init__(self, code: str) -> None:
        self.code = code

    @hook
    def register_sentences(self) -> dict[str, Any]:
        return {self.code: lambda values: f"{WORDS}: {values['count']}"}


def test_hook_register_sentences(make_app: Callable[..., Flask]) -> None:
    with make_app(foreign=Speaker("foreign")).test_request_context():
        assert say(Reason("foreign", {"count": 3})) == f"{WORDS}: 3"
    with pytest.raises(PluginFault, match="no_seat"):
        make_app(foreign=Speaker("no_seat"))


def test_hook_register_award_kinds(cast: Cast, enter: Enter) -> None:
    class Plugin:
        @hook
        def register_programme_kinds(self) -> list[Any]:
            return [ReadingCircle()]

        @hook
        def register_award_kinds(self) -> list[AwardKind]:
            return [AwardKind("reader", WORDS, "training", frozenset({"reading_circle"}))]

    begin_write()
    db.session.merge(cast.training_programme).kind = "reading_circle"
    db.session.commit()
    path = f"/certificates/cohorts/{cast.training_cohort.id}"
    assert WORDS in enter(Plugin(), "coordinator").get(path).text


class Counter:
    """A line of the report."""

    @hook
    def register_indicators(self) -> list[Indicator]:
        return [
            Indicator(
                "foreign_line",
                WORDS,
                "книг",
                "Кожна книга один раз.",
                count=lambda year: 77 if year == 2022 else None,
                rows=lambda _year: [IndicatorRow(date(2022, 5, 1), "Підмогильний", 77)],
            )
        ]


def test_hook_register_indicators(enter: Enter) -> None:
    browser = enter(Counter(), "director")
    page = browser.get("/reports/2022").text
    assert WORDS in page
    assert "/reports/2022/foreign_line" in page
    rows = browser.get("/reports/2022/foreign_line").text
    for text in ("Підмогильний", "77", "Кожна книга один раз."):
        assert text in rows, text


class Veto:
    """Somebody who objects to everybody."""

    @hook
    def register_sentences(self) -> dict[str, Any]:
        return {"foreign": lambda _values: WORDS}

    @hook
    def enrolment_blockers(self, person: Any, cohort: Any) -> Iterable[Reason]:
        return [Reason("foreign")] if cohort.name == "Scratch, понеділок" else []

    @hook
    def assignment_blockers(self, person: Any, cohort: Any) -> Iterable[Reason]:
        return [Reason("foreign")]


def _count(model: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model)) or 0
    db.session.rollback()
    return found


def _family_form(cast: Cast) -> FormRow:
    """Let the groups take applications; answer what a family sends."""
    row = ENROLMENT["enrolment.FamilyForm"]
    begin_write()
    row.prepare(cast)
    db.session.commit()
    return row


def test_hook_enrolment_blockers(cast: Cast, enter: Enter) -> None:
    row = _family_form(cast)
    before = _count(Enrolment)
    answer = enter(Veto()).post("/enrol/family", data=row.data(cast))
    assert answer.status_code == 422
    beside = answer.text.partition('id="children-0-cohorts-error"')[2].partition("</p>")[0]
    assert WORDS in beside
    assert _count(Enrolment) == before


def test_hook_assignment_blockers(cast: Cast, enter: Enter) -> None:
    row = GROUND["courses.AssignForm"]
    answer = enter(Veto(), "coordinator").post(row.path(cast), data=row.data(cast))
    assert answer.status_code == 422
    beside = answer.text.partition('id="assign-person_id-error"')[2].partition("</p>")[0]
    assert WORDS in beside


class Listener:
    """Somebody who hears of places, and may have enough of it."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.heard: list[int] = []

    @hook
    def enrolled(self, enrolment: Any) -> None:
        self.heard.append(enrolment.person_id)
        if len(self.heard) > self.most:
            raise RuntimeError(WORDS)


def test_hook_enrolled(cast: Cast, enter: Enter) -> None:
    row = _family_form(cast)
    before = {model: _count(model) for model in (Person, Application, Enrolment, Role)}
    unwilling = Listener(most=1)
    with pytest.raises(RuntimeError, match=WORDS):
        enter(unwilling).post("/enrol/family", data=row.data(cast))
    assert len(unwilling.heard) == 2
    # What was done for the first child is undone with the second one's.
    assert {model: _count(model) for model in before} == before

    willing = Listener(most=2)
    assert enter(willing).post("/enrol/family", data=row.data(cast)).status_code == 303
    assert _count(Enrolment) == before[Enrolment] + 2
    learners = select(Role.person_id).where(Role.name == RoleName.LEARNER)
    assert set(willing.heard) <= set(db.session.scalars(learners))


class House(Pages):
    """A home, a line of the menu, a card and two panels."""

    @hook
    def home_endpoint(self, role: RoleName) -> str | None:
        return "foreign.page" if role is RoleName.LEARNER else None

    @hook
    def menu_items(self, person: Any) -> list[MenuItem]:
        return [
            MenuItem("Третє", "foreign.page", weight=1003),
            MenuItem("Перше", "foreign.page", weight=1001),
        ]

    @hook
    def home_cards(self, person: Any) -> list[Card]:
        return [Card(WORDS, text="Дві книги", figure="2", endpoint="foreign.page")]

    @hook
    def enrolment_panels(self, enrolment: Any) -> list[Panel]:
        return [Panel(WORDS, lines=(f"Місце {enrolment.id}",), links=(("Туди", "/foreign"),))]

    @hook
    def cohort_panels(self, cohort: Any, person: Any) -> list[Panel]:
        return [Panel(WORDS, lines=(f"{cohort.name}: {person.name}",))]

    @hook
    def module_panels(self, module: Any, person: Any) -> list[Panel]:
        return [Panel(WORDS, lines=(f"{module.name}: {person.name}",), links=(("Туди", "/x"),))]


def test_hook_home_endpoint(enter: Enter) -> None:
    house = House()
    assert enter(house, "learner").get("/home").location == "/foreign"
    assert enter(House(), "guardian").get("/home").location == "/family"


def test_hook_menu_items(enter: Enter) -> None:
    page = enter(House(), "guardian").get("/family").text
    assert page.index("Перше") < page.index("Третє")
    assert page.count('href="/foreign"') >= 2


def test_hook_home_cards(enter: Enter) -> None:
    page = enter(House(), "coordinator").get("/home/cards").text
    for text in (WORDS, "Дві книги", 'href="/foreign"'):
        assert text in page, text


def test_hook_enrolment_panels(cast: Cast, enter: Enter) -> None:
    page = enter(House(), "guardian").get("/family").text
    for child in (cast.child, cast.sibling):
        assert f"Місце {cast.enrolments[child.id].id}<" in page
    assert f"Місце {cast.enrolments[cast.other_child.id].id}<" not in page
    assert "Туди" in page


def test_hook_cohort_panels(cast: Cast, enter: Enter) -> None:
    page = enter(House(), "mentor").get(f"/cohorts/{cast.cohort.id}").text
    assert WORDS in page
    assert f"{cast.cohort.name}: " in page


def test_hook_module_panels(cast: Cast, enter: Enter) -> None:
    page = enter(House(), "coordinator").get(f"/modules/{cast.module.id}").text
    assert WORDS in page
    assert f"{cast.module.name}: " in page
    assert 'href="/x"' in page


class Keeper:
    """A stranger's slice that knows something about everybody and prints in its own way."""

    @hook
    def known_about(self, person: Any) -> list[KnownPart]:
        rows = ((WORDS, f"{person.given_name} любить шахи"),)
        return [KnownPart("Гурток", rows, weight=1), KnownPart("Порожнє", ())]

    @hook
    def print_document(self, html: str) -> bytes:
        assert "любить шахи" in html
        return b"printed by a stranger"


def test_hook_known_about(enter: Enter, cast: Cast) -> None:
    browser = enter(Keeper(), "guardian")
    page = browser.get(f"/family/{cast.child.id}/known").text
    assert page.index("Соломія любить шахи") < page.index(cast.child.family_name)
    assert "Порожнє" not in page
    parts = browser.get(f"/family/{cast.child.id}/known/data.json").json["parts"]
    assert parts[0] == {
        "title": "Гурток",
        "rows": [{"label": WORDS, "value": "Соломія любить шахи"}],
    }


def test_hook_print_document(enter: Enter, cast: Cast, make_app: Callable[..., Flask]) -> None:
    path = f"/family/{cast.child.id}/known"
    browser = enter(Keeper(), "guardian")
    assert browser.get(f"{path}/data.pdf").data == b"printed by a stranger"
    begin_write()
    guardian = db.session.get_one(Person, cast.guardian.id)
    token = begin_sign_in(open_account(guardian).id, days=1, now=now())
    db.session.commit()
    without = Browser(make_app({"LMS_PLUGINS_OFF": frozenset({"reports"})}), token)
    assert "data.pdf" not in without.get(path).text
    assert without.get(f"{path}/data.pdf").status_code == 404
