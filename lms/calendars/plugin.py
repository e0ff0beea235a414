"""What the calendars slice gives to the suite."""

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy import select

from lms.calendars import views
from lms.calendars.merging import MERGERS
from lms.calendars.models import CalendarFeed
from lms.contracts import Eraser, KnownPart, Merger
from lms.db import db
from lms.hookspecs import hook
from lms.i18n import say_day
from lms.people.models import Person


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of feeds when two records become one."""
    return MERGERS


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the feed and the page of its address."""
    return [views.bp]


@hook
def register_erasers() -> list[Eraser]:
    """Let the feed of an erased person stop."""
    return [Eraser("calendar_feed", is_deleted=True)]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell since when a person has a calendar feed."""
    made_at = db.session.scalar(
        select(CalendarFeed.made_at).where(CalendarFeed.person_id == person.id)
    )
    rows = ((_("Private address made on"), say_day(made_at)),) if made_at else ()
    return [KnownPart(_("Calendar"), rows, weight=85)]
