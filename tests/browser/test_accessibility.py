"""Every page of the application, in both languages, on a phone: axe, width, hosts, console."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from lms.demonstration.cast import Part
from lms.settings import SETTINGS
from tests.browser.conftest import Open
from tests.browser.watching import Watched
from tools.chromium import LAPTOP, PHONE
from tools.pages import STRANGER, Found, Page, find_pages, one_each

# Best practices as well as the rules of WCAG, and findings of any impact. Nothing but violations
# comes back: a list of all that is well costs more than the looking.
RUN = "axe.run(document, {resultTypes: ['violations'], iframes: false}).then(found => found.violations)"
AT_LAPTOP_SIZE = {
    "attendance.register",
    "certificates.show",
    "cohorts.one",
    "enrolment.family_form",
    "home.cards",
    "home.front",
    "hub.year",
    "reports.annual",
}


@dataclass
class Seen:
    """What was noticed on one page."""

    page: Page
    locale: str
    status: int
    title: str
    language: str
    findings: list[str] = field(default_factory=list)
    widest: int = 0
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def found(app: Flask) -> Found:
    return find_pages(app, rows=3)


def look(window: Watched, page: Page, locale: str) -> Seen:
    window.forget()
    answer = window.page.goto(page.path, wait_until="load")
    return Seen(
        page=page,
        locale=locale,
        status=answer.status if answer else 0,
        title=window.page.title(),
        language=window.page.locator("html").get_attribute("lang") or "",
        findings=findings(window.page),
        widest=window.page.evaluate("document.documentElement.scrollWidth"),
        elsewhere=list(window.elsewhere),
        complaints=[each for each in window.complaints if not _is_of_the_page(each, answer)],
    )


def _is_of_the_page(complaint: str, answer: Response | None) -> bool:
    """Tell whether a browser merely repeats that the page itself was not found."""
    gone = answer.status if answer is not None else 0
    return gone in {404, 410} and f"status of {gone}" in complaint


def findings(tab: Tab) -> list[str]:
    """List what axe says, with the place; its own note tells what to do."""
    tab.evaluate(AXE_SCRIPT)
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['html'][:120]}"
        for each in tab.evaluate(RUN)
        for node in each["nodes"]
    ]


def walk(
    open_window: Open, pages: list[Page], locale: str, size: tuple[int, int]
) -> Iterator[Seen]:
    windows: dict[str, Watched] = {}
    for page in pages:
        if page.role not in windows:
            part = None if page.role == STRANGER else Part(page.role)
            windows[page.role] = open_window(part, size=size, locale=locale)
        yield look(windows[page.role], page, locale)


def test_every_address_is_looked_at(found: Found) -> None:
    assert found.unreached == ()
    assert len(one_each(found.pages)) >= 55


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_every_page_on_a_phone(open_window: Open, found: Found, locale: str) -> None:
    seen = list(walk(open_window, one_each(found.pages), locale, PHONE))
    hold_to_account(seen, width=PHONE[0])
    assert {each.language for each in seen} == {locale}
    # A page behind a private link bears the library's name alone, whoever looks over the shoulder.
    neutral = {one.default for one in SETTINGS if one.name.startswith("LMS_LIBRARY_NAME")}
    titles = Counter(each.title for each in seen if each.title not in neutral)
    assert max(titles.values()) <= 5, titles.most_common(3)
    assert all(each.title.strip() for each in seen)


def test_pages_with_much_on_them_on_a_laptop(open_window: Open, found: Found) -> None:
    pages = [page for page in one_each(found.pages) if page.endpoint in AT_LAPTOP_SIZE]
    assert len(pages) == len(AT_LAPTOP_SIZE)
    hold_to_account(list(walk(open_window, pages, "uk", LAPTOP)), width=LAPTOP[0])


def hold_to_account(seen: list[Seen], *, width: int) -> None:
    """Say everything that is wrong at once: one run tells all."""
    wrong: list[str] = []
    for each in seen:
        where = f"{each.locale} {each.page.role} {each.page.endpoint} {each.page.path}"
        wrong += [f"{where}: axe {finding}" for finding in each.findings]
        wrong += [f"{where}: another host {url}" for url in each.elsewhere]
        wrong += [f"{where}: console {text}" for text in each.complaints]
        if each.widest > width:
            wrong.append(f"{where}: {each.widest} px wide")
        if each.status >= 500 or not each.status:
            wrong.append(f"{where}: answered {each.status}")
    assert not wrong, "\n".join([f"{len(wrong)} findings", *wrong])


@pytest.mark.parametrize(
    ("part", "path"),
    [
        (None, "/enrol/family"),
        (None, "/sign-in"),
        (None, "/verify"),
        (Part.COORDINATOR, "/people/add"),
        (Part.COORDINATOR, "/programmes/add"),
    ],
)
@pytest.mark.parametrize("locale", ["uk", "en"])
def test_a_refused_form_says_beside_each_field_what_to_do(
    open_window: Open, part: Part | None, path: str, locale: str
) -> None:
    window = open_window(part, locale=locale)
    window.page.goto(path)
    form = window.page.locator("main form[method=post]").first
    with window.page.expect_response(lambda answer: answer.request.method == "POST") as refusal:
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    assert refusal.value.status == 422
    window.page.locator(".form-errors").wait_for()
    refused = window.page.locator("main [aria-invalid=true]")
    assert refused.count() >= 1
    for field_refused in refused.all():
        described = (field_refused.get_attribute("aria-describedby") or "").split()
        words = [window.page.locator(f"[id='{name}']").inner_text() for name in described]
        assert any(word.strip() for word in words), field_refused.get_attribute("name")
    assert findings(window.page) == []
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_every_control_of_the_family_form_is_reached_by_keyboard(open_window: Open) -> None:
    window = open_window()
    window.page.goto("/enrol/family")
    names = window.page.evaluate(
        """() => [...document.querySelectorAll('main input, main select, main button')]
            .filter(each => each.type !== 'hidden' && each.tabIndex >= 0 && each.checkVisibility())
            .map(each => each.id || each.name)"""
    )
    reached = set()
    for _press in range(120):
        window.page.keyboard.press("Tab")
        reached.add(
            window.page.evaluate("document.activeElement.id || document.activeElement.name")
        )
    # Of radio buttons that belong together, the tab key comes to one; arrows do the rest.
    radios = set(
        window.page.evaluate(
            "() => [...document.querySelectorAll('main input[type=radio]')].map(each => each.id)"
        )
    )
    assert set(names) - reached - radios == set()


@pytest.mark.parametrize("part", list(Part))
def test_what_is_tapped_on_a_phone_is_tall_enough(open_window: Open, part: Part) -> None:
    window = open_window(part)
    window.page.goto("/home")
    low = window.page.evaluate(
        """() => [...document.querySelectorAll('main button, main .btn, main select, '
            + 'main input:not([type=hidden], [type=checkbox], [type=radio])')]
            .filter(each => each.checkVisibility() && !each.closest('.visually-hidden'))
            .map(each => [each.innerText || each.name, each.getBoundingClientRect().height])
            .filter(([, height]) => height < 44)"""
    )
    assert low == []
