"""The pages of a guardian and of an adult learner, and consents withdrawn in one tap."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.sentences import NOT_HELD_LABELS
from lms.db import db
from lms.enrolment.access import find_child, may_consent_for
from lms.enrolment.continuing import open_continuations
from lms.enrolment.rules import Refusal
from lms.enrolment.sentences import PURPOSE_LABELS, REFUSAL_LABELS, say_refusal
from lms.families.childpages import may_have_page
from lms.families.consents import give_again, withdraw
from lms.families.guardians import sights_of
from lms.families.household import Member, Membership, gather, with_panels, within
from lms.families.rules import Sight
from lms.families.standing import places_for
from lms.people.models import ContactRule, Person
from lms.people.rules import Purpose, is_minor
from lms.people.services import children_of, has_consent

bp = Blueprint("families", __name__, cli_group=None)

EVERYTHING = Sight(place=True, progress=True, consents=True, others=True)


@bp.get("/family")
@access.roles(RoleName.GUARDIAN)
def family() -> ResponseReturnValue:
    """Show my children: what comes next, what is still needed, certificates, consents."""
    children = children_of(current_user.person_id, on=today())
    return _page("families/family.html", children)


@bp.get("/learning")
@access.roles(RoleName.LEARNER)
def learning() -> ResponseReturnValue:
    """Show an adult learner the same about themselves."""
    return _page("families/learning.html", [_myself()])


def _page(template: str, people: list[Person]) -> str:
    zone = str(current_app.config["LMS_ZONE"])
    sights = sights_of(current_user.person_id, on=today())
    sights[current_user.person_id] = EVERYTHING
    members = gather(people, now=now(), on=today())
    shown = [
        (
            member,
            [_shown(one, sights[member.person.id], zone) for one in member.current],
            [_shown(one, sights[member.person.id], zone) for one in member.earlier],
        )
        for member in members
    ]
    held = [one.enrolment for member in members for one in member.current]
    myself = [person for person in people if person.id == current_user.person_id]
    return render_template(
        template,
        members=shown,
        places=places_for(people, adult_id=current_user.person_id, now=now(), on=today()),
        sights=sights,
        legal={person.id for person in people if sights[person.id].consents},
        paged={one.id for one in held if may_have_page(one, on=today())},
        is_minor=any(is_minor(person.birth_date, today()) for person in myself),
        asks_own=any(_asks_own(person) for person in myself),
        purposes=PURPOSE_LABELS,
        not_held=NOT_HELD_LABELS,
        refusals={str(key): label for key, label in REFUSAL_LABELS.items()},
        other=str(Refusal.OTHER),
        zone=zone,
        main_place=_soonest(members),
        continuations=open_continuations([person.id for person in people], on=today()),
        on=today(),
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
    )


def _shown(membership: Membership, sight: Sight, zone: str) -> Membership:
    """Ask the other slices only for whoever may see how the child gets on."""
    kept = within(membership, sight, zone=zone)
    return with_panels(kept) if sight.progress else kept


def _soonest(members: list[Member]) -> int | None:
    """Choose the place whose session is next of all: its door is the main button of the page."""
    open_now = [
        (one.next_session.starts_at, one.enrolment.id)
        for member in members
        for one in member.current
        if one.next_session is not None and one.next_session.link
    ]
    return min(open_now)[1] if open_now else None


def _asks_own(person: Person) -> bool:
    """Tell whether somebody came of age and has not consented for themselves yet."""
    is_grown = person.birth_date is not None and not is_minor(person.birth_date, today())
    return is_grown and not has_consent(person.id, Purpose.TAKING_PART, on=today())


@bp.post("/family/<int:child_id>/consents/<purpose>/withdraw")
@access.roles(RoleName.GUARDIAN)
def withdraw_for_child(child_id: int, purpose: str) -> ResponseReturnValue:
    """Withdraw a consent about my child, with effect at once."""
    return _withdraw(my_child(child_id), _purpose(purpose), "families.family")


@bp.post("/family/<int:child_id>/consents/<purpose>/give")
@access.roles(RoleName.GUARDIAN)
def give_for_child(child_id: int, purpose: str) -> ResponseReturnValue:
    """Give a consent about my child again."""
    return _give(my_child(child_id), _purpose(purpose), "families.family")


@bp.post("/learning/consents/<purpose>/withdraw")
@access.roles(RoleName.LEARNER)
def withdraw_own(purpose: str) -> ResponseReturnValue:
    """Withdraw a consent about myself, with effect at once."""
    return _withdraw(_myself(), _purpose(purpose), "families.learning")


@bp.post("/learning/consents/<purpose>/give")
@access.roles(RoleName.LEARNER)
def give_own(purpose: str) -> ResponseReturnValue:
    """Give a consent about myself again."""
    return _give(_myself(), _purpose(purpose), "families.learning")


def _withdraw(person: Person, purpose: Purpose, home: str) -> ResponseReturnValue:
    withdraw(person, purpose, now=now(), on=today(), by_id=current_user.person_id)
    db.session.commit()
    if purpose is Purpose.TAKING_PART:
        flash(
            _(
                "The consent is withdrawn and the places are free. Within a day you can take "
                "this back below."
            ),
            "success",
        )
    else:
        flash(_("The consent is withdrawn. It holds from this minute."), "success")
        return redirect(_at_consents(person, home), code=303)
    return redirect(url_for(home), code=303)


def _give(person: Person, purpose: Purpose, home: str) -> ResponseReturnValue:
    giver = db.session.get_one(Person, current_user.person_id)
    try:
        give_again(person, purpose, giver=giver, now=now(), on=today())
    except LMSError as refusal:
        db.session.rollback()
        flash(say_refusal(refusal), "error")
        return redirect(url_for(home), code=303)
    db.session.commit()
    flash(_("Thank you. The consent is noted."), "success")
    return redirect(_at_consents(person, home), code=303)


def _at_consents(person: Person, home: str) -> str:
    """Lead back to the opened list: the next consent is one tap away."""
    return url_for(home, _anchor=f"consents-{person.id}")


def my_child(child_id: int) -> Person:
    """Find a child for whom whoever asks is a legal guardian; another's is as absent as none."""
    child = find_child(current_user.person_id, child_id, on=today())
    # Whoever only accompanies a child neither gives nor withdraws a consent.
    if child is None or not may_consent_for(current_user.person_id, child_id, on=today()):
        abort(404)
    return child


def _myself() -> Person:
    return db.session.get_one(Person, current_user.person_id)


def _purpose(text: str) -> Purpose:
    if text not in set(Purpose):
        abort(404)
    return Purpose(text)
