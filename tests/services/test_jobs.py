"""Long work: items and ticks together, a killed worker's work goes on, nothing twice."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import jobs
from lms.clock import now
from lms.contracts import JobKind, LMSError, Reason
from lms.courses.models import Place
from lms.db import begin_write, db
from lms.hookspecs import hook


class Work:
    """A plug-in whose job adds a place for each item, and dies or refuses where told."""

    def __init__(self) -> None:
        self.dies_at = ""
        self.refuses = ""
        self.fails = ""

    def run(self, args: Mapping[str, Any], key: str) -> None:
        db.session.add(Place(name=f"{args['prefix']}{key}"))
        db.session.flush()
        if key == self.dies_at:
            self.dies_at = ""
            raise KeyboardInterrupt
        if key == self.refuses:
            raise LMSError(reason=Reason("link_spent"))
        if key == self.fails:
            raise RuntimeError(key)

    @hook
    def register_jobs(self) -> list[JobKind]:
        return [JobKind("add_places", "Places", self.run)]


@pytest.fixture
def work(make_app: Callable[..., Flask]) -> Any:
    plugin = Work()
    app = make_app({}, work=plugin)
    with app.app_context():
        yield plugin
        db.session.rollback()
        db.session.remove()


def _enqueue(count: int) -> int:
    begin_write()
    job = jobs.enqueue(
        "add_places",
        items=[f"{n:03d}" for n in range(count)],
        args={"prefix": "p"},
        asked_by_id=None,
        now=now(),
    )
    number = job.id
    db.session.commit()
    return number


def _names() -> list[str]:
    return list(db.session.scalars(select(Place.name).order_by(Place.name)))


def test_every_item_is_done_and_counted(work: Work) -> None:
    number = _enqueue(7)
    assert jobs.run_pending() == 1
    job = db.session.get_one(jobs.Job, number)
    assert jobs.progress(job) == {
        "id": number,
        "state": "finished",
        "total": 7,
        "done": 7,
        "failed": 0,
    }
    assert _names() == [f"p{n:03d}" for n in range(7)]
    assert jobs.run_pending() == 0


@pytest.mark.parametrize("at", ["000", "003", "006"])
def test_a_worker_that_dies_loses_and_doubles_nothing(work: Work, at: str) -> None:
    number = _enqueue(7)
    work.dies_at = at
    with pytest.raises(KeyboardInterrupt):
        jobs.run_pending()
    db.session.rollback()
    assert f"p{at}" not in _names()
    assert jobs.run_pending() == 0, "the lease of the dead worker still holds"
    begin_write()
    db.session.execute(update(jobs.Job).values(lease_until=now() - timedelta(seconds=1)))
    db.session.commit()
    assert jobs.run_pending() == 1
    assert _names() == [f"p{n:03d}" for n in range(7)]
    assert db.session.get_one(jobs.Job, number).tries == 2


def test_a_refused_item_is_told_and_the_rest_goes_on(work: Work) -> None:
    work.refuses, work.fails = "002", "004"
    number = _enqueue(6)
    jobs.run_pending()
    job = db.session.get_one(jobs.Job, number)
    assert (job.state, job.done, job.failed) == (jobs.JobState.FAILED, 4, 2)
    assert jobs.refusals(number) == {"refused": 1, "RuntimeError": 1}
    assert len(_names()) == 4


def test_an_unknown_kind_of_work_is_refused_at_once(work: Work) -> None:
    with pytest.raises(KeyError):
        jobs.enqueue("nothing", items=["1"], args={}, asked_by_id=None, now=now())


def test_a_worker_that_lost_its_lease_stops(work: Work) -> None:
    number = _enqueue(3)
    claimed = jobs._claim(now())
    assert claimed is not None
    begin_write()
    db.session.execute(update(jobs.Job).values(token="somebody else"))
    db.session.commit()
    jobs._run(*claimed)
    assert _names() == []
    assert db.session.get_one(jobs.Job, number).done == 0


def test_work_that_kills_every_worker_is_given_up(work: Work) -> None:
    number = _enqueue(3)
    begin_write()
    db.session.execute(update(jobs.Job).values(tries=jobs.MAX_TAKES))
    db.session.commit()
    assert jobs.run_pending() == 0
    assert db.session.get_one(jobs.Job, number).state is jobs.JobState.FAILED
    assert _names() == []
