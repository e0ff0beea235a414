"""Passing places on at the edge: in a transaction of its own, after what made them free."""

from collections.abc import Iterable
from datetime import datetime

from flask import current_app

from lms import jobs
from lms.clock import now as clock_now
from lms.db import begin_write, db
from lms.enrolment.offers import Passing, pass_on, pass_on_everywhere


def hand_on(cohort_ids: Iterable[int], *, now: datetime | None = None, at_once: str = "") -> None:
    """Offer what is free in these groups; call it after the commit.

    Were it in the same transaction, groups would be locked in two steps and two requests could
    wait for each other. If it is never reached, the chores do the same within a minute.
    """
    begin_write()
    offers = pass_on(cohort_ids, passing(now or clock_now(), at_once=at_once))
    db.session.commit()
    if offers:
        jobs.wake()


def passing(now: datetime, *, at_once: str = "") -> Passing:
    """Answer what holds for passing places on at a moment."""
    return Passing(now=now, hours=current_app.config["LMS_OFFER_HOURS"], at_once=at_once)


def hand_on_everywhere(*, now: datetime) -> None:
    """Do what time alone brings about, in the caller's transaction."""
    pass_on_everywhere(passing(now))
