"""What a family does with places: take an offer or let it go, give a place up, leave a list."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.answerers import may_answer
from lms.enrolment.answers import (
    accept_offer,
    decline_offer,
    may_answer_offer,
    take_off_list,
    wait_again,
)
from lms.enrolment.handing import hand_on
from lms.enrolment.models import Application, Enrolment, Offer
from lms.enrolment.moving import Actor, give_up, take_back
from lms.enrolment.sentences import say_refusal
from lms.families.views import bp
from lms.people.models import Person

FAMILY = access.roles(RoleName.GUARDIAN, RoleName.LEARNER)


@bp.post("/my/places/<int:enrolment_id>/give-up")
@FAMILY
def give_place_up(enrolment_id: int) -> ResponseReturnValue:
    """Free a place in one tap."""
    enrolment = db.session.get(Enrolment, enrolment_id)
    person = _mine(enrolment.person if enrolment else None)
    if enrolment is None:
        abort(404)
    cohort_id = enrolment.cohort_id
    return _act(
        person,
        {cohort_id},
        lambda: give_up(enrolment, _actor()),
        _("Thank you. The place is free for the next family."),
    )


@bp.post("/my/places/<int:person_id>/<int:cohort_id>/take-back")
@FAMILY
def take_place_back(person_id: int, cohort_id: int) -> ResponseReturnValue:
    """Take back within a day that a place was given up, while it is free."""
    person = _mine(db.session.get(Person, person_id))
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    return _act(
        person,
        {cohort_id},
        lambda: take_back(person, cohort, _actor()),
        _("The place is yours again."),
    )


@bp.post("/my/offers/<int:offer_id>/take")
@FAMILY
def take_offer(offer_id: int) -> ResponseReturnValue:
    """Take an offered place."""
    offer = _my_offer(offer_id)
    return _act(
        offer.application.person,
        _groups(offer),
        lambda: accept_offer(offer, now=now(), on=today(), by_id=current_user.person_id),
        _("The place is yours. We look forward to seeing you."),
    )


@bp.post("/my/offers/<int:offer_id>/decline")
@FAMILY
def let_offer_go(offer_id: int) -> ResponseReturnValue:
    """Let an offered place go to the next family."""
    offer = _my_offer(offer_id)
    return _act(
        offer.application.person,
        _groups(offer),
        lambda: decline_offer(offer, now=now(), by_id=current_user.person_id),
        _("Thank you for the answer. Within a day you can take this back."),
    )


@bp.post("/my/applications/<int:application_id>/withdraw")
@FAMILY
def leave_list(application_id: int) -> ResponseReturnValue:
    """Take an application back that waits."""
    application = _my_application(application_id)
    return _act(
        application.person,
        {application.cohort_id},
        lambda: take_off_list(application, now=now(), by_id=current_user.person_id),
        _("The application is taken back. Within a day you can change your mind."),
    )


@bp.post("/my/applications/<int:application_id>/wait-again")
@FAMILY
def join_list_again(application_id: int) -> ResponseReturnValue:
    """Wait again, in the old place of the queue."""
    application = _my_application(application_id)
    return _act(
        application.person,
        {application.cohort_id},
        lambda: wait_again(application, now=now(), by_id=current_user.person_id),
        _("You wait again, in your old place of the queue."),
    )


def _act(
    person: Person, cohort_ids: set[int], act: Callable[[], object], words: str
) -> ResponseReturnValue:
    home = "families.learning" if person.id == current_user.person_id else "families.family"
    try:
        act()
    except LMSError as refusal:
        sentence = say_refusal(refusal)
        db.session.rollback()
        flash(sentence, "error")
        return redirect(url_for(home), code=303)
    db.session.commit()
    hand_on(cohort_ids, now=now())
    flash(words, "success")
    return redirect(url_for(home), code=303)


def _actor() -> Actor:
    return Actor(current_user.person_id, now(), today())


def _mine(person: Person | None) -> Person:
    """Answer a person for whom whoever asks may answer; another's is as absent as none."""
    if person is None or not may_answer(current_user.person_id, person, on=today()):
        abort(404)
    return person


def _my_application(application_id: int) -> Application:
    application = db.session.get(Application, application_id)
    _mine(application.person if application else None)
    if application is None:
        abort(404)
    return application


def _my_offer(offer_id: int) -> Offer:
    offer = db.session.get(Offer, offer_id)
    if offer is None or not may_answer_offer(current_user.person_id, offer, on=today()):
        abort(404)
    return offer


def _groups(offer: Offer) -> set[int]:
    together = db.session.query(Offer).filter_by(batch=offer.batch).all()
    return {one.application.cohort_id for one in together}
