"""No page leads a browser to another host by itself, and no name becomes markup."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import String, Text, select, update
from sqlalchemy.types import Enum

from lms.certificates.models import Certificate
from lms.courses.models import Cohort
from lms.db import Base, begin_write, db
from tests.views.filled import filled_year
from tools import demonstration
from tools.crawl import Visit, crawl, look
from tools.demonstration import sign_in
from tools.pages import COSTLY, PARTS, unlinked

__all__ = ["filled_year"]  # a fixture

HOSTILE = """’"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}{% if 1 %}"""
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
# What people type: shown on pages. What programs set (keys, codes, zones, hashes) is left alone.
TYPED = {
    "name",
    "name_en",
    "title",
    "family_name",
    "given_name",
    "patronymic",
    "latin_name",
    "workplace",
    "position",
    "town",
    "summary",
    "summary_en",
    "direction",
    "level",
    "skills",
    "source",
    "topic",
    "reason",
    "phone",
}
NOT_TYPED = {"role.name"}
STRICT = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
# Pages that show a letter in a frame, and the letters: these run nothing and load nothing.
FRAMING = {"letters.one", "letters.kinds"}
FRAMED = {"letters.framed", "letters.example"}
LETTER = {
    "default-src": {"'none'"},
    "style-src": {"'unsafe-inline'"},
    "frame-ancestors": {"'self'"},
    "sandbox": set(),
}


@pytest.fixture(scope="module")
def hostile(filled_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The filled year in which every text that somebody typed carries markup."""
    app = demonstration.open_app(
        demonstration.copy(filled_year, tmp_path_factory.mktemp("hostile"))
    )
    with app.app_context():
        begin_write()
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                is_text = isinstance(column.type, String | Text) and not isinstance(
                    column.type, Enum
                )
                name = f"{table.name}.{column.name}"
                if is_text and column.name in TYPED and name not in NOT_TYPED:
                    db.session.execute(
                        update(table).values({column.name: column + HOSTILE}).where(column != "")
                    )
        for certificate in db.session.scalars(select(Certificate)):
            certificate.snapshot = _spoil(certificate.snapshot)
        db.session.commit()
        db.session.remove()
    yield app
    demonstration.close(app)


def _spoil(value: object) -> object:
    """Put markup into every name of a stored snapshot, and leave keys and dates alone."""
    if not isinstance(value, dict):
        return value
    return {
        key: f"{inner}{HOSTILE}" if key in {"uk", "en"} and inner else _spoil(inner)
        for key, inner in value.items()
    }


@pytest.fixture(scope="module")
def seen(hostile: Flask) -> list[Visit]:
    """Everything that each role and a stranger come to by clicking; documents are not printed."""
    found = []
    for part in PARTS:
        client, _cookie = sign_in(hostile, part)
        start = ["/", "/home"] if part else ["/", "/demonstration"]
        start += unlinked(hostile, part)
        skipped = COSTLY - {"reports.plot"}
        found += crawl(hostile, client, start=start, rows=2, once=COSTLY, skipped=skipped)
    return found


def test_markup_in_names_is_shown_as_it_was_typed(seen: list[Visit]) -> None:
    wrong = []
    for visit in seen:
        if visit.status >= 500:
            wrong.append(f"{visit.status} {visit.path}")
        if "49" + "$" in visit.body or "${49}" in visit.body or "onerror=alert(1)>49" in visit.body:
            wrong.append(f"a template ran: {visit.path}")
        for element in visit.page.elements:
            is_ours = element.attributes.get("src", "").startswith("/static/")
            if element.tag == "script" and not is_ours:
                wrong.append(f"script {element.attributes} on {visit.path}")
            if element.attributes.get("src") == "x":
                wrong.append(f"picture on {visit.path}")
            wrong += [
                f"{name} on {visit.path}" for name in element.attributes if name.startswith("on")
            ]
    assert not wrong, "\n".join(wrong)
    carrying = {visit.endpoint for visit in seen if ESCAPED in visit.body}
    # The test can only fail where names stand: most pages name somebody or something.
    assert len(carrying) >= 35, sorted(carrying)


def test_drawings_carry_no_script(seen: list[Visit], hostile: Flask) -> None:
    client, _cookie = sign_in(hostile, PARTS[-1])
    drawings = [
        visit
        for visit in seen
        if visit.mimetype == "image/svg+xml" and "/static/" not in visit.path
    ]
    assert drawings
    for visit in drawings:
        drawn = client.get(visit.path).get_data(as_text=True)
        assert "<script" not in drawn
        assert "onerror" not in drawn.replace("&lt;img src=x onerror", "")
        assert "://" not in drawn.replace("http://www.w3.org/", "")


def test_no_page_leads_to_another_host_by_itself(seen: list[Visit], hostile: Flask) -> None:
    with hostile.app_context():
        rooms = set(db.session.scalars(select(Cohort.link).where(Cohort.link != "")))
        db.session.remove()
    # A letter stands in a mailbox, so it names this very site in full.
    own = str(hostile.config["LMS_PUBLIC_URL"]) + "/"
    wrong = []
    for visit in seen:
        for element in visit.page.elements:
            for name in (
                "src",
                "href",
                "action",
                "formaction",
                "data",
                "content",
                "srcset",
                "poster",
            ):
                target = element.attributes.get(name, "")
                if _stays(target) or (element.tag, name) == ("meta", "content"):
                    continue
                is_room = (element.tag, name) == ("a", "href") and target in rooms
                is_letters = visit.endpoint in FRAMED and target.startswith(own)
                if not is_room and not is_letters:
                    wrong.append(f"<{element.tag} {name}={target!r}> on {visit.path}")
            refresh = element.attributes.get("http-equiv", "").lower()
            if refresh == "refresh":
                wrong.append(f"leads on by itself: {visit.path}")
            if "style" in element.attributes and element.tag != "svg":
                wrong.append(f"style in <{element.tag}> on {visit.path}")
    assert not wrong, "\n".join(sorted(set(wrong)))


def _stays(target: str) -> bool:
    parts = urlsplit(target)
    is_local = not parts.scheme and not parts.netloc and not target.startswith("//")
    return is_local or parts.scheme in {"mailto", "tel"} or target.startswith("data:image/")


def test_each_answer_says_what_a_browser_may_do(seen: list[Visit]) -> None:
    assert {visit.mimetype for visit in seen} >= {"text/html", "image/svg+xml", "text/css"}
    for visit in seen:
        policy = {
            words[0]: set(words[1:])
            for words in (
                part.split() for part in visit.headers["Content-Security-Policy"].split(";")
            )
        }
        if visit.endpoint in FRAMED and visit.status == 200:
            assert policy == LETTER, visit.path
            assert visit.headers["X-Frame-Options"] == "SAMEORIGIN"
            continue
        if "/static/" in visit.path or visit.mimetype == "text/html":
            frames = {"frame-src": {"'self'"}} if visit.endpoint in FRAMING else {}
            assert policy == STRICT | frames, visit.path
        else:
            assert policy["default-src"] == {"'none'"}, visit.path
            assert not {"'unsafe-inline'", "'unsafe-eval'"} & policy.get("script-src", set())
        assert visit.headers["X-Content-Type-Options"] == "nosniff"
        assert visit.headers["X-Frame-Options"] == "DENY"
        assert visit.headers["Referrer-Policy"] == "same-origin"


def test_what_names_people_stays_in_no_cache(seen: list[Visit], hostile: Flask) -> None:
    for visit in seen:
        # The catalogue names nobody: a browser may keep it and ask whether it still holds.
        if visit.mimetype == "text/html" and visit.endpoint != "enrolment.catalogue":
            assert "no-store" in visit.headers["Cache-Control"], visit.path


def test_errors_are_as_strict_as_pages(hostile: Flask) -> None:
    client, _cookie = sign_in(hostile, None)
    for path in ("/nothing-here", "/verify/x", f"/catalogue?q={HOSTILE}", f"/{HOSTILE}"):
        visit = look(client, path, endpoint="?")
        assert visit.headers["Content-Security-Policy"]
        assert "<script>alert" not in visit.body
