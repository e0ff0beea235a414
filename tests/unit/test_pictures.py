"""Which pages are pictured: one for each role and endpoint, the fullest, and none left out in silence."""

from tools.crawl import UNKNOWN, Visit, outline
from tools.pages import Page, choose, one_each
from tools.pictures import file_name


def visit(endpoint: str, path: str, body: str = "<p>words</p>", **more: object) -> Visit:
    answer = {"status": 200, "mimetype": "text/html", **more}
    return Visit(
        path=path,
        endpoint=endpoint,
        headers={},
        page=outline(body),
        body=body,
        came_from="",
        **answer,  # type: ignore[arg-type]
    )


def test_of_pages_that_look_alike_the_fullest_is_taken() -> None:
    found = choose(
        [
            ("mentor", visit("register", "/registers/1", "<p>empty</p>")),
            ("mentor", visit("register", "/registers/2", "<p>twenty names and more</p>")),
            ("coordinator", visit("register", "/registers/1")),
        ],
        known={"register"},
    )
    assert found.pages == (
        Page("coordinator", "register", "/registers/1"),
        Page("mentor", "register", "/registers/2"),
    )
    assert [page.role for page in one_each(found.pages)] == ["coordinator"]


def test_what_nobody_came_to_is_named() -> None:
    found = choose(
        [("mentor", visit("today", "/today"))], known={"today", "forgotten", "core.health"}
    )
    assert found.unreached == ("forgotten",)


def test_documents_and_redirects_are_reached_but_have_no_picture() -> None:
    found = choose(
        [
            ("mentor", visit("pdf", "/pdf", mimetype="application/pdf")),
            ("mentor", visit("home", "/home", status=303)),
        ],
        known={"pdf", "home"},
    )
    assert found.pages == ()
    assert found.unreached == ()


def test_an_error_page_is_a_page_of_its_own() -> None:
    found = choose(
        [
            ("stranger", visit(UNKNOWN, "/nothing-here", status=404)),
            ("stranger", visit("verified", "/verify/0", status=404)),
            ("stranger", visit("verified", "/verify/1")),
        ],
        known={"verified"},
    )
    assert [file_name(page) for page in found.pages] == [
        "stranger-error.png",
        "stranger-verified.png",
        "stranger-verified-404.png",
    ]
