"""How somebody may be reached, changed by themselves; and a link to forward to a parent."""

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now
from lms.db import db
from lms.families.forms import ReachForm
from lms.families.views import bp
from lms.people.models import ContactRule, Person
from lms.people.reaching import Reach, change_reach, end_other_sign_ins


@bp.route("/reach", methods=["GET", "POST"])
@access.signed_in
def reach() -> ResponseReturnValue:
    """Let anybody change how the library may reach them; it holds at once."""
    person = db.session.get_one(Person, current_user.person_id)
    form = ReachForm(obj=person) if request.method == "GET" else ReachForm()
    if request.method == "GET":
        form.contact_rule.data = str(person.contact_rule)
        return _page(form)
    if not form.validate():
        return _page(form), 422
    rule = ContactRule(form.contact_rule.data)
    change_reach(person, Reach(form.email.data or "", form.phone.data or "", rule))
    if rule is not ContactRule.USUAL:
        # No other phone stays signed in, and this one forgets with its tab.
        end_other_sign_ins(current_user.account_id, kept_id=current_user.signed_in_id, now=now())
    cookie.permanent = rule is ContactRule.USUAL
    db.session.commit()
    flash(_("Saved. It holds from this minute."), "success")
    return redirect(url_for("families.reach"), code=303)


def _page(form: ReachForm) -> str:
    return render_template(
        "families/reach.html",
        form=form,
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
    )


@bp.get("/enrol/forward")
@access.public
def forward() -> ResponseReturnValue:
    """Give whoever brings a child a link for a parent: nothing of the child is written here."""
    cohort_id = request.args.get("cohort", type=int) or 0
    wanted = cohort_id if 0 < cohort_id < 2**31 else None
    path = url_for("enrolment.family_form", cohort=wanted)
    address = str(current_app.config["LMS_PUBLIC_URL"]) + path
    return render_template(
        "families/forward.html",
        address=address,
        code=segno.make(address, error="m", micro=False).svg_data_uri(scale=6, light="#fff"),
    )
