"""The front page for a stranger, and a home for each role: by hook, else of cards."""

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import access
from lms.clock import today
from lms.contracts import RoleName, weighted
from lms.home.teaching import taught_now
from lms.i18n import current_code
from lms.plugins import hooks

bp = Blueprint("home", __name__)

# Which home comes first for whoever has several roles: the one whose question is due today.
ORDER = (
    RoleName.COORDINATOR,
    RoleName.DIRECTOR,
    RoleName.MENTOR,
    RoleName.LEADER,
    RoleName.HELPER,
    RoleName.GUARDIAN,
    RoleName.LEARNER,
    RoleName.AUDITOR,
)

# Cards from this weight on show what runs; those before ask for a decision.
RUNNING = 500


@bp.get("/")
@access.public
def front() -> ResponseReturnValue:
    """Greet a stranger: what the library teaches, how to enrol, how to check a certificate."""
    return render_template(
        "home/front.html", programmes=taught_now(on=today(), locale=current_code())
    )


@bp.get("/home")
@access.signed_in
def mine() -> ResponseReturnValue:
    """Lead to the home of the first role; without one there are the cards."""
    for endpoint in homes(current_user.roles):
        return redirect(url_for(endpoint), code=303)
    return redirect(url_for("home.cards"), code=303)


@bp.get("/home/cards")
@access.signed_in
def cards() -> ResponseReturnValue:
    """Show what needs a decision, as cards that each slice gives."""
    found = weighted(hooks().home_cards(person=current_user))
    return render_template(
        "home/cards.html",
        decisions=[card for card in found if card.weight < RUNNING],
        running=[card for card in found if card.weight >= RUNNING],
    )


def homes(roles: Iterable[RoleName]) -> list[str]:
    """Name the home endpoints of these roles in the order in which they matter."""
    held = set(roles)
    found = [hooks().home_endpoint(role=role) for role in ORDER if role in held]
    return list(dict.fromkeys(endpoint for endpoint in found if endpoint))
