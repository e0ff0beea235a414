"""A group's waiting list with every step, and the families to be phoned about a free place."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment import notices
from lms.enrolment.answerers import answerers
from lms.enrolment.answers import accept_offer, decline_offer, not_reached
from lms.enrolment.handing import hand_on
from lms.enrolment.history import events_of
from lms.enrolment.models import Offer
from lms.enrolment.offers import first_moments, unanswered
from lms.enrolment.offers import waiting_list as list_waiting
from lms.enrolment.queue import offers_by_application, phone_offers
from lms.enrolment.rules import MOST_UNANSWERED, PHONE_DAYS
from lms.enrolment.seats import objections, seats_of
from lms.enrolment.sentences import STEP_LABELS, say_refusal
from lms.enrolment.views import bp
from lms.people.models import ContactRule

COORDINATOR = access.roles(RoleName.COORDINATOR)


@bp.get("/cohorts/<int:cohort_id>/waiting")
@COORDINATOR
def waiting_list(cohort_id: int) -> ResponseReturnValue:
    """Show who waits for a place in a group, in order, and every step that was taken."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    waiting = list_waiting([cohort_id])
    numbers = [one.id for one in waiting]
    first = first_moments([cohort_id])[cohort_id]
    return render_template(
        "enrolment/waiting.html",
        cohort=cohort,
        waiting=waiting,
        offers=offers_by_application(numbers),
        silent={
            number for number, count in unanswered(numbers).items() if count >= MOST_UNANSWERED
        },
        remarks={one.id: objections(one.person, one.cohort) for one in waiting},
        seats=seats_of([cohort_id], on=today())[cohort_id],
        has_begun=first <= now(),
        first=first,
        events=events_of(cohort_id),
        steps=STEP_LABELS,
        days=PHONE_DAYS,
    )


@bp.get("/offers/phone")
@COORDINATOR
def phone_list() -> ResponseReturnValue:
    """List the places kept for whoever must be phoned."""
    offers = phone_offers()
    return render_template(
        "enrolment/phone_list.html",
        offers=offers,
        adults={one.id: answerers(one.application.person, on=today()) for one in offers},
        starts=first_moments({one.application.cohort_id for one in offers}),
        rules=ContactRule,
    )


@bp.post("/offers/<int:offer_id>/agreed")
@COORDINATOR
def offer_agreed(offer_id: int) -> ResponseReturnValue:
    """Note that a family takes the place."""
    offer = _offer(offer_id)
    cohort_ids = _groups(offer)
    try:
        made = accept_offer(
            offer, now=now(), on=today(), by_id=current_user.person_id, is_for_family=True
        )
    except LMSError as refusal:
        return _refused(refusal)
    notices.place_given(made, now=now())
    return _done(cohort_ids, _("The place is given."))


@bp.post("/offers/<int:offer_id>/declined")
@COORDINATOR
def offer_declined(offer_id: int) -> ResponseReturnValue:
    """Note that a family does not take the place; it passes on."""
    offer = _offer(offer_id)
    cohort_ids = _groups(offer)
    try:
        decline_offer(offer, now=now(), by_id=current_user.person_id)
    except LMSError as refusal:
        return _refused(refusal)
    return _done(cohort_ids, _("Noted. The place passes on to the next in line."))


@bp.post("/offers/<int:offer_id>/not-reached")
@COORDINATOR
def offer_not_reached(offer_id: int) -> ResponseReturnValue:
    """Note that nobody took the call; after the second time the place passes on."""
    offer = _offer(offer_id)
    cohort_ids = _groups(offer)
    try:
        is_over = not_reached(offer, now=now(), by_id=current_user.person_id)
    except LMSError as refusal:
        return _refused(refusal)
    if is_over:
        return _done(
            cohort_ids,
            _("Noted. The place passes on; the family stays on the list, behind the others."),
        )
    return _done(cohort_ids, _("Noted. The place is still kept: please try once more later."))


def _groups(offer: Offer) -> set[int]:
    together = db.session.query(Offer).filter_by(batch=offer.batch).all()
    return {one.application.cohort_id for one in together}


def _offer(offer_id: int) -> Offer:
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        abort(404)
    return offer


def _refused(refusal: LMSError) -> ResponseReturnValue:
    words = say_refusal(refusal)
    db.session.rollback()
    flash(words, "error")
    return redirect(url_for("enrolment.phone_list"), code=303)


def _done(cohort_ids: set[int], words: str) -> ResponseReturnValue:
    db.session.commit()
    hand_on(cohort_ids, now=now())
    flash(words, "success")
    return redirect(url_for("enrolment.phone_list"), code=303)
