"""Which pages there are, and for whom: found by clicking through the application as each role."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import Flask, url_for
from sqlalchemy import func, select

from lms.access import rule_of
from lms.certificates.jobs import ISSUE
from lms.certificates.models import Certificate
from lms.clock import now
from lms.db import begin_write, db
from lms.demonstration.cast import Part, account_of
from lms.enrolment.models import Application
from lms.enrolment.views import receipt_token
from lms.imports import drawer
from lms.imports.columns import recognise
from lms.imports.jobs import ask_to_try
from lms.imports.reading import read_sheet
from lms.imports.services import add_import, headings_mark
from lms.jobs import Job, run_pending
from tools.crawl import UNKNOWN, Visit, crawl
from tools.demonstration import sign_in

STRANGER = "stranger"
PARTS: tuple[Part | None, ...] = (None, *Part)
ERROR = "error"
SHEET = (
    "ПІБ дитини;Дата народження;ПІБ мами;Телефон;Пошта;Згода\n"
    "Лі Я;9/3/2012;Лі Мей Іванівна;0501234567;li@example.org;+\n"
    "Хмельницька-Драй-Бондаренко Анастасія-Єлизавета;2012;;050123456;x@example.org;+\n"
)
# Each row of an endpoint looks alike; among so many the one that shows most is taken.
ROWS = 4
COSTLY = frozenset(
    {
        "certificates.pdf",
        "certificates.archive",
        "reports.pdf",
        "reports.xlsx",
        "reports.plot",
    }
)
# What answers programs: no picture can be taken of it, and no link leads to it.
FOR_PROGRAMS = frozenset({"core.health", "core.job_progress", "imports.progress"})


@dataclass(frozen=True, order=True)
class Page:
    """A page as one role sees it."""

    role: str
    endpoint: str
    path: str


@dataclass(frozen=True)
class Found:
    """All pages, and the endpoints that nobody came to."""

    pages: tuple[Page, ...]
    unreached: tuple[str, ...]


def find_pages(app: Flask, *, rows: int = ROWS) -> Found:
    """Click through the application as each of the cast and as a stranger."""
    visits: list[tuple[str, Visit]] = []
    for part in PARTS:
        client, _cookie = sign_in(app, part)
        role = str(part or STRANGER)
        start = ["/"] if part else ["/", "/demonstration"]
        start += unlinked(app, part)
        visits += [
            (role, visit) for visit in crawl(app, client, start=start, rows=rows, once=COSTLY)
        ]
    return choose(visits, known=known_endpoints(app))


def choose(visits: Iterable[tuple[str, Visit]], *, known: Iterable[str]) -> Found:
    """Take one page for each role and endpoint: the one with most to see.

    An endpoint counts as reached when it answered at all: with a page, a document, or by leading
    on to another address.
    """
    fullest: dict[tuple[str, str], Visit] = {}
    reached = set(FOR_PROGRAMS)
    for role, visit in visits:
        reached.add(visit.endpoint)
        if visit.mimetype != "text/html" or 300 <= visit.status < 400:
            continue
        key = (role, _name(visit))
        if key not in fullest or len(visit.body) > len(fullest[key].body):
            fullest[key] = visit
    pages = sorted(Page(role, name, visit.path) for (role, name), visit in fullest.items())
    return Found(tuple(pages), tuple(sorted(set(known) - reached)))


def _name(visit: Visit) -> str:
    """Name a page by its endpoint; what was not found is a page of its own."""
    if visit.endpoint == UNKNOWN:
        return ERROR
    return visit.endpoint if visit.status < 400 else f"{visit.endpoint}-{visit.status}"


def known_endpoints(app: Flask) -> set[str]:
    """List the endpoints that somebody of the cast, or a stranger, may ask for."""
    held = {str(part) for part in Part}
    found = set()
    for rule in app.url_map.iter_rules():
        declared = rule_of(app.view_functions[rule.endpoint])
        admits = declared is not None and (not declared.roles or held & set(declared.roles))
        if "GET" in (rule.methods or ()) and admits:
            found.add(rule.endpoint)
    return found


def one_each(pages: Sequence[Page]) -> list[Page]:
    """Take each endpoint once, as the first role that sees it: for checks that cost seconds."""
    chosen: dict[str, Page] = {}
    for page in pages:
        chosen.setdefault(page.endpoint, page)
    return list(chosen.values())


def unlinked(app: Flask, part: Part | None) -> list[str]:
    """Give the pages to which no link leads: they come by letter, by a code or after a form."""
    with app.test_request_context():
        return list(_unlinked(app, part))


def _unlinked(app: Flask, part: Part | None) -> Iterator[str]:
    if part is Part.COORDINATOR and "certificates" in app.blueprints:
        yield _issuing()
    if part is Part.COORDINATOR and "imports" in app.blueprints:
        yield from _importing()
    if part is not None:
        return
    yield "/nothing-here"
    yield url_for("people.link_sent")
    yield url_for("people.use_link", token="x" * 43)
    yield url_for("people.sign_in", back="/home")
    newest = select(Application.form_key).order_by(Application.id.desc()).limit(1)
    form_key = db.session.scalar(newest)
    if form_key:
        yield url_for("enrolment.done", token=receipt_token(form_key))
    if "certificates" in app.blueprints:
        code = db.session.scalar(select(func.min(Certificate.code)))
        yield url_for("certificates.short", code=code)
        yield url_for("certificates.verified", code="0" * 21)


def _issuing() -> str:
    """Note a finished issue of a group, as the coordinator sees it at its end; nothing is issued."""
    begin_write()
    certificate = db.session.scalars(
        select(Certificate)
        .where(Certificate.cohort_id.is_not(None))
        .order_by(Certificate.id)
        .limit(1)
    ).one()
    account = account_of(Part.COORDINATOR)
    number = db.session.scalar(
        select(func.count()).where(Certificate.cohort_id == certificate.cohort_id)
    )
    job = Job(
        kind=ISSUE,
        args={"cohort_id": certificate.cohort_id, "award": certificate.award, "by_id": None},
        state="done",
        total=number,
        done=number,
        asked_by_id=account.person_id if account else None,
        asked_at=certificate.issued_at,
        finished_at=certificate.issued_at,
    )
    db.session.add(job)
    db.session.flush()
    address = url_for("certificates.issuing", cohort_id=certificate.cohort_id, job_id=job.id)
    db.session.commit()
    return address


def _importing() -> Iterator[str]:
    """Bring a small sheet and try it, as the coordinator sees it before anything is imported."""
    begin_write()
    content = SHEET.encode()
    layout = recognise(read_sheet(content))
    token = drawer.put_in(content)
    account = account_of(Part.COORDINATOR)
    by_id = account.person_id if account else None
    made = add_import(token, "csv", headings_mark(layout), by_id=by_id, now=now())
    ask_to_try(made, by_id=by_id, now=now())
    import_id = made.id
    db.session.commit()
    run_pending()
    yield url_for("imports.one", import_id=import_id)
    yield url_for("imports.columns", import_id=import_id)
