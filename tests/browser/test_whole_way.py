"""From an application to a verified certificate, in a browser, as everybody who takes part."""

import re
import time
import zipfile
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.attendance.models import AttendanceRecord
from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.clock import today
from lms.courses.models import Cohort, Session
from lms.db import db
from lms.demonstration.cast import Part
from lms.people.models import Person
from tests.browser.conftest import Open
from tests.browser.groups import Group, lay_group
from tests.browser.reading import read_picture, spellings
from tests.browser.watching import Watched
from tools.chromium import LAPTOP

GUARDIAN = ("Коваленко", "Мирослава", "Тарасівна")
CHILDREN = (("Коваленко", "Соломія", "Андріївна", 12), ("Коваленко", "Богдан", "Андрійович", 10))
LETTER_SECONDS = 30
ADULT = ("Тимошенко", "Олександра", "Павлівна")


@pytest.fixture(scope="module")
def club(app: Flask) -> Group:
    return lay_group(app, "code_club", lead=("Приходько", "Дарина"))


@pytest.fixture(scope="module")
def training(app: Flask) -> Group:
    return lay_group(app, "training", lead=("Левченко", "Ганна"))


def born(age: int) -> str:
    day = today().replace(day=1)
    return day.replace(year=day.year - age).isoformat()


def letter_to(folder: Path, receiver: str) -> str:
    until, found = time.monotonic() + LETTER_SECONDS, list[str]()
    while not found and time.monotonic() < until:
        # The worker sends it, in a moment of its own.
        Event().wait(0.1)
        letters = [path.read_text(encoding="utf-8") for path in (folder / "outbox").iterdir()]
        found = [letter for letter in letters if f"To: {receiver}" in letter]
    assert len(found) == 1
    return found[0]


def link_in(letter: str) -> str:
    found = re.search(
        r"https?://\S+/sign-in/link/\S+", letter.replace("=\n", "").replace("=3D", "=")
    )
    assert found, letter
    return urlsplit(found.group()).path


def certificates_of(app: Flask, cohort_id: int) -> list[Certificate]:
    with app.app_context():
        found = list(
            db.session.scalars(
                select(Certificate)
                .where(Certificate.cohort_id == cohort_id)
                .order_by(Certificate.serial)
            )
        )
        db.session.expunge_all()
        db.session.remove()
    return found


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()


def save(page: Page, folder: Path, link: str | re.Pattern[str]) -> Path:
    with page.expect_download() as waited:
        page.locator("main").get_by_role("link", name=link).first.click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path


def hold_to_account(*windows: Watched) -> None:
    for window in windows:
        assert window.elsewhere == []
        assert window.faults == []
        assert window.complaints == []


def enrol_two_children(window: Watched, group: Group) -> None:
    """One page, one submit, from the public page to «you are in»."""
    page = window.page
    page.goto("/")
    page.locator("main a[href='/catalogue']").first.click()
    page.locator(f"main a[href*='/enrol/family?cohort={group.cohort_id}']").click()
    page.locator("[name=agrees]").check()
    for name, text in zip(("family_name", "given_name", "patronymic"), GUARDIAN, strict=True):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=relation][value=mother]").check()
    page.locator("[name=email]").fill("myroslava@example.org")
    page.locator("[data-add-child]").click()
    for number, (family, given, patronymic, age) in enumerate(CHILDREN):
        page.locator(f"[name=children-{number}-family_name]").fill(family)
        page.locator(f"[name=children-{number}-given_name]").fill(given)
        page.locator(f"[name=children-{number}-patronymic]").fill(patronymic)
        page.locator(f"[name=children-{number}-birth_date]").fill(born(age))
        box = page.locator(f"[name=children-{number}-cohorts][value='{group.cohort_id}']")
        box.check()
    submitted = len([url for status, url in window.statuses if status == 303])
    press(page, "Записати")
    expect(page).to_have_url(re.compile("/enrol/done/"))
    assert len([url for status, url in window.statuses if status == 303]) == submitted + 1
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Ви (вже )?(в|у) груп"))
    # What a stranger may see over a shoulder names no child.
    assert not any(given in page.inner_text("body") for _family, given, _p, _age in CHILDREN)


def mark_everybody(window: Watched, group: Group) -> None:
    page = window.page
    page.goto("/home")
    assert urlsplit(page.url).path == "/today"
    expect(page.get_by_role("heading", level=1)).to_contain_text("Наскрізна група")
    page.locator("[data-fill=present]").click()
    press(page, "Готово")
    expect(page.locator(".notice-success, .notice-info").first).to_be_visible()


def issue(window: Watched, group: Group, folder: Path) -> Path:
    """Preview, confirm, done: three clicks from the coordinator's home page."""
    page = window.page
    page.goto("/home")
    page.locator(f"main a[href='/completion/cohorts/{group.cohort_id}']").first.click()
    page.locator(".confirm summary.btn-primary").click()
    page.locator(".confirm[open] button").first.click()
    expect(page.locator("main")).to_contain_text("підтверджено")
    page.goto("/home")
    clicks = 0
    page.locator(f"main a[href^='/certificates/cohorts/{group.cohort_id}']").first.click()
    clicks += 1
    press(page, re.compile("Видати"))
    clicks += 1
    expect(page.locator("progress")).to_be_visible()
    page.locator("main a[href*='/archive']").first.wait_for()
    assert clicks <= 3
    done, total = page.evaluate(
        "() => { const bar = document.querySelector('progress'); return [bar.value, bar.max]; }"
    )
    assert done == total > 0
    return save(page, folder, re.compile("ZIP"))


def test_children_from_the_application_to_a_checked_certificate(
    open_window: Open, app: Flask, folder: Path, club: Group, tmp_path: Path
) -> None:
    family = open_window()
    enrol_two_children(family, club)

    family.page.goto(link_in(letter_to(folder, "myroslava@example.org")))
    press(family.page, "Увійти")
    expect(family.page).to_have_url(re.compile("/family$"))
    for _family, given, _patronymic, _age in CHILDREN:
        expect(family.page.locator("main")).to_contain_text(given)

    mentor = open_window(club.account_id)
    mark_everybody(mentor, club)
    mentor.page.locator(f"main a[href='/cohorts/{club.cohort_id}']").click()
    mentor.page.locator(f"main a[href='/completion/cohorts/{club.cohort_id}']").first.click()
    for tick in mentor.page.locator("[name=shown]").all():
        tick.check()
    press(mentor.page, re.compile("Зберегти"))
    expect(mentor.page.locator("[name=shown]:checked")).to_have_count(len(CHILDREN))

    coordinator = open_window(Part.COORDINATOR, size=LAPTOP)
    packed = zipfile.ZipFile(issue(coordinator, club, tmp_path))
    assert len(set(packed.namelist())) == len(CHILDREN)
    issued = certificates_of(app, club.cohort_id)
    assert len(issued) == len(CHILDREN)

    family.page.goto("/family")
    paper = save(family.page, tmp_path, re.compile("PDF|Завантажити|сертифікат", re.IGNORECASE))
    assert paper.read_bytes() in [packed.read(name) for name in packed.namelist()]
    read = read_picture(paper)
    assert "Коваленко" in read
    assert any(given in read for _family, given, _patronymic, _age in CHILDREN), read
    assert words_of(club.course) <= words_of(read), read
    assert re.search(rf"\b{club.hours}\b", read), read

    check_as_stranger(open_window(), issued[0], club)
    hold_to_account(family, mentor, coordinator)


def words_of(text: str) -> set[str]:
    """The Ukrainian words, without those too short to be told from a smudge."""
    found = re.findall(r"[А-ЩЬЮЯҐЄІЇа-щьюяґєії’-]{4,}", text.replace("'", "’"))
    return {word.casefold() for word in found}


def check_as_stranger(window: Watched, certificate: Certificate, group: Group) -> None:
    """Everything that is printed is told, except the name: not one byte of it."""
    window.keep_answers()
    page = window.page
    page.goto("/")
    page.locator("a[href='/verify']").first.click()
    page.locator("[name=code]").fill(display(certificate.code).lower())
    press(page, "Перевірити")
    told = page.locator("main")
    expect(told).to_contain_text("дійсний")
    for text in (
        group.course,
        f"{group.hours} академічн",
        str(certificate.number),
        "Луганська обласна універсальна наукова бібліотека",
        certificate.issued_on.strftime("%Y"),
    ):
        expect(told).to_contain_text(text)

    page.locator("[name=family_name]").fill("Шевченко")
    press(page, "Порівняти")
    expect(told).to_contain_text("Не збігається")
    page.locator("[name=family_name]").fill("коваленко")
    press(page, "Порівняти")
    expect(told).to_contain_text("Збігається")
    page.goto(f"/v/{certificate.code}")
    page.goto(f"/verify/{certificate.code}")

    names = [
        "Коваленко",
        "Kovalenko",
        *[given for _f, given, _p, _age in CHILDREN],
        "Solomiia",
        "Bohdan",
    ]
    assert len(window.answers) >= 6
    for url, answer in window.answers:
        for name in names:
            for spelling in spellings(name):
                assert spelling not in answer, (name, url)
    hold_to_account(window)


def test_an_adult_from_the_application_to_a_checked_certificate(
    open_window: Open, app: Flask, folder: Path, training: Group, tmp_path: Path
) -> None:
    learner = open_window()
    page = learner.page
    page.goto("/catalogue")
    page.locator(f"main a[href*='/enrol/adult?cohort={training.cohort_id}']").click()
    page.locator("[name=agrees]").check()
    for name, text in zip(("family_name", "given_name", "patronymic"), ADULT, strict=True):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=email]").fill("oleksandra@example.org")
    press(page, "Записати")
    expect(page).to_have_url(re.compile("/enrol/done/"))
    page.goto(link_in(letter_to(folder, "oleksandra@example.org")))
    press(page, "Увійти")
    expect(page).to_have_url(re.compile("/learning$"))

    leader = open_window(training.account_id)
    mark_everybody(leader, training)
    coordinator = open_window(Part.COORDINATOR, size=LAPTOP)
    issue(coordinator, training, tmp_path)

    page.goto("/learning")
    paper = save(page, tmp_path, re.compile("PDF|Завантажити|сертифікат", re.IGNORECASE))
    read = read_picture(paper)
    assert {"тимошенко", "олександра"} <= words_of(read), read
    assert words_of(training.course) <= words_of(read), read
    assert re.search(rf"\b{training.hours}\b", read), read

    (certificate,) = certificates_of(app, training.cohort_id)
    stranger = open_window()
    stranger.page.goto(f"/verify/{certificate.code}")
    expect(stranger.page.locator("main")).to_contain_text("Тимошенко Олександра")
    hold_to_account(learner, leader, coordinator, stranger)


def test_a_mentor_marks_all_but_two_in_three_taps(open_window: Open, app: Flask) -> None:
    window = open_window(Part.MENTOR)
    page = window.page
    page.goto("/home")
    rows = page.locator("[data-mark-row]")
    assert rows.count() >= 8
    # Each tap within reach of a thumb on a phone, and nothing else is needed: it saves itself.
    page.locator("[data-fill=present]").click()
    rows.nth(1).locator("legend").click()
    rows.nth(4).locator("legend").click()
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "saved")
    with app.app_context():
        session_id = int(
            (page.locator("form[data-register]").get_attribute("action") or "").rsplit("/", 1)[1]
        )
        marks = db.session.scalars(
            select(AttendanceRecord.status).where(AttendanceRecord.session_id == session_id)
        ).all()
        day = db.session.get_one(Session, session_id).day
        db.session.remove()
    assert day == today()
    assert sorted(marks) == ["absent"] * 2 + ["present"] * (rows.count() - 2)
    page.reload()
    assert page.locator("[data-mark=absent]").count() == 2
    hold_to_account(window)


def test_a_mentor_gets_a_credential(open_window: Open, app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        ready = db.session.scalars(
            select(Cohort).where(Cohort.link.contains("/ready-")).order_by(Cohort.id.desc())
        ).first()
        assert ready is not None
        module_id = ready.module_id
        db.session.remove()
    coordinator = open_window(Part.COORDINATOR, size=LAPTOP)
    page = coordinator.page
    page.goto("/mentors")
    page.locator(f"main a[href='/mentors/credentials/{module_id}']").click()
    page.locator(".confirm summary").first.click()
    page.locator(".confirm[open] button").first.click()
    given = page.locator("main a[href^='/certificates/']")
    for _try in range(20):
        if given.count():
            break
        page.wait_for_timeout(500)
        page.goto(f"/mentors/credentials/{module_id}")
    number = given.first.inner_text()

    mentor = open_window(Part.MENTOR)
    mentor.page.goto("/home")
    mentor.page.goto("/mentors/me")
    expect(mentor.page.locator("main")).to_contain_text(number)
    with mentor.page.expect_download() as waited:
        mentor.page.locator("main li, main tr, main article").filter(has_text=number).last.locator(
            "a[href*='/pdf']"
        ).first.click()
    paper = tmp_path / "credential.pdf"
    waited.value.save_as(paper)
    with app.app_context():
        certificate = db.session.scalars(
            select(Certificate).where(Certificate.number == number)
        ).one()
        code, name = certificate.code, db.session.get_one(Person, certificate.person_id).family_name
        db.session.remove()
    assert words_of(name) <= words_of(read_picture(paper))

    stranger = open_window()
    stranger.page.goto(f"/verify/{code}")
    expect(stranger.page.locator("main")).to_contain_text(number)
    expect(stranger.page.locator("main")).to_contain_text(name)
    hold_to_account(coordinator, mentor, stranger)


def test_the_director_opens_the_year_and_takes_the_document(
    open_window: Open, tmp_path: Path
) -> None:
    window = open_window(Part.DIRECTOR, size=LAPTOP)
    page = window.page
    page.goto("/home")
    clicks = 0
    if (
        page.locator("main a[href$='/reports/2022.pdf'], main a[href*='/reports/2022/pdf']").count()
        == 0
    ):
        page.locator("main a[href='/reports/2022']").first.click()
        clicks += 1
    told = page.locator("main")
    for text in ("363", "+2,0 %", "−38,4 %"):
        expect(told).to_contain_text(text)
    document = save(page, tmp_path, re.compile("PDF"))
    clicks += 1
    assert clicks <= 2
    read = read_picture(document)
    assert "2022 рік у цифрах" in read
    assert {"1527", "5429", "727"} <= set(read.split()), read
    sheet = save(page, tmp_path, re.compile("XLSX"))
    assert zipfile.is_zipfile(sheet)
    hold_to_account(window)


def test_a_button_of_the_demonstration_signs_in(open_window: Open) -> None:
    window = open_window()
    for part in Part:
        window.page.goto("/demonstration")
        window.page.locator(f"form[action='/demonstration/{part}'] button").click()
        window.page.wait_for_load_state()
        assert urlsplit(window.page.url).path not in {"/demonstration", "/sign-in", "/"}
    hold_to_account(window)
