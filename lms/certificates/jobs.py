"""Issuing the certificates of a group as long work with progress."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.certificates.documents import Language
from lms.certificates.downloads import document_of
from lms.certificates.letters import tell_ready
from lms.certificates.overview import preview
from lms.certificates.services import issue
from lms.clock import now
from lms.contracts import JobKind
from lms.courses.models import Cohort
from lms.db import db
from lms.jobs import Job, JobState, enqueue

ISSUE = "issue_certificates"


def issue_for_cohort(cohort: Cohort, award: str, *, by_id: int | None, now: datetime) -> Job | None:
    """Record the work of issuing a group's certificates; ``None`` when nobody is to get one.

    Work that is under way for the same group is answered instead of a second one: pressing twice
    does nothing twice.
    """
    if (running := running_job(cohort.id)) is not None:
        return running
    ready = [row.completion_id for row in preview(cohort.id, award) if row.is_to_be_issued]
    if not ready:
        return None
    return enqueue(
        ISSUE,
        items=[str(completion_id) for completion_id in ready],
        args={"cohort_id": cohort.id, "award": award, "by_id": by_id},
        asked_by_id=by_id,
        now=now,
    )


def running_job(cohort_id: int) -> Job | None:
    """Find work for a group that has not ended."""
    open_jobs = db.session.scalars(
        select(Job)
        .where(Job.kind == ISSUE, Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
        .order_by(Job.id)
    )
    return next((job for job in open_jobs if job.args["cohort_id"] == cohort_id), None)


def run_item(args: Mapping[str, Any], key: str) -> None:
    """Issue one certificate and make its Ukrainian document; what can't be printed isn't issued.

    :raises LMSError: when there is no paper for the award, or its texts cannot be printed.
    """
    moment = now()
    certificate = issue(int(key), award=args["award"], by_id=args["by_id"], now=moment)
    document_of(certificate, str(Language.UKRAINIAN), now=moment)
    tell_ready(certificate, now=moment)


JOBS = [JobKind(key=ISSUE, label=_l("Issuing certificates"), run_item=run_item)]
