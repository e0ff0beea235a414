"""What is counted without groups: consultations, other events, figures entered by hand."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from lms.db import db
from lms.demonstration.plan import Plan
from lms.demonstration.spread import spread
from lms.demonstration.teaching import Grounds
from lms.demonstration.year import Figures
from lms.events.models import Event, EventFormat
from lms.events.services import NewEvent, add_events, cancel_event
from lms.hub.models import ConsultationTopic, Format, Visitor
from lms.hub.services import Note, add_topic, note_consultations
from lms.reports.models import EnteredFigure

WEEKEND = 5
FEWEST_AT_EVENT, MOST_AT_EVENT = 8, 60
CLOSING = time(17, 0)
NOON = time(12, 0)


def lay_consultations(
    plan: Plan, figures: Figures, grounds: Grounds, *, rng: Random
) -> list[ConsultationTopic]:
    """Record the year's consultations over its working days, first visits among them."""
    row = plan["consultations"]
    names = figures.topics["consultation_topics"]
    topics = [
        add_topic(name, name_en=name_en)
        for name, name_en in zip(names, row["topics_en"], strict=True)
    ]
    days = [day for day in _days(row["from"], row["until"]) if day.weekday() < WEEKEND]
    total = figures["consultations"]
    visitors = _visitors(total, figures["persons_consulted"], row["returning"], rng)
    leaders = [grounds.staff.leaders[number - 1].id for number in row["leaders"]]
    per_day = spread(total, [3 * total // len(days)] * len(days), rng=rng)
    notes: list[Note] = []
    for day, number in zip(days, per_day, strict=True):
        for place in range(number):
            is_online = rng.randrange(100) < row["online"]
            count = 2 if rng.randrange(100) < row["second_topic"] else 1
            notes.append(
                Note(
                    key=str(UUID(int=rng.getrandbits(128), version=4)),
                    day=day,
                    minutes=rng.choice(row["minutes"]),
                    topic_ids=tuple(topic.id for topic in rng.sample(topics, count)),
                    visitor=visitors[len(notes)],
                    noted_at=_during(day, place),
                    format=Format.ONLINE if is_online else Format.IN_PERSON,
                    place_id=None if is_online else grounds.places[row["place"]].id,
                    leader_id=rng.choice(leaders),
                )
            )
    note_consultations(notes, on=days[-1])
    return topics


def _visitors(total: int, first_time: int, returning: int, rng: Random) -> list[Visitor]:
    """Deal out who came for the first time; of the others most had been here, some nobody asked."""
    known = (total - first_time) * returning // 100
    dealt = [Visitor.FIRST_TIME] * first_time + [Visitor.RETURNING] * known
    dealt += [Visitor.NOT_ASKED] * (total - len(dealt))
    rng.shuffle(dealt)
    return dealt


def _during(day: date, place: int) -> datetime:
    return datetime.combine(day, time(7, 0), UTC) + timedelta(minutes=17 * place)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def lay_events(plan: Plan, figures: Figures, grounds: Grounds, *, rng: Random) -> None:
    """Record the other events of the year; those that were cancelled keep their rows."""
    row, share = plan["events"], figures.split["other_events"]
    days = sorted(rng.sample(_days(row["from"], row["until"]), len(row["titles"])))
    cancelled = set(rng.sample(range(len(days)), row["cancelled"]))
    caps = [MOST_AT_EVENT] * share.sessions
    heads = spread(share.attendance, caps, rng=rng, floor=FEWEST_AT_EVENT)
    news: list[NewEvent] = []
    for number, (day, title) in enumerate(zip(days, row["titles"], strict=True)):
        total = 0 if number in cancelled else heads.pop()
        news.append(_event(title, day, total, plan, grounds, rng))
    by_id = grounds.staff.coordinator.id
    closing = datetime.combine(row["until"], CLOSING, UTC)
    add_events(news, on=row["until"], now=closing, noted_by_id=by_id)
    lost = {(news[number].title, news[number].day) for number in cancelled}
    for event in db.session.scalars(select(Event).order_by(Event.id)):
        if (event.title, event.day) in lost:
            cancel_event(event, on=event.day)


def _event(
    title: str, day: date, total: int, plan: Plan, grounds: Grounds, rng: Random
) -> NewEvent:
    form = rng.choices(list(EventFormat), weights=(5, 2, 3))[0]
    online = {EventFormat.IN_PERSON: 0, EventFormat.ONLINE: total, EventFormat.HYBRID: total // 3}
    place = grounds.places[rng.choice(plan["events"]["places"])]
    return NewEvent(
        title=title,
        day=day,
        format=form,
        place_id=None if form is EventFormat.ONLINE else place.id,
        in_person=total - online[form],
        online=online[form],
    )


def enter_figures(plan: Plan, figures: Figures, grounds: Grounds) -> None:
    """Enter by hand what is not learning, and the year before, each with its source."""
    row = plan["entered"]
    entered = [(figures.period, key, figures[key]) for key in row["figures"]]
    entered += [(figures.period - 1, key, figure) for key, figure in figures.previous.items()]
    db.session.add_all(
        EnteredFigure(
            year=year,
            indicator=key,
            figure=figure,
            source=row["source"] % year,
            entered_by_id=grounds.staff.coordinator.id,
            entered_at=datetime.combine(row["entered_on"], NOON, UTC),
        )
        for year, key, figure in entered
    )
    db.session.flush()
