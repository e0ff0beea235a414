"""Trials: races, kills and guesses, with counts of what was lost or doubled.

Each is a function of a seed and a size, so that ``./run test`` tries it small and ``./run torture``
at full size, on SQLite and on PostgreSQL.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import delete, func, select, update

from lms.app import create_app
from lms.certificates.codes import ALPHABET, new_code
from lms.certificates.jobs import issue_for_cohort
from lms.certificates.models import Certificate, CertificateFile
from lms.certificates.services import issue_many
from lms.certificates.verification import find_by_code
from lms.cli import upgrade_database
from lms.clock import now
from lms.completion.models import Completion
from lms.contracts import RoleName
from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.enrolment.answers import queue_places
from lms.enrolment.models import Application, Enrolment
from lms.jobs import Job, JobItem
from lms.people.models import SignedIn, SignInLink
from lms.people.services import NewPerson, add_person, grant_role, open_account
from lms.people.signing import LinkSpent, make_sign_in_link, use_sign_in_link
from lms.storage import get
from tests.cast import enrol_row, make_cast

Counts = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """Where a trial is held: the settings of an empty database, and its name."""

    database: str
    settings: dict[str, Any]

    def make_app(self) -> Flask:
        """Make the application on this database."""
        return create_app(self.settings)

    @property
    def environ(self) -> dict[str, str]:
        """The same settings for another process."""
        mine = {name: str(value) for name, value in self.settings.items() if name != "TESTING"}
        others = {k: v for k, v in os.environ.items() if not k.startswith("LMS_")}
        return {**others, **mine, "LMS_JOBS": "worker", "LMS_DEMONSTRATION": "0"}


@contextmanager
def opened(ground: Ground) -> Iterator[Flask]:
    """Open an application on the ground, with its tables."""
    app = ground.make_app()
    with app.app_context():
        upgrade_database()
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def _at_once(app: Flask, width: int, act: Callable[[int], None]) -> None:
    """Run an act in so many threads that all start at the same moment."""
    start = threading.Barrier(width)

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                act(number)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(width)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def try_links(ground: Ground, *, seed: int, rounds: int, width: int) -> Counts:
    """Use one sign-in link from many browsers at once: exactly one may get in (threat 3)."""
    wrong = 0
    with opened(ground) as app:
        begin_write()
        person = add_person(NewPerson("Ґалаґан", "Остап"), now=now())
        account_id = open_account(person).id
        grant_role(person, RoleName.MENTOR, since=date(2022, 1, 1))
        db.session.commit()
        for _round in range(rounds):
            begin_write()
            account = open_account(person)
            token = make_sign_in_link(account, hours=1, now=now())
            db.session.execute(delete(SignedIn))
            db.session.commit()
            _at_once(app, width, lambda _number, token=token: _use(token))  # type: ignore[misc]
            db.session.rollback()
            signed_in = db.session.scalar(
                select(func.count()).select_from(SignedIn).where(SignedIn.account_id == account_id)
            )
            wrong += signed_in != 1
        used = db.session.scalar(
            select(func.count()).select_from(SignInLink).where(SignInLink.used_at.is_not(None))
        )
        db.session.rollback()
    return {
        "trial": "links",
        "seed": seed,
        "database": ground.database,
        "rounds": rounds,
        "width": width,
        "links_used": used,
        "wrong": wrong,
    }


def _use(token: str) -> None:
    begin_write()
    try:
        use_sign_in_link(token, days=1, now=now())
        db.session.commit()
    except LinkSpent:
        db.session.rollback()


def try_seats(ground: Ground, *, seed: int, rounds: int, width: int) -> Counts:
    """Send so many forms at once for one place: one is seated, the rest wait in order (threat 16).

    As many are worked on at the same time as the server has threads, the others wait at its door.
    """
    limits = ("LMS_APPLICATIONS_PER_HOUR", "LMS_APPLICATIONS_PER_MINUTE")
    settings = {"WTF_CSRF_ENABLED": False, **dict.fromkeys(limits, rounds * width)}
    ground = replace(ground, settings={**ground.settings, **settings})
    counts: Counter[str] = Counter()
    with opened(ground) as app:
        begin_write()
        cast = make_cast()
        door = threading.BoundedSemaphore(app.config["LMS_WORKERS"] * app.config["LMS_THREADS"])
        cast.module.enrolment_closes_on = cast.module.ends_on = date(2040, 1, 1)
        module_id, course_id = cast.module.id, cast.course.id
        closed_id = cast.training_module.id
        db.session.commit()
        for turn in range(rounds):
            begin_write()
            cohort = Cohort(module_id=module_id, course_id=course_id, name=f"{turn}", capacity=1)
            db.session.add(cohort)
            db.session.commit()
            cohort_id = cohort.id
            _at_once(
                app,
                width,
                lambda number, cohort_id=cohort_id: _apply(app, door, cohort_id, number),  # type: ignore[misc]
            )
            counts.update(_count_seats(cohort_id, width))
            # The catalogue of each form shows what is open: earlier rounds are not.
            begin_write()
            db.session.get_one(Cohort, cohort_id).module_id = closed_id
            db.session.commit()
    return {
        "trial": "seats",
        "seed": seed,
        "database": ground.database,
        "rounds": rounds,
        "width": width,
        **counts,
        "wrong": rounds - counts["one_seated"] + rounds - counts["in_order"],
    }


def _apply(app: Flask, door: threading.Semaphore, cohort_id: int, number: int) -> None:
    """Send a family's form as a browser would."""
    form = {
        "form_key": str(uuid4()),
        "agrees": "y",
        "family_name": "Знам’янська",
        "given_name": "Ганна",
        "phone": "050 123 45 67",
        "contact_rule": "usual",
        "relation": "mother",
        "children-0-family_name": "Знам’янська",
        "children-0-given_name": _letters(number),
        "children-0-birth_date": "2012-03-14",
        "children-0-cohorts": str(cohort_id),
    }
    with door:
        app.test_client().post("/enrol/family", data=form)


def _letters(number: int) -> str:
    """Spell a number in letters, since a name is no number."""
    return "".join("абвгґдеєжз"[int(digit)] for digit in str(number)).capitalize()


def _count_seats(cohort_id: int, width: int) -> Counts:
    db.session.rollback()
    taken = select(func.count()).select_from(Enrolment).where(Enrolment.cohort_id == cohort_id)
    seated = db.session.scalar(taken) or 0
    rows = db.session.execute(
        select(Application.id, Application.state, Application.listed_at)
        .where(Application.cohort_id == cohort_id)
        .order_by(Application.sent_at, Application.id)
    ).all()
    waiting = [number for number, state, listed_at in rows if state == "waiting" and listed_at]
    places = queue_places([cohort_id])
    db.session.rollback()
    is_in_order = [places.get(number) for number in waiting] == list(range(1, width))
    return {
        "seated": seated,
        "waiting": len(waiting),
        "lost": width - seated - len(waiting),
        "one_seated": int(seated == 1),
        "in_order": int(is_in_order and len(places) == width - 1),
    }


def try_issuing(ground: Ground, *, seed: int, count: int, kills: int) -> Counts:
    """Kill the worker with −9 while it issues a batch: none lost, none twice, no gap (threat 15)."""
    chance = random.Random(seed)
    killed = 0
    with opened(ground):
        begin_write()
        cohort_id = _completed_cohort(count)
        db.session.commit()
        for _kill in range(kills):
            worker = worker_on(ground)
            time.sleep(chance.uniform(1.5, 5.0))
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                killed += 1
            worker.wait()
            let_the_lease_run_out()
        worker = worker_on(ground)
        deadline = time.monotonic() + 60 + count
        while time.monotonic() < deadline and is_open():
            time.sleep(0.5)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        counts = _count_issued(cohort_id)
    return {
        "trial": "issuing",
        "seed": seed,
        "database": ground.database,
        "asked": count,
        "kills": killed,
        **counts,
        "lost": count - counts["distinct"],
        "doubled": counts["issued"] - counts["distinct"],
    }


def _completed_cohort(count: int) -> int:
    """Fill the cast's cohort with children who have completed, and ask for their certificates."""
    cast = make_cast()
    cast.cohort.capacity = count + 3
    for number in range(count):
        person = add_person(
            NewPerson("Знам’янська", f"Соломія {number}", birth_date=date(2012, 3, 14)), now=now()
        )
        row = enrol_row(person, cast.cohort)
        db.session.add(
            Completion(
                enrolment_id=row.id,
                completed_on=date(2022, 12, 20),
                confirmed_at=now(),
                confirmed_by_id=cast.coordinator.id,
                facts={},
            )
        )
    db.session.flush()
    job = issue_for_cohort(cast.cohort, "code_club", by_id=cast.coordinator.id, now=now())
    if job is None or job.total != count:
        raise RuntimeError("the batch was not taken in")
    return cast.cohort.id


def worker_on(ground: Ground) -> "subprocess.Popen[bytes]":
    """Start a worker of its own on the ground."""
    command = [sys.executable, "-m", "lms", "worker"]
    return subprocess.Popen(
        command, env=ground.environ, start_new_session=True, stderr=subprocess.DEVNULL
    )


def let_the_lease_run_out() -> None:
    """Let whoever comes next take up what a killed worker held."""
    begin_write()
    db.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    db.session.commit()


def is_open() -> bool:
    """Tell whether there is work that is not done."""
    db.session.rollback()
    open_jobs = select(func.count()).select_from(Job).where(Job.state.in_(["queued", "running"]))
    return bool(db.session.scalar(open_jobs))


def _count_issued(cohort_id: int) -> Counts:
    db.session.rollback()
    rows = db.session.scalars(select(Certificate).where(Certificate.cohort_id == cohort_id)).all()
    files = db.session.scalars(select(CertificateFile)).all()
    opens = sum(get(file.sha256)[:5] == b"%PDF-" for file in files)
    ticked = db.session.scalar(
        select(func.count()).select_from(JobItem).where(JobItem.state == "done")
    )
    serials = sorted(row.serial for row in rows)
    return {
        "issued": len(rows),
        "distinct": len({row.person_id for row in rows}),
        "gaps": len(serials) and serials[-1] - len(set(serials)),
        "files": len(files),
        "files_that_open": opens,
        "ticked": ticked,
    }


def try_guesses(ground: Ground, *, seed: int, count: int, real: int) -> Counts:
    """Guess codes, and mistype real ones by one character: no hit may come of it (threat 11)."""
    chance = random.Random(seed)
    with opened(ground):
        begin_write()
        codes = _issue_some(real)
        db.session.commit()
        hits = sum(
            find_by_code("".join(chance.choices(ALPHABET, k=21))) is not None
            for _guess in range(count)
        )
        hits += sum(find_by_code(new_code()) is not None for _guess in range(count // 100))
        typed = sum(1 for _ in _mistyped(codes))
        typing_hits = sum(find_by_code(wrong) is not None for wrong in _mistyped(codes))
        found = sum(find_by_code(code) is not None for code in codes)
        db.session.rollback()
    return {
        "trial": "guesses",
        "seed": seed,
        "database": ground.database,
        "guesses": count,
        "hits": hits,
        "mistyped": typed,
        "mistyped_hits": typing_hits,
        "real": real,
        "real_found": found,
    }


def _issue_some(count: int) -> list[str]:
    cohort_id = _completed_cohort(count)
    from_job = db.session.scalars(select(JobItem.key)).all()
    made = issue_many([int(key) for key in from_job], award="code_club", by_id=None, now=now())
    if {certificate.cohort_id for certificate in made} != {cohort_id}:
        raise RuntimeError("certificates of another cohort")
    return [certificate.code for certificate in made]


def _mistyped(codes: list[str]) -> Iterator[str]:
    for code in codes:
        for place, right in enumerate(code):
            for wrong in ALPHABET:
                if wrong != right:
                    yield code[:place] + wrong + code[place + 1 :]


def sqlite_ground(folder: Path) -> Ground:
    """Give a fresh SQLite database in a folder."""
    return Ground("sqlite", _settings(folder))


def postgresql_ground(folder: Path, address: str) -> Ground:
    """Give a fresh database on a PostgreSQL server."""
    return Ground("postgresql", {**_settings(folder), "LMS_DATABASE_URL": address})


def _settings(folder: Path) -> dict[str, Any]:
    return {
        "TESTING": True,
        "LMS_DATA": folder,
        "LMS_JOBS": "worker",
        "LMS_SECRET_KEY": "for trials only",
        "LMS_DEMONSTRATION": False,
    }
