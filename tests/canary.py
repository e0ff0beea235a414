"""A family with names that stand nowhere else, and a search for them in every place of the disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from lms.attendance.models import AttendanceRecord, MarkChange, Mode, Status
from lms.certificates.downloads import document_of
from lms.certificates.services import issue
from lms.completion.models import Completion, Project
from lms.courses.models import Cohort, Session, SessionState
from lms.db import Base, db
from lms.enrolment.models import Enrolment
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.people.models import Person, Relation
from lms.people.names import fold, sort_key
from lms.people.rules import Purpose
from lms.people.services import NewPerson, open_account
from lms.people.signing import begin_sign_in, make_sign_in_link

BORN = date(2011, 11, 13)
CHILD = NewPerson("Жердецька-Ґудзенко", "Ївга", "Вацлавівна", birth_date=BORN)
GUARDIAN = NewPerson(
    "Жердецька-Ґудзенко",
    "Пульхерія",
    "Євстахіївна",
    email="pulkheriya.zherdetska@canary.example",
    phone="+380671239874",
    workplace="Птахоферма «Канарка»",
)


@dataclass(frozen=True)
class Family:
    """The numbers of the canary's rows."""

    child_id: int
    guardian_id: int
    code: str


def words() -> list[str]:
    """List all that must be gone, in the forms in which it is stored or written."""
    born = ["2011-11-13", "13.11.2011", "13/11/2011", "20111113", "13 листопада 2011"]
    ways = [str(GUARDIAN.email), "380671239874", "67 123 98 74", "0671239874", "Канарка"]
    names = ["Жердецька", "Ґудзенко", "Ївга", "Ївгу", "Вацлавівна", "Пульхерія", "Євстахіївна"]
    latin = ["Zherdetska", "Gudzenko", "Yivha", "Vatslavivna", "Pulkheriia", "Yevstakhiivna"]
    keys = [key for name in names for key in (sort_key(name), fold(name)) if len(key) > 3]
    return [*born, *ways, *keys, *(form for name in names + latin for form in _cases(name))]


def _cases(name: str) -> tuple[str, ...]:
    return name, name.lower(), name.upper()


def needles() -> dict[str, tuple[bytes, ...]]:
    """Give each word as bytes: UTF-8, UTF-16, and the escapes of JSON and of addresses."""
    found = {}
    for word in dict.fromkeys(words()):
        escaped = word.encode("ascii", "backslashreplace")
        quoted = "".join(f"%{byte:02X}" for byte in word.encode()).encode()
        utf8 = word.encode()
        found[word] = tuple({utf8, escaped, escaped.upper(), quoted, word.encode("utf-16-le")})
    return found


def enter_family(cohort: Cohort, *, now: datetime, on: date) -> Family:
    """Apply for a child by a family that nobody knows."""
    terms = Terms(str(uuid4()), frozenset({Purpose.TAKING_PART, Purpose.MESSAGES}))
    children = [Child(CHILD, (cohort.id,))]
    receipt = apply_family(
        Who(new=GUARDIAN), Relation.MOTHER, children, terms=terms, now=now, on=on
    )
    return Family(receipt.applications[0].person_id, receipt.applicant.id, "")


def apply_again(family: Family, cohort: Cohort, *, now: datetime, on: date) -> None:
    """Apply for a second group."""
    guardian = db.session.get_one(Person, family.guardian_id)
    terms = Terms(str(uuid4()), frozenset({Purpose.TAKING_PART}))
    children = [Child(CHILD, (cohort.id,))]
    apply_family(Who(person=guardian), Relation.MOTHER, children, terms=terms, now=now, on=on)


def live_through(
    family: Family, sessions: Iterable[Session], *, now: datetime, with_papers: bool
) -> Family:
    """Mark, show, complete, certify and write to the family, as a term does."""
    child = db.session.get_one(Person, family.child_id)
    guardian = db.session.get_one(Person, family.guardian_id)
    for session in sessions:
        session.state = SessionState.HELD
        db.session.add(_mark(session, child, now=now))
        db.session.add(_reasoned(session, child, now=now))
    place = db.session.scalars(
        select(Enrolment).where(Enrolment.person_id == child.id).order_by(Enrolment.id)
    ).first()
    assert place is not None
    db.session.add(
        Project(
            enrolment_id=place.id,
            title="Гра Ївги Жердецької-Ґудзенко",
            link="https://scratch.example/zherdetska",
            shown_on=now.date(),
        )
    )
    done = Completion(enrolment_id=place.id, completed_on=now.date(), confirmed_at=now, facts={})
    db.session.add(done)
    db.session.flush()
    certificate = issue(done.id, award="code_club", by_id=None, now=now)
    if with_papers:
        for locale in ("uk", "en"):
            document_of(certificate, locale, now=now)
    account = open_account(guardian)
    make_sign_in_link(account, hours=24, now=now)
    begin_sign_in(account.id, days=30, now=now)
    others = db.session.scalars(select(Person).where(Person.email != "", Person.id != guardian.id))
    parts = ("Вітаємо Ївгу Жердецьку-Ґудзенко!", Link("Моя сторінка", signs_in=True))
    for people, batch in ([guardian], ""), (others, "batch-1"):
        draft = Draft("group", f"hello{batch}", lambda: Text("Вітання", parts), batch=batch)
        write(people, draft, now=now)
    return Family(child.id, guardian.id, certificate.code)


def _mark(session: Session, child: Person, *, now: datetime) -> AttendanceRecord:
    return AttendanceRecord(
        session_id=session.id,
        person_id=child.id,
        status=Status.PRESENT,
        mode=Mode.ONLINE,
        marked_at=now,
    )


def _reasoned(session: Session, child: Person, *, now: datetime) -> MarkChange:
    return MarkChange(
        session_id=session.id,
        person_id=child.id,
        status=Status.PRESENT,
        mode=Mode.ONLINE,
        changed_at=now,
        reason="Ївга була, мама дзвонила з +380671239874",
    )


def found_on_disk(folder: Path, beside: bytes = b"") -> dict[str, list[str]]:
    """Search every file of the data folder, letters also as they read, and further bytes."""
    found: dict[str, list[str]] = {}
    for name, content in [*_contents(folder), ("beside", beside)]:
        for word, forms in needles().items():
            if any(form in content for form in forms):
                found.setdefault(name, []).append(word)
    return found


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield path.name, content
        yield path.name, path.name.encode()
        if path.parent.name == "outbox":
            letter = message_from_bytes(content, policy=policy.default)
            parts = [part for part in letter.walk() if not part.is_multipart()]
            yield path.name, "\n".join(str(part.get_content()) for part in parts).encode()


def found_in_tables() -> dict[str, list[str]]:
    """Search every column of every table, as values."""
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                if any(word in _said(value) for word in needles()):
                    found.setdefault(f"{table.name}.{column}", []).append(_said(value))
    return found


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def data_folder(app: Flask) -> Path:
    """Answer where the application keeps its files."""
    return Path(app.config["LMS_DATA"])
