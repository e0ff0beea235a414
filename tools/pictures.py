"""Take a picture of every page, as each role sees it, and of every kind of certificate.

``./run pictures`` writes ``var/pictures/<width>/<role>-<endpoint>.png`` and
``var/pictures/documents/<award>-<language>.png``, on a demonstration of its own.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import func, select

from lms.certificates.models import Certificate
from lms.db import db
from lms.demonstration.cast import Part
from lms.i18n import CODES
from tools import demonstration
from tools.chromium import EXECUTABLE, LAPTOP, PHONE, SWITCHES
from tools.pages import STRANGER, Page, find_pages

FOLDER = Path(__file__).parent.parent / "var" / "pictures"
# A register of a hundred is longer than anybody looks at.
TALLEST = 6000
DOTS_PER_INCH = 80


def main() -> int:
    """Take all pictures; refuse when a page of the application was not found."""
    with tempfile.TemporaryDirectory(prefix="lms-pictures-") as name:
        folder = demonstration.fill(Path(name))
        app = demonstration.open_app(folder)
        found = find_pages(app)
        if found.unreached:
            print("No link leads to: " + ", ".join(found.unreached), file=sys.stderr)
            return 1
        shutil.rmtree(FOLDER, ignore_errors=True)
        documents = list(print_documents(app, FOLDER / "documents"))
        with demonstration.served(folder) as address, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=EXECUTABLE, args=list(SWITCHES))
            for size in (PHONE, LAPTOP):
                taken = take(browser, app, address, pages=found.pages, size=size)
                print(f"{size[0]} × {size[1]}: {taken} pages", flush=True)
            browser.close()
        demonstration.close(app)
    print(f"documents: {len(documents)}\n{FOLDER}")
    return 0


def file_name(page: Page) -> str:
    """Name the picture of a page.

    >>> file_name(Page("mentor", "attendance.today_page", "/today"))
    'mentor-attendance.today_page.png'
    """
    return f"{page.role}-{page.endpoint}.png"


def take(
    browser: Browser, app: Flask, address: str, *, pages: Iterable[Page], size: tuple[int, int]
) -> int:
    """Take the pictures of pages at one size; answer how many."""
    folder = FOLDER / str(size[0])
    folder.mkdir(parents=True, exist_ok=True)
    by_role: dict[str, list[Page]] = {}
    for page in pages:
        by_role.setdefault(page.role, []).append(page)
    for role, own in by_role.items():
        context = browser.new_context(
            base_url=address, viewport={"width": size[0], "height": size[1]}, locale="uk-UA"
        )
        if role != STRANGER:
            _client, cookie = demonstration.sign_in(app, Part(role))
            name = app.config["SESSION_COOKIE_NAME"]
            context.add_cookies([{"name": name, "value": cookie, "url": address}])
        tab = context.new_page()
        for page in own:
            tab.goto(page.path)
            # A bar that keeps to the lower edge of the window belongs to the end of a long picture.
            height = min(tab.evaluate("document.documentElement.scrollHeight"), TALLEST)
            tab.set_viewport_size({"width": size[0], "height": max(height, size[1])})
            tab.screenshot(path=folder / file_name(page))
            tab.set_viewport_size({"width": size[0], "height": size[1]})
        context.close()
    return sum(map(len, by_role.values()))


def print_documents(app: Flask, folder: Path) -> Iterator[Path]:
    """Draw one certificate of each kind in each language: the one with the longest name."""
    client, _cookie = demonstration.sign_in(app, Part.COORDINATOR)
    folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        awards = db.session.scalars(select(Certificate.award).distinct()).all()
        chosen = {award: _longest(award) for award in awards}
    for award, certificate_id in sorted(chosen.items()):
        for locale in CODES:
            answer = client.get(f"/certificates/{certificate_id}/pdf?locale={locale}")
            path = folder / f"{award}-{locale}.pdf"
            path.write_bytes(answer.data)
            draw(path, dots=DOTS_PER_INCH)
            yield path.with_suffix(".png")


def draw(path: Path, *, dots: int) -> Path:
    """Draw the first page of a PDF beside it; answer the picture."""
    command = [
        "pdftoppm",
        "-r",
        str(dots),
        "-png",
        "-singlefile",
        str(path),
        str(path.with_suffix("")),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return path.with_suffix(".png")


def _longest(award: str) -> int:
    name = Certificate.snapshot["holder"]["uk"].as_string()
    found = db.session.scalar(
        select(Certificate.id)
        .where(Certificate.award == award)
        .order_by(func.length(name).desc(), Certificate.id)
        .limit(1)
    )
    if found is None:
        raise LookupError(award)
    return found


if __name__ == "__main__":
    sys.exit(main())
