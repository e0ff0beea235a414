"""The pages on which a stranger asks whether a paper is genuine: no sign-in, no script needed."""

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms import access
from lms.certificates.codes import display, is_wellformed, normalise
from lms.certificates.forms import CodeForm, FamilyNameForm
from lms.certificates.rules import repeats_name
from lms.certificates.sentences import say_revocation
from lms.certificates.verification import Found, check_family_name, find_by_code
from lms.certificates.verification import verify as tell
from lms.certificates.views import bp
from lms.clock import now
from lms.db import db
from lms.i18n import current_code, say
from lms.limits import TooMany

LONGEST = 100
__all__ = ["bp"]


@bp.route("/verify", methods=["GET", "POST"])
@access.public
def verify() -> ResponseReturnValue:
    """Ask for a code, and go to its page; a slip of the finger is told as such."""
    form = CodeForm()
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return _unlisted(render_template("certificates/verify.html", form=form), status)
    code = display(normalise(form.code.data))
    return redirect(url_for("certificates.verified", code=code), code=303)


@bp.get("/v/<code>")
@access.public
def short(code: str) -> ResponseReturnValue:
    """Lead from the short address in the square of a paper to the page of its code."""
    return redirect(url_for("certificates.verified", code=_shown(code)), code=303)


@bp.get("/verify/<code>")
@access.public
def verified(code: str) -> ResponseReturnValue:
    """Say whether the paper with this code is genuine, and what it prints but a child's name."""
    found = find_by_code(code[:LONGEST])
    if found is None:
        return _unknown(code)
    return _answer(found, FamilyNameForm(), 200)


@bp.post("/verify/<code>")
@access.public
def check_name(code: str) -> ResponseReturnValue:
    """Tell whether a typed surname stands on a child's paper; the answer never repeats it.

    Each question counts, so that nobody can try a list of names.
    """
    found = find_by_code(code[:LONGEST])
    if found is None:
        return _unknown(code)
    if not tell(found, current_code()).can_check_name:
        abort(404)
    form = FamilyNameForm()
    if not form.validate():
        return _answer(found, form, 422)
    tries = current_app.config["LMS_NAME_CHECKS"]
    try:
        is_match = check_family_name(found, form.family_name.data, tries=tries, now=now())
    except TooMany as refusal:
        db.session.commit()
        form.family_name.errors = [say(refusal.reason)] if refusal.reason else []
        return _answer(found, form, 429)
    db.session.commit()
    return _answer(found, form, 200, is_match=is_match)


def _answer(
    found: Found, form: FamilyNameForm, status: int, *, is_match: bool | None = None
) -> ResponseReturnValue:
    # What was typed is kept for correcting only where it was refused for its form, and never
    # where the child's name is in it: no answer may hold a byte of it.
    typed = form.family_name.data or ""
    holder = found.certificate.snapshot["holder"]
    names = [*holder["uk"].split(), *holder["en"].split()]
    if status != 422 or repeats_name(typed, names):
        form.family_name.data = ""
    told = tell(found, current_code())
    page = render_template(
        "certificates/verified.html",
        told=told,
        shown_code=display(told.code),
        revoked_reason=say_revocation(told.revoked_reason),
        form=form,
        is_match=is_match,
    )
    return _unlisted(page, status)


def _unknown(code: str) -> ResponseReturnValue:
    is_slip = not is_wellformed(normalise(code[:LONGEST]))
    page = render_template(
        "certificates/unknown.html", shown_code=_shown(code), is_slip=is_slip, form=CodeForm()
    )
    return _unlisted(page, 404)


def _shown(code: str) -> str:
    """Write a code in groups; what cannot be one is left as it was typed, shortened."""
    plain = normalise(code[:LONGEST])
    return display(plain) if is_wellformed(plain) else code[:LONGEST]


def _unlisted(page: str, status: int) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
