"""The pages of importing: bring, look at columns, decide, confirm, take back."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select, update

from lms.courses.models import Module
from lms.db import begin_write, db
from lms.imports import drawer
from lms.imports.models import Import, ImportMapping, ImportState
from lms.people.models import Person
from tests.mentoring import enter, settle
from tests.sheets import sheet

LEV = "Ткач Лев;12.03.2012;Ткач Ольга Іванівна;0501234567;t@x.ua;Scratch;+;алергія на пил"
YEAR = "Кіт Мурко;2012;Кіт Марта Іванівна;050123456;m@x.ua;Scratch;+;"
LACKS = "Пес Рекс;1.2.2012;Пес Лада Іванівна;0501234599;r@x.ua;Scratch;;"


MEANINGS = ("person_name", "birth_date", "guardian_name", "phone", "email", "direction", "consent")
COLUMNS = {f"column-{place}": said for place, said in enumerate((*MEANINGS, "comment"))}


@pytest.fixture
def cast(cast):
    return settle(cast)


@pytest.fixture
def desk(as_, cast):
    return enter(as_, cast.coordinator)


def bring(desk, content: bytes):
    return desk.post("/imports", data={"file": (io.BytesIO(content), "Заявки.csv")})


def look(desk, content: bytes) -> str:
    """Bring a sheet and accept its columns; answer the address of the import."""
    answer = bring(desk, content)
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "selected" in page
    made = only()
    assert desk.post(answer.location, data=COLUMNS).status_code == 303
    return f"/imports/{made.id}"


def only() -> Import:
    db.session.rollback()
    return db.session.scalars(select(Import).order_by(Import.id.desc())).first()


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_sheet_goes_the_whole_way_and_back(desk):
    before = people()
    address = look(desk, sheet(LEV, YEAR, LACKS))
    page = desk.get(f"{address}?status=new").text
    assert "Ткач Лев" in page
    assert "алергія на пил" in page
    assert "r@x.ua" in page  # whom to ask for consent
    assert people() == before
    assert desk.post(f"{address}/confirm").status_code == 303
    assert people() == before + 2
    made = only()
    assert (made.state, drawer.noted(made.token, drawer.ACCOUNT)) == (ImportState.DONE, None)
    with pytest.raises(drawer.SheetGone):
        drawer.take_out(made.token)
    assert "2" in desk.get(address).text
    assert desk.post(f"{address}/undo").status_code == 303
    assert people() == before
    assert only().state is ImportState.UNDONE


def test_decisions_settle_rows(desk):
    address = look(desk, sheet(YEAR))
    assert "050123456" in desk.get(address).text
    assert desk.post(f"{address}/answers", data={}).status_code == 422
    said = {"t-2-birth_date": "3.4.2012", "a-2-phone": "-"}
    assert desk.post(f"{address}/answers", data=said).status_code == 303
    assert only().counts["new"] == 1


def test_a_row_is_left_out_and_telephones_are_left_out_for_all(desk):
    address = look(
        desk, sheet(LEV, YEAR, YEAR.replace("2012;", "1.2.2012;").replace("Мурко", "Лапко"))
    )
    desk.post(f"{address}/answers", data={"without_contacts": "1"})
    assert only().counts["new"] == 2
    desk.post(f"{address}/answers", data={"a-3-leave": "1"})
    assert (only().counts["decide"], only().counts["refused"]) == (0, 1)


def test_the_same_form_is_remembered(desk):
    look(desk, sheet(LEV))
    db.session.rollback()
    assert db.session.scalars(select(ImportMapping)).one().meanings["Коментар"] == "comment"
    answer = bring(desk, sheet(LEV))
    assert "notice-info" in desk.get(answer.location).text


def test_columns_without_names_are_refused_and_kept_as_typed(desk):
    answer = bring(desk, sheet(LEV))
    refused = desk.post(answer.location, data={"column-0": "comment"})
    assert refused.status_code == 422
    assert "notice-error" in refused.text


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG", b"PK\x03\x04x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_what_is_no_sheet_is_refused_with_a_sentence(desk, content):
    answer = bring(desk, content)
    assert answer.status_code == 422
    assert "notice-error" in answer.text


def test_giving_up_removes_the_sheet(desk):
    look(desk, sheet(LEV))
    token = only().token
    assert desk.post(f"/imports/{only().id}/drop").status_code == 303
    with pytest.raises(drawer.SheetGone):
        drawer.take_out(token)


def test_an_import_is_not_confirmed_twice_nor_taken_back_twice(desk):
    address = look(desk, sheet(LEV))
    desk.post(f"{address}/confirm")
    assert desk.post(f"{address}/confirm").status_code == 422
    assert desk.post(f"{address}/drop").status_code == 422
    desk.post(f"{address}/undo")
    assert desk.post(f"{address}/undo").status_code == 422


def test_groups_are_asked_once_for_a_direction(desk, cast):
    module_id = cast.module.id
    db.session.rollback()
    begin_write()
    db.session.execute(update(Module).values(ends_on=date(2040, 1, 1)))
    db.session.commit()
    answer = bring(desk, sheet(LEV))
    assert f'value="{module_id}"' in desk.get(answer.location).text
    desk.post(answer.location, data={**COLUMNS, "module": str(module_id)})
    assert only().counts["decide"] == 1
    desk.post(f"/imports/{only().id}/directions", data={"direction-0": "0"})
    assert only().counts["decide"] == 0


@pytest.mark.parametrize("who", ["mentor", "guardian", "director", "learner"])
def test_only_a_coordinator_imports(as_, cast, who):
    assert enter(as_, getattr(cast, who)).get("/imports").status_code == 403


def test_the_list_says_what_to_do_when_nothing_was_imported(desk):
    assert "/imports" in desk.get("/imports").text


def test_a_long_sheet_has_pages(desk):
    rows = [LEV.replace("Лев", name) for name in ("Лев", "Зоя", "Іван", "Орест", "Назар")]
    many = [row.replace("12.03", f"{day:02d}.03") for row in rows for day in range(1, 13)]
    address = look(desk, sheet(*many))
    assert "1 / 2" in desk.get(f"{address}?status=decide").text
    assert "2 / 2" in desk.get(f"{address}?status=decide&page=2").text
    assert "2 / 2" in desk.get(f"{address}?status=decide&page=99").text


@pytest.mark.parametrize(
    "value", ["²", "٣", "\0", "<b>x</b>", "9" * 60, "=1+1", "я" * 5000, "2012|1|1|1"]
)
def test_hostile_answers_do_no_harm(desk, value):
    address = look(desk, sheet(YEAR, LEV))
    typed = {
        f"t-2-{field}": value for field in ("birth_date", "name", "guardian", "phone", "email")
    }
    chosen = {f"a-2-{field}": value for field in ("same", "children", "leave", "nothing")}
    for sent in (typed, chosen, {f"a-{value}-name": value, "direction-0": value, "module": value}):
        for action in ("answers", "directions", "columns", "confirm"):
            answer = desk.post(f"{address}/{action}", data=sent)
            assert answer.status_code in {303, 404, 422}
            assert "<b>x</b>" not in answer.text
        page = desk.get(address)
        assert page.status_code == 200
        assert "<b>x</b>" not in page.text


def test_two_imports_share_nothing_and_absent_ones_are_not_found(desk):
    look(desk, sheet(LEV))
    assert desk.get("/imports/987").status_code == 404
    assert desk.post("/imports/987/confirm").status_code == 404
    assert desk.get(f"/imports/{only().id}/progress").json["state"] == "finished"


@pytest.mark.parametrize("state", [ImportState.TRYING, ImportState.IMPORTING])
def test_an_import_that_has_just_begun_shows_how_far_it_is(desk, state):
    look(desk, sheet(LEV))
    made = only()
    begin_write()
    db.session.execute(update(Import).where(Import.id == made.id).values(state=state))
    db.session.commit()
    drawer.note(made.token, drawer.PROGRESS, [0, 0])
    answer = desk.get(f"/imports/{made.id}")
    assert answer.status_code == 200
    assert "<progress" in answer.text
