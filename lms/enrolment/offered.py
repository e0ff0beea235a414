"""The page behind the link in a letter: a free place is taken or let go in one tap."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError
from lms.db import db
from lms.enrolment.answers import (
    accept_offer,
    decline_offer,
    is_open,
    may_answer_offer,
    together_with,
)
from lms.enrolment.catalogue import open_cohorts
from lms.enrolment.handing import hand_on
from lms.enrolment.models import Offer, OfferState
from lms.enrolment.notices import read_offer_token
from lms.enrolment.sentences import say_refusal
from lms.enrolment.views import bp, library_zone
from lms.people.models import ContactRule, Person
from lms.people.services import sees_place_of


@bp.get("/offers/<token>")
@access.public
def offer(token: str) -> ResponseReturnValue:
    """Show an offered place to whoever has the link: what and until when, without a name."""
    found, adult_id = _read(token)
    return _page(found, adult_id, token)


def _page(found: Offer, adult_id: int, token: str, notice: str = "") -> str:
    together = together_with(found)
    people = {one.application.person_id for one in together}
    sees_place = all(
        person_id == adult_id or sees_place_of(adult_id, person_id, on=today())
        for person_id in people
    )
    ids = frozenset(one.application.cohort_id for one in together)
    cohorts = open_cohorts(on=today(), zone=library_zone(), beside=ids)
    return render_template(
        "enrolment/offer.html",
        offer=found,
        together=together,
        cohorts={one.cohort_id: one for one in cohorts if one.cohort_id in ids},
        is_open=is_open(found, now=now()),
        token=token,
        notice=notice,
        states=OfferState,
        sees_place=sees_place,
        wall=found.application.cohort.zone if sees_place else library_zone(),
    )


@bp.post("/offers/<token>/take")
@access.public
def take_offer(token: str) -> ResponseReturnValue:
    """Take the place."""
    found, adult_id = _read(token)
    groups = _groups(found)
    try:
        accept_offer(found, now=now(), on=today(), by_id=adult_id)
    except LMSError as refusal:
        return _refused(token, refusal)
    return _done(token, groups)


@bp.post("/offers/<token>/decline")
@access.public
def let_offer_go(token: str) -> ResponseReturnValue:
    """Let the place go to the next family."""
    found, adult_id = _read(token)
    groups = _groups(found)
    try:
        decline_offer(found, now=now(), by_id=adult_id)
    except LMSError as refusal:
        return _refused(token, refusal)
    return _done(token, groups)


def _refused(token: str, refusal: LMSError) -> ResponseReturnValue:
    words = say_refusal(refusal)
    db.session.rollback()
    found, adult_id = _read(token)
    return _page(found, adult_id, token, words), 422


def _done(token: str, groups: set[int]) -> ResponseReturnValue:
    db.session.commit()
    hand_on(groups, now=now())
    return redirect(url_for("enrolment.offer", token=token), code=303)


def _groups(found: Offer) -> set[int]:
    return {one.application.cohort_id for one in together_with(found)}


def _read(token: str) -> tuple[Offer, int]:
    """Read a link; whoever may no longer answer, or be written to, finds nothing."""
    ids = read_offer_token(token)
    found = db.session.get(Offer, ids[0]) if ids else None
    adult = db.session.get(Person, ids[1]) if ids else None
    if ids is None or found is None or adult is None:
        abort(404)
    is_reached = adult.contact_rule is ContactRule.USUAL
    if not is_reached or not may_answer_offer(adult.id, found, on=today()):
        abort(404)
    return found, ids[1]
