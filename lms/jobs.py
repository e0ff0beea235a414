"""Long work with progress. Rows are the truth: the queue only wakes a worker.

A worker killed in the middle leaves a lease that runs out; whoever sweeps next goes on with the
items that are not ticked. An item's effects and its tick are one transaction.
"""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, current_app
from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from huey.consumer import Consumer
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from lms.clock import now as clock_now
from lms.contracts import LMSError
from lms.db import Base, UtcDateTime, begin_write, db, one_of
from lms.plugins import hooks, suite

LEASE = timedelta(seconds=20)
MAX_TRIES = 3
MAX_TAKES = 60
SWEEP_SECONDS = 5.0
CHORES_EVERY = 12


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of long work: what, for whom, how far, and who holds it until when."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_lease_until", "state", "lease_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.QUEUED)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token: Mapped[str | None] = mapped_column(String(36))
    tries: Mapped[int] = mapped_column(default=0)


class JobItem(Base):
    """One item of a job, ticked in the transaction of its effects."""

    __tablename__ = "job_item"
    __table_args__ = (UniqueConstraint("job_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100))
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str | None] = mapped_column(String(200))


def enqueue(
    kind: str,
    *,
    items: Iterable[str],
    args: Mapping[str, Any],
    asked_by_id: int | None,
    now: datetime,
) -> Job:
    """Record a job and its items in the caller's transaction; call ``wake`` after the commit.

    :raises KeyError: when no plug-in gives this kind of job.
    """
    suite().jobs[kind]
    keys = list(dict.fromkeys(items))
    job = Job(kind=kind, args=dict(args), total=len(keys), asked_by_id=asked_by_id, asked_at=now)
    db.session.add(job)
    db.session.flush()
    db.session.add_all([JobItem(job_id=job.id, key=key) for key in keys])
    db.session.flush()
    return job


def wake() -> None:
    """Tell a worker that there is work; where none listens, the sweep finds it anyway."""
    mode = current_app.config["LMS_JOBS"]
    if mode == "inline":
        run_pending()
        return
    current_app.extensions["lms_wake"]()


def run_pending() -> int:
    """Do all the work that nobody holds; answer the number of jobs taken up."""
    taken = 0
    while (claimed := _claim(clock_now())) is not None:
        taken += 1
        _run(*claimed)
    return taken


def _claim(now: datetime) -> tuple[int, str] | None:
    """Take one job that is queued or whose holder's lease ran out."""
    begin_write()
    free = or_(
        Job.state == JobState.QUEUED,
        and_(Job.state == JobState.RUNNING, Job.lease_until < now),
    )
    job = db.session.scalar(
        select(Job).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    )
    if job is None:
        db.session.rollback()
        return None
    if job.tries >= MAX_TAKES:
        # An item that kills its worker each time must not do so for ever.
        job.state, job.finished_at = JobState.FAILED, now
        db.session.commit()
        return _claim(now)
    token = str(uuid4())
    job.state, job.token, job.lease_until = JobState.RUNNING, token, now + LEASE
    job.tries += 1
    claimed = (job.id, token)
    db.session.commit()
    return claimed


def _run(job_id: int, token: str) -> None:
    job = db.session.get_one(Job, job_id)
    kind, args = suite().jobs[job.kind], dict(job.args)
    keys = db.session.scalars(
        select(JobItem.key)
        .where(JobItem.job_id == job_id, JobItem.state == JobState.QUEUED)
        .order_by(JobItem.id)
    ).all()
    db.session.rollback()
    for key in keys:
        if not _hold(job_id, token):
            return
        _run_item(job_id, kind.run_item, args, key)
    if not _hold(job_id, token):
        return
    if kind.finished is not None:
        kind.finished(args)
    begin_write()
    job = db.session.get_one(Job, job_id)
    job.state = JobState.FAILED if job.failed else JobState.DONE
    job.finished_at = clock_now()
    db.session.commit()


def _hold(job_id: int, token: str) -> bool:
    """Renew the lease; a worker that lost it stops, since another one goes on."""
    begin_write()
    held = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.token == token, Job.state == JobState.RUNNING)
        .values(lease_until=clock_now() + LEASE)
        .returning(Job.id)
    ).scalar()
    db.session.commit()
    return held is not None


def _run_item(job_id: int, run_item: Any, args: Mapping[str, Any], key: str) -> None:
    for attempt in range(1, MAX_TRIES + 1):
        try:
            begin_write()
            run_item(args, key)
            _tick(job_id, key, JobState.DONE, None)
            db.session.commit()
            return
        except LMSError as refusal:
            db.session.rollback()
            _give_up(job_id, key, refusal.code)
            return
        except Exception as error:  # noqa: BLE001 - one item must not stop the others
            db.session.rollback()
            # The message may hold a name: only the type of the error is logged and kept.
            current_app.logger.warning("job item failed: %s", type(error).__name__)
            if attempt == MAX_TRIES:
                _give_up(job_id, key, type(error).__name__)


def _give_up(job_id: int, key: str, code: str) -> None:
    begin_write()
    _tick(job_id, key, JobState.FAILED, code)
    db.session.commit()


def _tick(job_id: int, key: str, state: JobState, refusal: str | None) -> None:
    ticked = db.session.execute(
        update(JobItem)
        .where(JobItem.job_id == job_id, JobItem.key == key, JobItem.state == JobState.QUEUED)
        .values(state=state, refusal=refusal, tries=JobItem.tries + 1)
        .returning(JobItem.id)
    ).scalar()
    if ticked is None:
        return
    column = Job.done if state is JobState.DONE else Job.failed
    db.session.execute(update(Job).where(Job.id == job_id).values({column: column + 1}))


def progress(job: Job) -> dict[str, Any]:
    """Tell how far a job is, as plain values for a page or a script."""
    return {
        "id": job.id,
        "state": "finished" if job.state is JobState.DONE else str(job.state),
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
    }


def refusals(job_id: int) -> dict[str, int]:
    """Count the items that could not be done, by the code of the refusal."""
    counted = db.session.execute(
        select(JobItem.refusal, func.count())
        .where(JobItem.job_id == job_id, JobItem.state == JobState.FAILED)
        .group_by(JobItem.refusal)
    )
    return {code or "refused": number for code, number in counted}


def init_jobs(app: Flask) -> Huey:
    """Bind the queue: SQLite in the data folder, or Redis where several machines serve."""
    if app.config["LMS_REDIS_URL"]:
        huey: Huey = RedisHuey("lms", url=app.config["LMS_REDIS_URL"])
    else:
        path = Path(app.config["LMS_DATA"]).resolve() / "queue.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey("lms", filename=str(path))

    def wake_worker() -> None:
        with app.app_context():
            run_pending()

    app.extensions["lms_huey"] = huey
    app.extensions["lms_wake"] = huey.task()(wake_worker)
    return huey


def start_worker(app: Flask) -> Consumer:
    """Start the queue's consumer in threads of this process, and the sweep beside it."""
    consumer = app.extensions["lms_huey"].create_consumer(
        workers=1, periodic=False, check_worker_health=False
    )
    consumer.start()
    threading.Thread(target=_sweep, args=(app, consumer), daemon=True, name="sweep").start()
    return consumer


def do_chores() -> None:
    """Let every slice do what time alone brings about, each in a transaction of its own."""
    for implementation in hooks().chores_due.get_hookimpls():
        begin_write()
        try:
            given = {"now": clock_now()}
            implementation.function(*(given[name] for name in implementation.argnames))
            db.session.commit()
        except Exception as error:  # noqa: BLE001 - one slice must not stop the others
            db.session.rollback()
            current_app.logger.warning(
                "chores of %s failed: %s", implementation.plugin_name, type(error).__name__
            )


def _sweep(app: Flask, consumer: Consumer) -> None:
    turn = 0
    while not consumer.stop_flag.wait(SWEEP_SECONDS):
        turn += 1
        try:
            with app.app_context():
                run_pending()
                if turn % CHORES_EVERY == 0:
                    do_chores()
        except Exception as error:  # noqa: BLE001 - the sweep goes on
            app.logger.warning("sweep failed: %s", type(error).__name__)
