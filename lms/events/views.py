"""Other events by year: list, add, correct, cancel and take back."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from wtforms import SelectChoice

from lms import access
from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import Place
from lms.db import db
from lms.events.forms import EventForm
from lms.events.models import Event, EventFormat
from lms.events.rules import EventState
from lms.events.sentences import FORMAT_LABELS
from lms.events.services import (
    EventRefused,
    NewEvent,
    add_event,
    cancel_event,
    correct_event,
    listed_events,
    restore_event,
    years_with_events,
)
from lms.i18n import say

bp = Blueprint("events", __name__)

FIELD_OF_REASON = {
    "event_in_person_number": "in_person",
    "event_online_number": "online",
    "event_has_no_in_person": "in_person",
    "event_has_no_online": "online",
    "event_place_online": "place",
    "event_place_unknown": "place",
    "event_not_yet_held": "day",
    "event_day_far": "day",
    "event_without_title": "title",
}


@bp.get("/events")
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def listing() -> ResponseReturnValue:
    """Show this year's events."""
    return _list(today().year)


@bp.get("/events/year/<int:year>")
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def year(year: int) -> ResponseReturnValue:
    """Show a year's events."""
    if year > date.max.year:
        abort(404)
    return _list(year)


def _list(year: int) -> str:
    events = listed_events(year)
    held = [event for event in events if event.state is EventState.HELD]
    return render_template(
        "events/listing.html",
        year=year,
        years=years_with_events(),
        events=events,
        held=len(held),
        in_person=sum(event.in_person for event in held),
        online=sum(event.online for event in held),
        format_labels=FORMAT_LABELS,
    )


@bp.route("/events/new", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def new() -> ResponseReturnValue:
    """Add an event."""
    form = _event_form(None)
    if not form.is_submitted():
        return render_template("events/edit.html", form=form, event=None)
    if not form.validate():
        return render_template("events/edit.html", form=form, event=None), 422
    try:
        event = add_event(_typed(form), on=today(), now=now(), noted_by_id=current_user.person_id)
    except EventRefused as refusal:
        _say_beside(form, refusal)
        return render_template("events/edit.html", form=form, event=None), 422
    title, day = event.title, event.day
    db.session.commit()
    flash(_("“%(title)s” was added.", title=title), "success")
    return redirect(url_for("events.year", year=day.year), code=303)


@bp.route("/events/<int:event_id>", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def edit(event_id: int) -> ResponseReturnValue:
    """Correct an event."""
    event = _event(event_id)
    form = _event_form(event)
    if not form.is_submitted():
        return render_template("events/edit.html", form=form, event=event)
    if not form.validate():
        return render_template("events/edit.html", form=form, event=event), 422
    try:
        correct_event(event, _typed(form), on=today())
    except EventRefused as refusal:
        _say_beside(form, refusal)
        return render_template("events/edit.html", form=form, event=event), 422
    title, day = event.title, event.day
    db.session.commit()
    flash(_("“%(title)s” was corrected.", title=title), "success")
    return redirect(url_for("events.year", year=day.year), code=303)


@bp.post("/events/<int:event_id>/cancel")
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def cancel(event_id: int) -> ResponseReturnValue:
    """Cancel an event; it can be taken back."""
    event = _event(event_id)
    cancel_event(event, on=today())
    title, day = event.title, event.day
    db.session.commit()
    flash(_("“%(title)s” was cancelled and is not counted.", title=title), "success")
    return redirect(url_for("events.year", year=day.year), code=303)


@bp.post("/events/<int:event_id>/restore")
@access.roles(RoleName.COORDINATOR, RoleName.LEADER)
def restore(event_id: int) -> ResponseReturnValue:
    """Take back a cancellation."""
    event = _event(event_id)
    restore_event(event)
    title, day = event.title, event.day
    db.session.commit()
    flash(_("“%(title)s” is back in the list.", title=title), "success")
    return redirect(url_for("events.year", year=day.year), code=303)


def _event(event_id: int) -> Event:
    event = db.session.get(Event, event_id)
    if event is None:
        abort(404)
    return event


def _event_form(event: Event | None) -> EventForm:
    known = {}
    if event is not None:
        known = {
            "title": event.title,
            "day": event.day,
            "place": str(event.place_id or ""),
            "format": str(event.format),
            "in_person": event.in_person or None,
            "online": event.online or None,
        }
    form = EventForm(**known)
    places = db.session.execute(select(Place.id, Place.name).order_by(Place.name)).all()
    form.place.choices = [
        SelectChoice("", _("not set")),
        *(SelectChoice(str(place_id), name) for place_id, name in places),
    ]
    return form


def _typed(form: EventForm) -> NewEvent:
    return NewEvent(
        title=form.title.data,
        day=form.day.data,
        format=EventFormat(form.format.data),
        place_id=int(form.place.data) if form.place.data else None,
        in_person=form.in_person.data or 0,
        online=form.online.data or 0,
    )


def _say_beside(form: EventForm, refusal: EventRefused) -> None:
    for reason in refusal.reasons:
        field = form[FIELD_OF_REASON[reason.code]]
        field.errors = [*field.errors, say(reason)]
