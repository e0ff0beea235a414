"""The front page, and the way from signing in to the home of one's role."""

from flask import Blueprint

from lms.home import views
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the front page and the homes that no other slice gives."""
    return [views.bp]
