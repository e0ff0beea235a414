"""A child's own page, without names and without sign-in, and the guardian's page with its link."""

import segno
from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName, weighted
from lms.db import db
from lms.enrolment.access import child_ids_of
from lms.enrolment.models import Enrolment
from lms.enrolment.sentences import PURPOSE_LABELS, say_refusal
from lms.families import childpages
from lms.families.guardians import sights_of
from lms.families.models import ChildPage
from lms.families.views import bp
from lms.families.wording import versions
from lms.i18n import current_code
from lms.people.consents import withdraw_assent
from lms.people.models import ContactRule
from lms.people.rules import Purpose
from lms.people.signing import Stranger
from lms.plugins import hooks

UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
MOST_TOKEN = 60


@bp.get("/child/<token>")
@access.public
def child(token: str) -> ResponseReturnValue:
    """Show one place in a group: when, the link in time, what is needed; nobody's name, no place."""
    page = _find(token)
    enrolment = page.enrolment
    panels = weighted(hooks().enrolment_panels(enrolment=enrolment))
    wording = versions()[-1]
    return (
        render_template(
            "families/child.html",
            enrolment=enrolment,
            sessions=childpages.coming(enrolment, now=now(), on=today()),
            # Only reasons: lines and links of a panel may name somebody or lead to a paper.
            needed=[panel for panel in panels if panel.reasons],
            questions=childpages.questions(enrolment.person, on=today()),
            purposes=PURPOSE_LABELS,
            texts={
                one: wording.text(one, is_child=False, locale=current_code()) for one in Purpose
            },
            token=token,
            is_quiet=True,
            # Whoever else is signed in on this phone: their name does not belong here.
            principal=Stranger(),
            menu=(),
            footer_links=(),
        ),
        200,
        UNSEEN,
    )


@bp.post("/child/<token>/<purpose>/agree")
@access.public
def child_agrees(token: str, purpose: str) -> ResponseReturnValue:
    """Let a learner of 14 to 17 agree in one tap."""
    page, asked = _find(token), _purpose(purpose)
    try:
        childpages.assent(page.enrolment.person, asked, now=now(), on=today())
    except LMSError as refusal:
        db.session.rollback()
        flash(say_refusal(refusal), "error")
        return redirect(url_for("families.child", token=token), code=303)
    db.session.commit()
    flash(_("Thank you. It is noted that you agree."), "success")
    return redirect(url_for("families.child", token=token), code=303)


@bp.post("/child/<token>/<purpose>/disagree")
@access.public
def child_disagrees(token: str, purpose: str) -> ResponseReturnValue:
    """Let a learner of 14 to 17 take the own yes back, with effect at once."""
    page, asked = _find(token), _purpose(purpose)
    person_id = page.enrolment.person_id
    withdraw_assent(person_id, asked, now=now(), by_id=person_id)
    db.session.commit()
    flash(_("It is noted that you do not agree. It holds from this minute."), "success")
    return redirect(url_for("families.child", token=token), code=303)


def _find(token: str) -> ChildPage:
    page = childpages.find_page(token, on=today()) if len(token) <= MOST_TOKEN else None
    if page is None:
        abort(404)
    return page


def _purpose(text: str) -> Purpose:
    if text not in set(Purpose):
        abort(404)
    return Purpose(text)


@bp.get("/places/<int:enrolment_id>/child-page")
@access.roles(RoleName.GUARDIAN, RoleName.COORDINATOR)
def child_link(enrolment_id: int) -> ResponseReturnValue:
    """Show the link for the child, to pass on by hand or by its code."""
    return _link_page(_place(enrolment_id))


def _link_page(enrolment: Enrolment, notice: str = "") -> str:
    page = childpages.page_of(enrolment.id)
    token = childpages.show_token(page, key=_key()) if page else ""
    address = ""
    if token:
        path = url_for("families.child", token=token)
        address = str(current_app.config["LMS_PUBLIC_URL"]) + path
    return render_template(
        "families/child_link.html",
        enrolment=enrolment,
        page_made=page,
        address=address,
        code=segno.make(address, error="m", micro=False).svg_data_uri(scale=6, light="#fff")
        if address
        else "",
        notice=notice,
        is_coordinator=current_user.has(RoleName.COORDINATOR),
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
    )


@bp.post("/places/<int:enrolment_id>/child-page")
@access.roles(RoleName.GUARDIAN, RoleName.COORDINATOR)
def make_child_link(enrolment_id: int) -> ResponseReturnValue:
    """Make the link for a child, or a new one: the earlier link ends."""
    enrolment = _place(enrolment_id)
    try:
        childpages.make_page(
            enrolment, by_id=current_user.person_id, key=_key(), now=now(), on=today()
        )
    except LMSError as refusal:
        db.session.rollback()
        return _link_page(enrolment, say_refusal(refusal)), 422
    db.session.commit()
    flash(_("The link is ready. An earlier one no longer works."), "success")
    return redirect(url_for("families.child_link", enrolment_id=enrolment_id), code=303)


@bp.post("/places/<int:enrolment_id>/child-page/revoke")
@access.roles(RoleName.GUARDIAN, RoleName.COORDINATOR)
def revoke_child_link(enrolment_id: int) -> ResponseReturnValue:
    """End the link for a child at once."""
    enrolment = _place(enrolment_id)
    childpages.revoke_pages([enrolment.id], now=now())
    db.session.commit()
    flash(_("The link has ended. Whoever opens it sees nothing."), "success")
    return redirect(url_for("families.child_link", enrolment_id=enrolment_id), code=303)


def _place(enrolment_id: int) -> Enrolment:
    """Find a child's place: the coordinator's any, a guardian's own child's where the place is seen."""
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.person.erased_at is not None:
        abort(404)
    if current_user.has(RoleName.COORDINATOR):
        return enrolment
    mine = child_ids_of(current_user.person_id, on=today())
    if enrolment.person_id not in set(db.session.scalars(mine)):
        abort(404)
    sight = sights_of(current_user.person_id, on=today()).get(enrolment.person_id)
    if sight is None or not sight.link:
        abort(404)
    return enrolment


def _key() -> str:
    return str(current_app.secret_key)
