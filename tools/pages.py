"""Which pages there are, and for whom: found by clicking through the application as each role."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask, current_app, url_for
from sqlalchemy import func, select

from lms.access import rule_of
from lms.attendance.links import Purpose as LinkPurpose
from lms.attendance.links import path_for
from lms.attendance.models import AttendanceRecord, Status
from lms.certificates.jobs import ISSUE
from lms.certificates.models import Certificate
from lms.clock import now, today
from lms.courses.copying import Going, Span, copy_module
from lms.courses.models import Cohort, Course, Programme, Session
from lms.courses.rules import propose_days
from lms.db import begin_write, db
from lms.demonstration.cast import Part, account_of
from lms.enrolment.continuing import ask_on
from lms.enrolment.doors import ALPHABET, CODE_LENGTH
from lms.enrolment.models import Application, Continuation, Door, Enrolment
from lms.enrolment.views import receipt_token
from lms.families.childpages import make_page, may_have_page, show_token
from lms.families.group_letters import KIND, text_of
from lms.families.ledger import Paper, note_paper
from lms.families.requests import Identity, ask_correction, ask_erasure
from lms.imports import drawer
from lms.imports.columns import recognise
from lms.imports.grid_jobs import ask_to_try as ask_to_try_grid
from lms.imports.grid_services import signs_mark
from lms.imports.jobs import ask_to_try
from lms.imports.reading import read_sheet
from lms.imports.services import add_import, headings_mark
from lms.jobs import Job, run_pending
from lms.letters.choices import REMINDER, switch_path
from lms.letters.models import Letter
from lms.letters.rules import Draft
from lms.letters.services import write
from lms.people.models import Guardianship, Person
from lms.people.rules import Purpose
from lms.people.services import NewPerson, add_person, children_of
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
        "known.as_pdf",
        "reports.pdf",
        "reports.xlsx",
        "reports.plot",
    }
)
# What answers programs: no picture can be taken of it, and no link leads to it.
FOR_PROGRAMS = frozenset({"core.health", "core.job_progress", "calendars.feed", "imports.progress"})

# Letters as they are seen in a mailbox: parts of a page, in a frame and a language of their own.
FRAMED = frozenset({"letters.framed", "letters.example"})


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
        is_page = visit.mimetype == "text/html" and visit.endpoint not in FRAMED
        if not is_page or 300 <= visit.status < 400:
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
    if part is Part.COORDINATOR:
        yield url_for("requests.listed")
        yield url_for("requests.answer", request_id=_asking())
        yield from _letter()
        yield url_for("families.photographs_csv", cohort_id=_continuing().cohort.continues_id)
        yield _double()
        yield _scan()
        yield url_for("enrolment.continuations", module_id=_continuing().cohort.module_id)
        door = _door()
        yield url_for("enrolment.door_wall", door_id=door.id)
        yield url_for("enrolment.cohort_door", cohort_id=door.session.cohort_id)
    if part is Part.COORDINATOR and "imports" in app.blueprints:
        yield from _importing()
    if part is Part.GUARDIAN:
        yield url_for("enrolment.going_on", continuation_id=_continuing().id)
    if part is not None:
        return
    code = _door().code
    yield url_for("enrolment.door", code=code)
    yield url_for("enrolment.door_entered", code=code)
    yield "/nothing-here"
    yield url_for("people.link_sent")
    yield url_for("people.use_link", token="x" * 43)
    yield url_for("families.invitation", token="x" * 43)
    yield url_for("families.invitation_sent")
    yield url_for("families.child", token=_child_page())
    yield url_for("people.sign_in", back="/home")
    yield url_for("enrolment.offer", token="x" * 43)
    newest = select(Application.form_key).order_by(Application.id.desc()).limit(1)
    form_key = db.session.scalar(newest)
    if form_key:
        yield url_for("enrolment.done", token=receipt_token(form_key))
    yield from _by_letter()
    if "certificates" in app.blueprints:
        code = db.session.scalar(select(func.min(Certificate.code)))
        yield url_for("certificates.short", code=code)
        yield url_for("certificates.verified", code="0" * 21)


def _door() -> Door:
    """Open the door of a training's session, whatever its day, for as long as pictures take."""
    begin_write()
    moment = now()
    trainings = (
        select(Session)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Programme.kind == "training")
        .order_by(Session.id)
        .limit(1)
    )
    session = db.session.scalars(trainings).one()
    account = account_of(Part.COORDINATOR)
    door = Door(
        session_id=session.id,
        code="".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH)),
        word="калина",
        opened_by_id=account.person_id if account else None,
        opened_at=moment,
        closes_at=moment + timedelta(days=1),
    )
    db.session.add(door)
    db.session.commit()
    return door


def _by_letter() -> Iterator[str]:
    """Give what letters lead to without signing in: why somebody was missed, and switching off."""
    missed = db.session.execute(
        select(AttendanceRecord.session_id, Guardianship.guardian_id)
        .join(Guardianship, Guardianship.child_id == AttendanceRecord.person_id)
        .where(AttendanceRecord.status == Status.ABSENT, Guardianship.until.is_(None))
        .order_by(AttendanceRecord.id.desc())
        .limit(1)
    ).first()
    if missed is not None:
        yield path_for(LinkPurpose.MISSED, missed.session_id, missed.guardian_id)
        yield switch_path(missed.guardian_id, REMINDER)


def _child_page() -> str:
    """Make a child's own page for one place in a group that holds; answer its token."""
    begin_write()
    on = today()
    places = db.session.scalars(select(Enrolment).order_by(Enrolment.id.desc()))
    place = next(one for one in places if may_have_page(one, on=on))
    key = str(current_app.secret_key)
    page = make_page(place, by_id=place.person_id, key=key, now=now(), on=on)
    token = show_token(page, key=key)
    db.session.commit()
    return token


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


def _guardian_id() -> int:
    guardian = account_of(Part.GUARDIAN)
    if guardian is None:
        raise LookupError(Part.GUARDIAN)
    return guardian.person_id


def _asking() -> int:
    """Let two families ask about their data, so that the coordinator's desk is not empty."""
    begin_write()
    guardian_id = _guardian_id()
    children = db.session.scalars(
        select(Person)
        .join(Guardianship, Guardianship.child_id == Person.id)
        .where(Guardianship.guardian_id == guardian_id)
        .order_by(Person.id)
    ).all()
    child = children[0]
    wanted = Identity(child.family_name, child.given_name, "Олексіївна", date(2012, 2, 29))
    asked = ask_correction(child, wanted, asked_by_id=guardian_id, now=now())
    ask_erasure(children[-1], asked_by_id=guardian_id, with_guardian=True, now=now())
    number = asked.id
    db.session.commit()
    return number


def _family() -> tuple[Person, list[Person]]:
    """Find the guardian of the cast and the children."""
    account = account_of(Part.GUARDIAN)
    if account is None:
        raise LookupError(Part.GUARDIAN)
    return account.person, children_of(account.person_id, on=today())


def _double() -> str:
    """Note a child a second time with names swapped, as a hasty form brings it."""
    begin_write()
    child = _family()[1][0]
    swapped = NewPerson(child.given_name, child.family_name, birth_date=child.birth_date)
    double = add_person(swapped, now=now())
    address = url_for("doubles.pair", kept_id=child.id, gone_id=double.id)
    db.session.commit()
    return address


def _scan() -> str:
    """Note a consent on paper with its scan."""
    begin_write()
    guardian, children = _family()
    paper = Paper(frozenset({Purpose.TAKING_PART}), today(), b"%PDF-1.4 a paper")
    noted = note_paper(children[0], paper, giver=guardian, by_id=guardian.id, now=now(), on=today())
    address = url_for("families.scan", person_id=children[0].id, consent_id=noted[0].id)
    db.session.commit()
    return address


def _continuing() -> Continuation:
    """Make the next module of the group that the guardian's child is in, and ask its families."""
    begin_write()
    mine = [child.id for child in _family()[1]]
    asked = select(Continuation).where(Continuation.person_id.in_(mine)).limit(1)
    found = db.session.scalar(asked)
    if found is None:
        place = select(Enrolment).where(Enrolment.person_id.in_(mine))
        cohort = db.session.scalars(place.order_by(Enrolment.id.desc()).limit(1)).one().cohort
        days = propose_days(cohort.module.starts_on, cohort.module.ends_on, on=today())
        span = Span("Далі", days.starts_on, days.ends_on, days.opens_on)
        going = [Going(cohort.id, cohort.course_id)]
        copied = copy_module(cohort.module, span, going, by_id=None, on=today())
        ask_on(copied.module, by_id=None, now=now(), on=today())
        found = db.session.scalars(asked).one()
    db.session.commit()
    return found


def _letter() -> Iterator[str]:
    """Write to a group, as the coordinator sees it in the log; nothing is sent."""
    begin_write()
    cohort = db.session.scalars(
        select(Cohort)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .order_by(Cohort.id)
        .limit(1)
    ).one()
    person = db.session.scalars(select(Person).where(Person.email != "").limit(1)).one()
    key = "00000000-0000-4000-8000-000000000000"
    draft = Draft(KIND, f"group-{cohort.id}-{key}", lambda: text_of("Добрий день!"), batch=key)
    write([person], draft, now=now(), waits=timedelta(days=365))
    number = db.session.scalar(select(func.max(Letter.id)))
    db.session.commit()
    yield url_for("letters.one", letter_id=number)
    yield url_for("letters.framed", letter_id=number)
    yield url_for("letters.example", key=KIND, locale="uk")
    yield url_for("group_letters.sent", cohort_id=cohort.id, key=key)


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
    yield from _importing_a_journal(by_id)


def _importing_a_journal(by_id: int | None) -> Iterator[str]:
    """Bring a small journal with a question of each kind, and look at it before it is written."""
    begin_write()
    session = db.session.scalars(
        select(Session).where(Session.day <= today()).order_by(Session.id).limit(1)
    ).one()
    days = f"{session.day:%d.%m.%Y};{session.day + timedelta(days=1):%d.%m.%Y}"
    content = f"ПІБ;{days}\nЛі Я;+;Ω\nВсього;1;1\n".encode()
    token = drawer.put_in(content)
    cohort_id = session.cohort_id
    made = add_import(
        token, "csv", signs_mark(cohort_id), by_id=by_id, now=now(), grid_of=cohort_id
    )
    ask_to_try_grid(made, by_id=by_id, now=now())
    import_id = made.id
    db.session.commit()
    run_pending()
    yield url_for("grids.bring", cohort_id=cohort_id)
    yield url_for("grids.one", import_id=import_id)
