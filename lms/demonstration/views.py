"""The page of the demonstration: a button for each of the cast. Only on this machine."""

from dataclasses import dataclass
from ipaddress import ip_address

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import access
from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.clock import now
from lms.db import db
from lms.demonstration import cli
from lms.demonstration.cast import Part, account_of
from lms.people.signing import begin_sign_in
from lms.people.views import remember
from lms.plugins import is_on

bp = Blueprint("demonstration", __name__, cli_group="demonstration")
cli.register(bp)


@dataclass(frozen=True)
class Player:
    """One of the cast on the page: the part, who it is, and what to try."""

    part: str
    name: str
    role: str
    hint: str


@dataclass(frozen=True)
class Sample:
    """A certificate that a stranger may check, by its code alone."""

    label: str
    code: str
    hint: str


FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@bp.record
def _open_in_demonstration(state: BlueprintSetupState) -> None:
    """Give the routes only where the demonstration is on: elsewhere they do not exist."""
    if not state.app.config["LMS_DEMONSTRATION"]:
        return
    state.add_url_rule("/demonstration", "page", page, methods=["GET"])
    state.add_url_rule("/demonstration/<part>", "play", play, methods=["POST"])


@access.public
def page() -> ResponseReturnValue:
    """Show the cast, and certificates that a stranger may check."""
    refuse_strangers()
    return render_template("demonstration/page.html", players=players(), samples=samples())


@access.public
def play(part: str) -> ResponseReturnValue:
    """Sign in as one of the cast."""
    refuse_strangers()
    account = account_of(Part(part)) if part in set(Part) else None
    if account is None:
        abort(404)
    token = begin_sign_in(account.id, days=current_app.config["LMS_SIGNED_IN_DAYS"], now=now())
    remember(token)
    db.session.commit()
    return redirect(url_for("home.mine"), code=303)


def refuse_strangers() -> None:
    """Answer nobody who is not on this machine: by address and by the name that was asked for.

    The name matters as well: a page of somebody else's could point a name of its own at 127.0.0.1
    and press these buttons from the visitor's own browser.
    """
    # A proxy on this machine asks for others: what it brings along tells so.
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if is_forwarded or not (
        _is_here(request.remote_addr or "") and _is_here(_host_name(request.host))
    ):
        abort(404)


def _host_name(host: str) -> str:
    """Take the port and the brackets off what a browser asked for.

    >>> _host_name("127.0.0.1:8000"), _host_name("[::1]:8000"), _host_name("localhost")
    ('127.0.0.1', '::1', 'localhost')
    """
    if host.startswith("["):
        return host[1:].split("]", maxsplit=1)[0]
    return host.split(":", maxsplit=1)[0]


def _is_here(name: str) -> bool:
    """Tell whether a name or address is this machine's own; «127.somewhere.org» is not.

    >>> _is_here("127.0.0.1"), _is_here("localhost"), _is_here("127.somewhere.org")
    (True, True, False)
    """
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def players() -> list[Player]:
    """List the cast in the order of the way: who applies, who teaches, who decides."""
    words = {
        Part.GUARDIAN: (
            _("A mother of two"),
            _("Look at both children, their next session and certificates; enrol one again."),
        ),
        Part.MENTOR: (
            _("A mentor"),
            _("Mark today’s group: everybody by one tap, exceptions by a tap each."),
        ),
        Part.COORDINATOR: (
            _("The coordinator"),
            _("One group has finished its course: confirm it and issue the certificates."),
        ),
        Part.DIRECTOR: (
            _("The director"),
            _("Open the report for 2022: every figure leads to the rows that it counts."),
        ),
        Part.LEADER: (
            _("A leader of circles"),
            _("Count the heads of today’s conversation club; note a consultation in three taps."),
        ),
        Part.LEARNER: (
            _("A librarian who learns"),
            _("See the trainings of 2022 with certificates, and the new one that begins soon."),
        ),
    }
    found = [(part, account_of(part), *said) for part, said in words.items()]
    return [
        Player(part, account.person.full_name, role, hint)
        for part, account, role, hint in found
        if account is not None
    ]


def samples() -> list[Sample]:
    """Pick a child's certificate and an adult's; the page names neither."""
    if not is_on("certificates"):
        return []
    child = _("A child’s certificate")
    adult = _("An adult’s certificate")
    words = (
        (True, child, _("The name is not shown; type a surname and see whether it matches.")),
        (False, adult, _("The name is shown.")),
    )
    rows = [(label, _code(is_minor=is_minor), hint) for is_minor, label, hint in words]
    return [Sample(label, display(code), hint) for label, code, hint in rows if code]


def _code(*, is_minor: bool) -> str | None:
    return db.session.scalar(
        select(Certificate.code)
        .where(Certificate.is_minor.is_(is_minor), Certificate.revoked_at.is_(None))
        .order_by(Certificate.issued_on, Certificate.id)
        .limit(1)
    )
