"""The front page, and the way from signing in to the home of one's role."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import MenuItem, RoleName
from lms.home import views
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the front page and the homes that no other slice gives."""
    return [views.bp]


@hook
def home_endpoint(role: RoleName) -> str | None:
    """Make what waits for a decision the home of the coordinator."""
    return "home.cards" if role is RoleName.COORDINATOR else None


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Lead the coordinator back home from every page."""
    if RoleName.COORDINATOR in getattr(person, "roles", frozenset()):
        return [MenuItem(_l("My page"), "home.cards", weight=1)]
    return []
