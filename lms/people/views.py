"""Signing in and out. A link's GET shows a button: a mail scanner that looks must not use it up."""

import secrets

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user

from lms import access, jobs, limits
from lms.clock import now, today
from lms.core import local_address
from lms.db import db
from lms.i18n import current_code, say
from lms.people.codes import MINUTES, WrongCode, browser_hash, use_code
from lms.people.forms import CodeForm, LinkForm, PasswordForm
from lms.people.jobs import ask_for_links
from lms.people.models import ContactRule
from lms.people.signing import (
    LinkSpent,
    SignedInPrincipal,
    Stranger,
    WrongPassword,
    end_sign_in,
    principal_of,
    sign_in_by_password,
    use_sign_in_link,
)

bp = Blueprint("people", __name__, cli_group="people")
TOKEN = "t"  # noqa: S105 - the name of a cookie's field, not a secret
ASKED = "asked"
# Beyond so many a day an address gets links without a code: five tries at each must stay few.
CODES_PER_DAY = 10


@bp.record_once
def _bind_login(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    manager = LoginManager(app)
    manager.anonymous_user = Stranger
    manager.session_protection = None

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(_request: object) -> SignedInPrincipal | None:
        token = cookie.get(TOKEN)
        return principal_of(token, now=now(), on=today()) if token else None


def remember(token: str) -> None:
    """Begin a fresh browser session that holds the token and nothing of what was there before."""
    cookie.clear()
    cookie[TOKEN] = token
    principal = principal_of(token, now=now(), on=today())
    # Whoever must not be reached leaves no trace: the cookie ends with the tab.
    cookie.permanent = principal is not None and principal.contact_rule is ContactRule.USUAL
    g.pop("_login_user", None)


@bp.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same whether or not the address is known."""
    form = LinkForm(back=request.args.get("back", ""))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(url_for("home.mine"), code=303)
        return render_template("people/sign_in.html", form=form)
    if not form.validate():
        return render_template("people/sign_in.html", form=form), 422
    email = form.email.data.lower()
    _count_try(email)
    # Kept from an earlier asking, so that the code of the first letter still fits.
    cookie.setdefault(ASKED, secrets.token_urlsafe(32))
    browser = browser_hash(cookie[ASKED]) if _may_have_code(email) else ""
    ask_for_links(email, page=_link_page(), locale=current_code(), now=now(), browser=browser)
    db.session.commit()
    jobs.wake()
    return redirect(url_for("people.link_sent"), code=303)


def _may_have_code(email: str) -> bool:
    try:
        limits.take("sign_in_code", email, limit=CODES_PER_DAY, seconds=24 * 3600, now=now())
    except limits.TooMany:
        return False
    return True


def _link_page() -> str:
    """Answer the public address to which the token of a link is added."""
    path = url_for("people.use_link", token="t").removesuffix("t")  # noqa: S106 - a place, no token
    return str(current_app.config["LMS_PUBLIC_URL"]) + path


@bp.route("/sign-in/sent", methods=["GET", "POST"])
@access.public
def link_sent() -> ResponseReturnValue:
    """Say that a letter is on its way, if the address is known, and take the code that is in it."""
    form = CodeForm()
    if request.method == "GET":
        return _sent_page(form)
    if not form.validate():
        return _sent_page(form), 422
    _count_try("")
    try:
        signed_in = use_code(
            form.code.data,
            str(cookie.get(ASKED, "")),
            key=str(current_app.secret_key),
            days=current_app.config["LMS_SIGNED_IN_DAYS"],
            now=now(),
        )
    except WrongCode as refusal:
        # The try counts although it was refused.
        db.session.commit()
        form.code.errors = [say(refusal.reason)] if refusal.reason else [str(refusal)]
        return _sent_page(form), 422
    remember(signed_in)
    db.session.commit()
    return redirect(url_for("home.mine"), code=303)


def _sent_page(form: CodeForm) -> str:
    hours = current_app.config["LMS_SIGN_IN_LINK_HOURS"]
    return render_template("people/link_sent.html", form=form, hours=hours, minutes=MINUTES)


def _count_try(name: str) -> None:
    tries = current_app.config["LMS_SIGN_IN_TRIES"]
    try:
        # By name and address, so that a stranger who guesses locks nobody out at home.
        here = request.remote_addr or ""
        if name:
            limits.take("sign_in", f"{name}|{here}", limit=tries, seconds=900, now=now())
            limits.take("sign_in_name", name, limit=tries * 10, seconds=900, now=now())
        limits.take("sign_in_from", here, limit=tries * 10, seconds=900, now=now())
    except limits.TooMany:
        db.session.commit()
        raise


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@access.public
def use_link(token: str) -> ResponseReturnValue:
    """Show a button; pressing it signs in, once."""
    if len(token) > 100:
        abort(404)
    if request.method == "GET":
        return render_template("people/use_link.html", token=token)
    try:
        signed_in = use_sign_in_link(
            token, days=current_app.config["LMS_SIGNED_IN_DAYS"], now=now()
        )
    except LinkSpent:
        db.session.rollback()
        return render_template("people/link_spent.html"), 410
    remember(signed_in)
    db.session.commit()
    return redirect(url_for("home.mine"), code=303)


@bp.route("/sign-in/password", methods=["GET", "POST"])
@access.public
def password() -> ResponseReturnValue:
    """Sign staff in by password."""
    form = PasswordForm(back=request.args.get("back", ""))
    if request.method == "GET":
        return render_template("people/password.html", form=form)
    if not form.validate():
        return render_template("people/password.html", form=form), 422
    _count_try(form.login.data.lower())
    try:
        token = sign_in_by_password(
            form.login.data,
            form.password.data,
            days=current_app.config["LMS_SIGNED_IN_DAYS"],
            now=now(),
        )
    except WrongPassword:
        db.session.commit()
        form.password.errors = [_("Name and password do not belong together.")]
        return render_template("people/password.html", form=form), 422
    remember(token)
    db.session.commit()
    return redirect(local_address(form.back.data or url_for("home.mine")), code=303)


@bp.post("/sign-out")
@access.signed_in
def sign_out() -> ResponseReturnValue:
    """End the signed-in browser on the server, and forget it here."""
    end_sign_in(cookie[TOKEN], now=now())
    db.session.commit()
    cookie.clear()
    flash(_("You have signed out."), "success")
    return redirect(url_for("home.front"), code=303)
