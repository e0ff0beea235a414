"""The coordinator's page about families: who is invited, who grows up, which consents run out."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms import access, jobs
from lms.clock import now, today
from lms.contracts import Card, LMSError, RoleName
from lms.db import db
from lms.enrolment.sentences import PURPOSE_LABELS, RELATION_LABELS, say_refusal
from lms.families import guardians, letters
from lms.families.forms import InvitationRefuseForm
from lms.families.growing import growing_up, hand_over
from lms.families.ledger import running_out
from lms.families.models import GuardianInvitation, RemovalRequest
from lms.families.rules import InvitationRefusal, Step
from lms.families.sentences import STEP_LABELS
from lms.families.views import bp
from lms.people.models import Guardianship, Person, Relation


@bp.get("/families")
@access.roles(RoleName.COORDINATOR)
def desk() -> ResponseReturnValue:
    """Show what needs a decision about families, and who grows up within a month."""
    return _page()


def _page(
    refused: tuple[int, InvitationRefuseForm] | None = None,
    *,
    notice: str = "",
    link: tuple[str, str] | None = None,
) -> str:
    waiting = _waiting()
    forms = {one.id: InvitationRefuseForm(formdata=None, prefix=f"i{one.id}-") for one in waiting}
    if refused is not None:
        forms[refused[0]] = refused[1]
    soon = running_out(on=today())
    return render_template(
        "families/desk.html",
        waiting=waiting,
        refusing=forms,
        opened=refused[0] if refused else None,
        removals=_removals(),
        growing=growing_up(on=today()),
        running_out=soon,
        people=_people([one.person_id for one in soon]),
        steps=STEP_LABELS,
        own=Step.OWN,
        relations=RELATION_LABELS,
        purposes=PURPOSE_LABELS,
        notice=notice,
        link=link,
        on=today(),
        hours=current_app.config["LMS_COPIED_LINK_HOURS"],
    )


def _waiting() -> list[GuardianInvitation]:
    return list(
        db.session.scalars(
            select(GuardianInvitation)
            .where(*_IS_WAITING)
            .options(
                joinedload(GuardianInvitation.child), joinedload(GuardianInvitation.invited_by)
            )
            .order_by(GuardianInvitation.answered_at)
        )
    )


_IS_WAITING = (
    GuardianInvitation.answered_at.is_not(None),
    GuardianInvitation.decided_at.is_(None),
    GuardianInvitation.cancelled_at.is_(None),
)


def _removals() -> list[RemovalRequest]:
    return list(
        db.session.scalars(
            select(RemovalRequest)
            .where(RemovalRequest.kept_at.is_(None))
            .order_by(RemovalRequest.asked_at)
        )
    )


def _people(ids: list[int]) -> dict[int, Person]:
    return {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))
    }


@bp.post("/families/invitations/<int:invitation_id>/confirm")
@access.roles(RoleName.COORDINATOR)
def confirm_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make whoever was invited a guardian; the next page offers a link to copy for them."""
    invitation = _invitation(invitation_id)
    try:
        guardian, _tie = guardians.confirm(
            invitation, by_id=current_user.person_id, now=now(), on=today()
        )
    except LMSError as refusal:
        return _refused(refusal)
    letters.tell_confirmed(invitation, guardian, now=now())
    db.session.commit()
    jobs.wake()
    flash(
        _("Confirmed. Without a mailbox they need a link: make one below and copy it."), "success"
    )
    return redirect(url_for("persons.one", person_id=guardian.id), code=303)


@bp.post("/families/invitations/<int:invitation_id>/refuse")
@access.roles(RoleName.COORDINATOR)
def refuse_invitation(invitation_id: int) -> ResponseReturnValue:
    """Refuse with a reason; what the invited one wrote is forgotten."""
    invitation = _invitation(invitation_id)
    form = InvitationRefuseForm(prefix=f"i{invitation_id}-")
    if not form.validate():
        return _page((invitation_id, form)), 422
    try:
        guardians.refuse(
            invitation,
            InvitationRefusal(form.why.data),
            by_id=current_user.person_id,
            now=now(),
        )
    except LMSError as refusal:
        return _refused(refusal)
    letters.tell_answered(invitation, now=now())
    db.session.commit()
    jobs.wake()
    flash(_("Refused. Whoever invited reads the reason; the rest is forgotten."), "success")
    return redirect(url_for("families.desk"), code=303)


@bp.post("/families/removals/<int:request_id>/keep")
@access.roles(RoleName.COORDINATOR)
def keep_guardian(request_id: int) -> ResponseReturnValue:
    """Leave a guardian where the first one asked for the removal."""
    asked = db.session.get(RemovalRequest, request_id)
    if asked is None:
        abort(404)
    guardians.keep(asked, by_id=current_user.person_id, now=now())
    db.session.commit()
    flash(_("The guardian stays."), "success")
    return redirect(url_for("families.desk"), code=303)


@bp.post("/families/ties/<int:tie_id>/end")
@access.roles(RoleName.COORDINATOR)
def end_tie(tie_id: int) -> ResponseReturnValue:
    """End an adult's tie to a child at once."""
    tie = _tie(tie_id)
    child_id = tie.child_id
    guardians.end_tie(tie, now=now(), on=today())
    db.session.commit()
    flash(_("Removed. Nothing opens for this adult any more."), "success")
    return redirect(url_for("families.child_adults", person_id=child_id), code=303)


@bp.post("/families/ties/<int:tie_id>/place")
@access.roles(RoleName.COORDINATOR)
def toggle_place(tie_id: int) -> ResponseReturnValue:
    """Open the place and the link to an adult, or shut them."""
    tie = _tie(tie_id)
    guardians.show_place(tie, is_shown=not tie.sees_place, now=now())
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("families.child_adults", person_id=tie.child_id), code=303)


@bp.get("/families/children/<int:person_id>/adults")
@access.roles(RoleName.COORDINATOR)
def child_adults(person_id: int) -> ResponseReturnValue:
    """Show the coordinator all adults of a child, with their days."""
    child = db.session.get(Person, person_id)
    if child is None or child.erased_at is not None:
        abort(404)
    ties = db.session.scalars(
        select(Guardianship)
        .where(Guardianship.child_id == child.id)
        .order_by(Guardianship.until.is_not(None), Guardianship.since, Guardianship.id)
    ).all()
    in_force = {tie.id for tie in guardians.ties_of(child.id, on=today())}
    return render_template(
        "families/child_adults.html",
        child=child,
        ties=ties,
        in_force=in_force,
        relations=RELATION_LABELS,
        accompanying=Relation.ACCOMPANYING,
    )


@bp.post("/families/grown/<int:person_id>/link")
@access.roles(RoleName.COORDINATOR)
def hand_over_link(person_id: int) -> ResponseReturnValue:
    """Make the link by which somebody of age takes over their own record; it is shown once."""
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        abort(404)
    hours = int(current_app.config["LMS_COPIED_LINK_HOURS"])
    try:
        token = hand_over(person, hours=hours, now=now(), on=today())
    except LMSError as refusal:
        return _refused(refusal)
    db.session.commit()
    address = str(current_app.config["LMS_PUBLIC_URL"]) + url_for("people.use_link", token=token)
    return _page(link=(person.full_name, address))


def _refused(refusal: LMSError) -> ResponseReturnValue:
    db.session.rollback()
    return _page(notice=say_refusal(refusal)), 422


def _invitation(invitation_id: int) -> GuardianInvitation:
    invitation = db.session.get(GuardianInvitation, invitation_id)
    if invitation is None:
        abort(404)
    return invitation


def _tie(tie_id: int) -> Guardianship:
    tie = db.session.get(Guardianship, tie_id)
    if tie is None or (tie.until is not None and tie.until < today()):
        abort(404)
    return tie


def cards() -> list[Card]:
    """Tell the coordinator what waits about families; nothing where nothing waits."""
    invited = db.session.scalar(
        select(func.count()).select_from(GuardianInvitation).where(*_IS_WAITING)
    )
    removals = db.session.scalar(
        select(func.count()).select_from(RemovalRequest).where(RemovalRequest.kept_at.is_(None))
    )
    found = [
        (
            _("Guardians to confirm"),
            _("Invited by a parent, or to be removed."),
            (invited or 0) + (removals or 0),
            16,
        ),
        (
            _("Growing up"),
            _("Turn 14 or 18 within a month, or have not agreed themselves yet."),
            len(growing_up(on=today())),
            46,
        ),
        (
            _("Consents that run out"),
            _("Families are asked by letter; without an answer, phone."),
            len(running_out(on=today())),
            48,
        ),
    ]
    return [
        Card(
            title,
            text=text,
            figure=str(number),
            endpoint="families.desk",
            tone="warn",
            weight=weight,
        )
        for title, text, number, weight in found
        if number
    ]
