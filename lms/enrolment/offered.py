"""The page behind the link in a letter: a free place is taken or let go in one tap."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError
from lms.db import db
from lms.enrolment.answerers import may_answer
from lms.enrolment.answers import accept_offer, decline_offer, is_open
from lms.enrolment.catalogue import open_cohorts
from lms.enrolment.handing import hand_on
from lms.enrolment.models import Offer, OfferState
from lms.enrolment.notices import read_offer_token
from lms.enrolment.sentences import say_refusal
from lms.enrolment.views import bp, library_zone


@bp.get("/offers/<token>")
@access.public
def offer(token: str) -> ResponseReturnValue:
    """Show an offered place to whoever has the link: what and until when, without a name."""
    found, _adult_id = _read(token)
    return _page(found, token)


def _page(found: Offer, token: str, notice: str = "") -> str:
    together = db.session.query(Offer).filter_by(batch=found.batch).order_by(Offer.id).all()
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
    found, _adult_id = _read(token)
    return _page(found, token, words), 422


def _done(token: str, groups: set[int]) -> ResponseReturnValue:
    db.session.commit()
    hand_on(groups, now=now())
    return redirect(url_for("enrolment.offer", token=token), code=303)


def _groups(found: Offer) -> set[int]:
    together = db.session.query(Offer).filter_by(batch=found.batch).all()
    return {one.application.cohort_id for one in together}


def _read(token: str) -> tuple[Offer, int]:
    """Read a link; whoever may no longer answer for the person finds nothing."""
    ids = read_offer_token(token)
    found = db.session.get(Offer, ids[0]) if ids else None
    if ids is None or found is None:
        abort(404)
    if not may_answer(ids[1], found.application.person, on=today()):
        abort(404)
    return found, ids[1]
