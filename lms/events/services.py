"""Verbs about other events: add one or many, correct, cancel and take back, list a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import extract, func, insert, select

from lms.contracts import LMSError, Reason
from lms.courses.models import Place
from lms.db import db
from lms.events.models import Event, EventFormat
from lms.events.rules import EventFacts, EventState, assess_event, state_of


class EventRefused(LMSError):
    """What was entered about an event contradicts itself or the calendar."""

    code = "event_refused"

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason=self.reasons[0])


@dataclass(frozen=True)
class NewEvent:
    """What is known of an event; without a head-count it is planned and counts nowhere."""

    title: str
    day: date
    format: EventFormat
    place_id: int | None = None
    in_person: int = 0
    online: int = 0


@dataclass(frozen=True)
class EventRow:
    """One event as a list or a report shows it."""

    id: int
    day: date
    title: str
    place: str
    format: EventFormat
    in_person: int
    online: int
    cancelled_on: date | None

    @property
    def attendance(self) -> int:
        """Count everybody who was there, in person and online."""
        return self.in_person + self.online

    @property
    def state(self) -> EventState:
        """Tell where the event stands."""
        return state_of(attendance=self.attendance, cancelled_on=self.cancelled_on)


def add_event(new: NewEvent, *, on: date, now: datetime, noted_by_id: int | None = None) -> Event:
    """Record an event.

    :param on: today, on the wall of the library.
    :raises EventRefused: with every reason, when the entries contradict each other.
    """
    _refuse_contradictions([new], on=on)
    event = Event(**_columns(new), noted_at=now, noted_by_id=noted_by_id)
    db.session.add(event)
    db.session.flush()
    return event


def add_events(
    new: Iterable[NewEvent], *, on: date, now: datetime, noted_by_id: int | None = None
) -> int:
    """Record many events in one statement by the rules of ``add_event``; answer how many.

    :raises EventRefused: when one of them contradicts itself; none is recorded then.
    """
    wanted = list(new)
    _refuse_contradictions(wanted, on=on)
    if wanted:
        noted = {"noted_at": now, "noted_by_id": noted_by_id}
        db.session.execute(insert(Event), [_columns(each) | noted for each in wanted])
    return len(wanted)


def correct_event(event: Event, new: NewEvent, *, on: date) -> None:
    """Replace what is known of an event.

    :raises EventRefused: with every reason, when the entries contradict each other.
    """
    _refuse_contradictions([new], on=on)
    for name, value in _columns(new).items():
        setattr(event, name, value)
    db.session.flush()


def cancel_event(event: Event, *, on: date) -> None:
    """Cancel an event: its row stays and counts nowhere."""
    if event.cancelled_on is None:
        event.cancelled_on = on
        db.session.flush()


def restore_event(event: Event) -> None:
    """Take back a cancellation."""
    event.cancelled_on = None
    db.session.flush()


def _columns(new: NewEvent) -> dict[str, object]:
    return {
        "title": " ".join(new.title.split()),
        "day": new.day,
        "place_id": new.place_id,
        "format": new.format,
        "in_person": new.in_person,
        "online": new.online,
    }


def _refuse_contradictions(wanted: list[NewEvent], *, on: date) -> None:
    online = dict(db.session.execute(select(Place.id, Place.is_online)).all())
    for new in wanted:
        facts = EventFacts(
            day=new.day,
            in_person=new.in_person,
            online=new.online,
            is_in_person_allowed=new.format is not EventFormat.ONLINE,
            is_online_allowed=new.format is not EventFormat.IN_PERSON,
            is_place_online=online.get(new.place_id or 0, False),
        )
        reasons = list(assess_event(facts, on=on).objections)
        if new.place_id is not None and new.place_id not in online:
            reasons.append(Reason("event_place_unknown"))
        if not new.title.strip():
            reasons.append(Reason("event_without_title"))
        if reasons:
            raise EventRefused(reasons)


def listed_events(year: int) -> list[EventRow]:
    """List all events of a calendar year, planned and cancelled ones included, latest first."""
    rows = db.session.execute(
        select(
            Event.id,
            Event.day,
            Event.title,
            func.coalesce(Place.name, ""),
            Event.format,
            Event.in_person,
            Event.online,
            Event.cancelled_on,
        )
        .outerjoin(Place, Place.id == Event.place_id)
        .where(Event.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(Event.day.desc(), Event.id.desc())
    )
    return [EventRow(*row) for row in rows]


def events_of_year(year: int) -> list[EventRow]:
    """List the events of a calendar year that were held, in order: those that a report counts."""
    held = [event for event in listed_events(year) if event.state is EventState.HELD]
    return held[::-1]


def has_events(year: int) -> bool:
    """Tell whether anything was ever recorded for a year: else its figures are not known."""
    found = select(Event.id).where(Event.day.between(date(year, 1, 1), date(year, 12, 31)))
    return db.session.scalar(found.limit(1)) is not None


def years_with_events() -> list[int]:
    """List the years that have events, latest first."""
    found = db.session.scalars(select(extract("year", Event.day)).distinct())
    return sorted((int(year) for year in found), reverse=True)
