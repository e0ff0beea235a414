"""What the calendars slice gives to the suite."""

from flask import Blueprint

from lms.calendars import views
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the feed and the page of its address."""
    return [views.bp]
