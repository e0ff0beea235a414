"""Issuing in parallel and after a crash makes no second certificate and no gap."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms.certificates import jobs
from lms.certificates.downloads import fetch_document
from lms.certificates.jobs import issue_for_cohort
from lms.certificates.models import Certificate, CertificateFile, NumberSeries
from lms.certificates.services import issue
from lms.clock import now
from lms.contracts import JobKind
from lms.db import begin_write, db
from lms.jobs import Job, JobState, run_pending
from lms.plugins import suite
from tests.graduation import GRADUATION, crowd, graduate

EIGHT = 8


def in_parallel(app, works: list[Callable[[], object]]) -> list[BaseException]:
    """Run each work in a thread with a context of its own, all let go at once."""
    gate, faults = threading.Barrier(len(works)), []

    def run(work):
        with app.app_context():
            gate.wait()
            try:
                work()
            except BaseException as fault:
                faults.append(fault)
            finally:
                db.session.rollback()
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def _issuing(completion_id: int, award: str) -> Callable[[], object]:
    def work():
        begin_write()
        issue(completion_id, award=award, by_id=None, now=GRADUATION)
        db.session.commit()

    return work


def test_eight_at_once_for_one_completion_issue_one(cast, app):
    completion_id = graduate(cast)[0].id
    db.session.commit()
    assert in_parallel(app, [_issuing(completion_id, "code_club")] * EIGHT) == []
    assert db.session.scalar(select(func.count(Certificate.id))) == 1
    assert db.session.get_one(NumberSeries, cast.module.id).last_serial == 1


def test_eight_at_once_for_eight_completions_leave_no_gap(cast, app):
    ids = [completion.id for completion in crowd(cast, EIGHT)]
    db.session.commit()
    assert in_parallel(app, [_issuing(each, "training") for each in ids]) == []
    serials = db.session.scalars(select(Certificate.serial).order_by(Certificate.serial)).all()
    assert serials == list(range(1, EIGHT + 1))


def test_two_downloads_at_once_keep_one_document(cast, app):
    completion_id = graduate(cast)[0].id
    certificate_id = issue(completion_id, award="code_club", by_id=None, now=GRADUATION).id
    db.session.commit()
    given = []

    def download():
        certificate = db.session.get_one(Certificate, certificate_id)
        given.append(fetch_document(certificate, "uk", now=GRADUATION))

    assert in_parallel(app, [download, download]) == []
    assert given[0] == given[1]
    assert db.session.scalar(select(func.count(CertificateFile.id))) == 1


def _queue(cast) -> int:
    job = issue_for_cohort(
        cast.training_cohort, "training", by_id=cast.coordinator.id, now=GRADUATION
    )
    job_id = job.id
    db.session.commit()
    return job_id


def test_a_job_issues_everybody_and_makes_the_documents(cast):
    crowd(cast, 3)
    job_id = _queue(cast)
    run_pending()
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert db.session.scalar(select(func.count(CertificateFile.id))) == 3


def test_a_second_press_while_it_runs_is_the_same_job(cast):
    crowd(cast, 3)
    job_id = _queue(cast)
    assert _queue(cast) == job_id


def test_nobody_ready_means_no_job(cast):
    assert issue_for_cohort(cast.cohort, "code_club", by_id=None, now=GRADUATION) is None


class Killed(BaseException):
    """Nothing catches it, like nothing catches a kill."""


@pytest.mark.parametrize("killed_at", [1, 3, 5])
def test_a_worker_killed_in_the_middle_neither_loses_nor_doubles_any(cast, monkeypatch, killed_at):
    crowd(cast, 5)
    job_id = _queue(cast)
    done = 0

    def issue_then_die(args, key):
        nonlocal done
        jobs.run_item(args, key)
        db.session.flush()
        done += 1
        if done == killed_at:
            raise Killed

    kind = suite().jobs[jobs.ISSUE]
    monkeypatch.setitem(suite().jobs, jobs.ISSUE, JobKind(kind.key, kind.label, issue_then_die))
    with pytest.raises(Killed):
        run_pending()
    db.session.rollback()
    assert db.session.scalar(select(func.count(Certificate.id))) == killed_at - 1

    monkeypatch.setitem(suite().jobs, jobs.ISSUE, kind)
    db.session.rollback()
    assert run_pending() == 0, "the lease still holds"
    begin_write()
    db.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    db.session.commit()
    assert run_pending() == 1
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 5, 5)
    serials = db.session.scalars(select(Certificate.serial).order_by(Certificate.serial)).all()
    assert serials == [1, 2, 3, 4, 5]
    assert db.session.scalar(select(func.count(CertificateFile.id))) == 5


def test_what_cannot_be_printed_is_not_issued(cast):
    crowd(cast, 2)
    cast.training_cohort.course.name = "Курс 李"
    db.session.commit()
    job_id = _queue(cast)
    run_pending()
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.done, job.failed) == (JobState.FAILED, 0, 2)
    assert db.session.scalar(select(func.count(Certificate.id))) == 0
