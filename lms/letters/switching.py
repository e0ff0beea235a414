"""Switching letters off and on again: from a letter without signing in, and on one's own page."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms import access
from lms.clock import now
from lms.db import db
from lms.letters.choices import ABSENCE, REMINDER, SWITCHED, decline, declined_by, read_switch, want
from lms.letters.views import bp

SWITCH_LABELS = {
    REMINDER: _l("Reminder the day before a session"),
    ABSENCE: _l("A letter when we did not see each other"),
}


@bp.route("/letters/off/<token>", methods=["GET", "POST"])
@access.public
def switch(token: str) -> ResponseReturnValue:
    """Show a button that switches one kind of letters off, or on again."""
    asked = read_switch(token)
    if asked is None:
        return render_template("letters/switch_gone.html"), 410
    person, kind = asked
    if request.method == "POST":
        _turn(person.id, kind)
        db.session.commit()
        return redirect(url_for("letters.switch", token=token), code=303)
    return render_template(
        "letters/switch.html",
        token=token,
        label=SWITCH_LABELS[kind],
        is_off=kind in declined_by(person.id),
    )


@bp.post("/letters/mine/<kind>")
@access.signed_in
def switch_mine(kind: str) -> ResponseReturnValue:
    """Switch one kind of my own letters off or on."""
    if kind not in SWITCHED:
        abort(404)
    _turn(current_user.person_id, kind)
    db.session.commit()
    flash(_("Noted."), "success")
    return redirect(url_for("home.mine"), code=303)


def _turn(person_id: int, kind: str) -> None:
    if request.form.get("wanted") == "1":
        want(person_id, kind)
    else:
        decline(person_id, kind, now=now())


def my_letters() -> list[tuple[str, Any, bool]]:
    """List what whoever is signed in may switch: kind, words, and whether it is on."""
    off = declined_by(current_user.person_id) if current_user.is_authenticated else set()
    return [(kind, SWITCH_LABELS[kind], kind not in off) for kind in SWITCHED]


bp.add_app_template_global(my_letters)
