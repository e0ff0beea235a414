"""What the demonstration gives to the suite."""

from flask import Blueprint

from lms.demonstration import views
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the commands, and the page where the demonstration is switched on."""
    return [views.bp]
