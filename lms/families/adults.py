"""A child's adults, as a guardian sees and changes them, and the page of whoever is invited."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.db import db
from lms.enrolment.access import find_child
from lms.enrolment.sentences import RELATION_LABELS, say_refusal
from lms.families import guardians
from lms.families.forms import AccompanyingForm, AnswerForm, InviteForm
from lms.families.models import GuardianInvitation, RemovalRequest
from lms.families.refusals import InvitationSpent
from lms.families.sentences import INVITATION_LABELS
from lms.families.views import bp
from lms.people.models import ContactRule, Guardianship, Person, Relation
from lms.people.services import NewPerson
from lms.people.signing import make_sign_in_link


@bp.get("/family/<int:child_id>/adults")
@access.roles(RoleName.GUARDIAN)
def adults(child_id: int) -> ResponseReturnValue:
    """Show a child's adults to the first guardian, and to others only themselves."""
    return _page(_child(child_id))


def _page(
    child: Person,
    *,
    inviting: InviteForm | None = None,
    naming: AccompanyingForm | None = None,
    link: str = "",
    named_link: str = "",
    notice: str = "",
) -> str:
    ties = guardians.ties_of(child.id, on=today())
    mine = [tie for tie in ties if tie.guardian_id == current_user.person_id]
    is_first = guardians.is_first(current_user.person_id, child.id, on=today())
    others = [tie for tie in ties if tie not in mine]
    asked = select(RemovalRequest.guardianship_id).where(RemovalRequest.kept_at.is_(None))
    return render_template(
        "families/adults.html",
        child=child,
        mine=mine,
        is_first=is_first,
        # Another guardian is nobody’s business but the first one’s (domain/library.md, Families).
        others=others if is_first else [],
        invitations=_invitations(child.id) if is_first else [],
        asked=set(db.session.scalars(asked)),
        inviting=inviting or InviteForm(formdata=None),
        naming=naming or AccompanyingForm(formdata=None, prefix="who-"),
        link=link,
        named_link=named_link,
        notice=notice,
        hours=current_app.config["LMS_COPIED_LINK_HOURS"],
        relations=RELATION_LABELS,
        accompanying=Relation.ACCOMPANYING,
        refusals={str(key): label for key, label in INVITATION_LABELS.items()},
        now=now(),
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
    )


def _invitations(child_id: int) -> list[GuardianInvitation]:
    return list(
        db.session.scalars(
            select(GuardianInvitation)
            .where(
                GuardianInvitation.child_id == child_id,
                GuardianInvitation.invited_by_id == current_user.person_id,
                GuardianInvitation.cancelled_at.is_(None),
            )
            .order_by(GuardianInvitation.id.desc())
        )
    )


@bp.post("/family/<int:child_id>/adults/invite")
@access.roles(RoleName.GUARDIAN)
def invite(child_id: int) -> ResponseReturnValue:
    """Make an invitation to copy; it is shown once and never stored."""
    child = _child(child_id)
    form = InviteForm()
    if not form.validate():
        return _page(child, inviting=form), 422
    try:
        _row, token = guardians.invite(
            _myself(), child, Relation(form.relation.data), now=now(), on=today()
        )
    except LMSError as refusal:
        return _refused(child, refusal)
    db.session.commit()
    address = current_app.config["LMS_PUBLIC_URL"] + url_for("families.invitation", token=token)
    return _page(child, link=address)


@bp.post("/family/<int:child_id>/adults/accompanying")
@access.roles(RoleName.GUARDIAN)
def accompanying(child_id: int) -> ResponseReturnValue:
    """Name whoever brings the child; the link to copy is shown once."""
    child = _child(child_id)
    form = AccompanyingForm(prefix="who-")
    if not form.validate():
        return _page(child, naming=form), 422
    try:
        named = guardians.name_accompanying(_myself(), child, _new(form), now=now(), on=today())
    except LMSError as refusal:
        return _refused(child, refusal)
    token = make_sign_in_link(
        named.account, hours=current_app.config["LMS_COPIED_LINK_HOURS"], now=now()
    )
    db.session.commit()
    address = current_app.config["LMS_PUBLIC_URL"] + url_for("people.use_link", token=token)
    return _page(child, named_link=address)


@bp.post("/family/<int:child_id>/invitations/<int:invitation_id>/cancel")
@access.roles(RoleName.GUARDIAN)
def cancel_invitation(child_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    child = _child(child_id)
    invitation = db.session.get(GuardianInvitation, invitation_id)
    is_mine = (
        invitation is not None
        and invitation.child_id == child.id
        and invitation.invited_by_id == current_user.person_id
    )
    if invitation is None or not is_mine:
        abort(404)
    return _do(
        child,
        lambda: guardians.cancel(invitation, now=now()),
        _("The invitation is taken back. Its link no longer works."),
    )


@bp.post("/family/<int:child_id>/adults/<int:tie_id>/place")
@access.roles(RoleName.GUARDIAN)
def open_place(child_id: int, tie_id: int) -> ResponseReturnValue:
    """Open the place and the link to another adult of my child, or shut them again."""
    child, tie = _child(child_id), _others_tie(child_id, tie_id)
    is_shown = not tie.sees_place
    if is_shown:
        words = _("From now on this adult sees the place and the link.")
    elif tie.relation is Relation.ACCOMPANYING:
        words = _("From now on this adult sees neither place nor link.")
    else:
        words = _(
            "From now on this adult sees neither place nor link. Links for the child have ended: "
            "make new ones where they are needed."
        )
    return _do(child, lambda: guardians.show_place(tie, is_shown=is_shown, now=now()), words)


@bp.post("/family/<int:child_id>/adults/<int:tie_id>/remove")
@access.roles(RoleName.GUARDIAN)
def remove(child_id: int, tie_id: int) -> ResponseReturnValue:
    """Remove whoever accompanies my child at once; ask for the removal of another guardian."""
    child, tie = _child(child_id), _others_tie(child_id, tie_id)
    words = (
        _("Removed. Nothing opens for this adult any more.")
        if tie.relation is Relation.ACCOMPANYING
        else _("The coordinator sees your wish and decides; the answer stands here.")
    )
    return _do(
        child,
        lambda: guardians.ask_removal(tie, asked_by=_myself(), now=now(), on=today()),
        words,
    )


@bp.post("/family/<int:child_id>/leave")
@access.roles(RoleName.GUARDIAN)
def leave(child_id: int) -> ResponseReturnValue:
    """End my own tie to a child."""
    child = _child(child_id)
    mine = [
        tie
        for tie in guardians.ties_of(child.id, on=today())
        if tie.guardian_id == current_user.person_id
    ]
    try:
        for tie in mine:
            guardians.leave(tie, now=now(), on=today())
    except LMSError as refusal:
        return _refused(child, refusal)
    db.session.commit()
    flash(_("Your tie to this child has ended; nothing of it is shown here any more."), "success")
    return redirect(url_for("home.front"), code=303)


def _do(child: Person, act: Callable[[], Any], words: str) -> ResponseReturnValue:
    try:
        act()
    except LMSError as refusal:
        return _refused(child, refusal)
    db.session.commit()
    flash(words, "success")
    return redirect(url_for("families.adults", child_id=child.id), code=303)


def _refused(child: Person, refusal: LMSError) -> ResponseReturnValue:
    db.session.rollback()
    return _page(child, notice=say_refusal(refusal)), 422


def _child(child_id: int) -> Person:
    child = find_child(current_user.person_id, child_id, on=today())
    if child is None:
        abort(404)
    return child


def _others_tie(child_id: int, tie_id: int) -> Guardianship:
    """Find the tie of another adult; only the first guardian may know of it."""
    is_first = guardians.is_first(current_user.person_id, child_id, on=today())
    ties = guardians.ties_of(child_id, on=today()) if is_first else []
    found = [tie for tie in ties if tie.id == tie_id and tie.guardian_id != current_user.person_id]
    if not found:
        abort(404)
    return found[0]


def _myself() -> Person:
    return db.session.get_one(Person, current_user.person_id)


def _new(form: AccompanyingForm | AnswerForm) -> NewPerson:
    return NewPerson(
        form.family_name.data,
        form.given_name.data,
        form.patronymic.data or "",
        email=form.email.data or "",
        phone=form.phone.data or "",
    )


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@access.public
def invitation(token: str) -> ResponseReturnValue:
    """Let whoever was invited say who they are; no name of anybody stands here."""
    if len(token) > 100:
        abort(404)
    try:
        guardians.find_open(token, now=now(), on=today())
    except InvitationSpent as spent:
        return render_template("families/invitation_spent.html", words=say_refusal(spent)), 410
    is_known = bool(current_user.is_authenticated)
    form = AnswerForm()
    page = "families/invitation.html"
    if request.method == "GET":
        return render_template(page, form=form, is_known=is_known, token=token)
    if not is_known and not form.validate():
        return render_template(page, form=form, is_known=is_known, token=token), 422
    try:
        guardians.answer(
            token,
            now=now(),
            on=today(),
            person=_myself() if is_known else None,
            new=None if is_known else _new(form),
        )
    except LMSError as refusal:
        db.session.rollback()
        form.form_errors.append(say_refusal(refusal))
        return render_template(page, form=form, is_known=is_known, token=token), 422
    db.session.commit()
    return redirect(url_for("families.invitation_sent"), code=303)


@bp.get("/invitation/sent")
@access.public
def invitation_sent() -> ResponseReturnValue:
    """Say that the coordinator looks at it next."""
    return render_template("families/invitation_sent.html")
