"""Verbs of the consultation desk: note one, note many, take the last one back, keep the topics."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from lms.contracts import LMSError, Reason
from lms.courses.models import Place
from lms.db import db
from lms.hub.models import Consultation, ConsultationTopic, Format, Visitor, consultation_topics
from lms.hub.rules import ConsultationFacts, assess_consultation, can_undo

CHUNK = 500


class ConsultationRefused(LMSError):
    """What was entered is no consultation that can be counted."""

    code = "consultation_refused"

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason=self.reasons[0])


class TooLateToUndo(LMSError):
    """The consultation was recorded too long ago to be taken back."""

    code = "too_late_to_undo"


class TopicKnown(LMSError):
    """A topic of this name stands in the list already."""

    code = "topic_known"


@dataclass(frozen=True)
class Note:
    """One act of help as it is recorded. ``key`` is made with the form: sent twice, noted once."""

    key: str
    day: date
    minutes: int
    topic_ids: tuple[int, ...]
    visitor: Visitor
    noted_at: datetime
    format: Format = Format.IN_PERSON
    place_id: int | None = None
    leader_id: int | None = None


def note_consultation(note: Note, *, on: date) -> Consultation:
    """Record one anonymous consultation; the same key again answers the row that is there.

    :param on: today, on the wall of the library.
    :raises ConsultationRefused: with every reason, when it can't be counted.
    """
    _refuse_uncountable([note], on=on)
    found = _by_key(note.key)
    if found is not None:
        return found
    topics = db.session.scalars(
        select(ConsultationTopic).where(ConsultationTopic.id.in_(note.topic_ids))
    ).all()
    consultation = Consultation(**_columns(note), topics=list(topics))
    try:
        with db.session.begin_nested():
            db.session.add(consultation)
    except IntegrityError:
        # Another process recorded the same key between the look and the insert.
        known = _by_key(note.key)
        if known is None:
            raise
        return known
    return consultation


def note_consultations(notes: Iterable[Note], *, on: date) -> int:
    """Record many consultations by few statements; answer how many were new.

    The same rules, the same rows as ``note_consultation`` one by one (a test compares them): for
    a year of demonstration or an imported sheet.

    :raises ConsultationRefused: when one of them can't be counted; none is recorded then.
    """
    wanted = list({note.key: note for note in reversed(list(notes))}.values())[::-1]
    _refuse_uncountable(wanted, on=on)
    known = _known_keys([note.key for note in wanted])
    new = [note for note in wanted if note.key not in known]
    for start in range(0, len(new), CHUNK):
        _insert(new[start : start + CHUNK])
    return len(new)


def _insert(notes: list[Note]) -> None:
    db.session.execute(insert(Consultation), [_columns(note) for note in notes])
    ids = dict(
        db.session.execute(
            select(Consultation.key, Consultation.id).where(
                Consultation.key.in_([note.key for note in notes])
            )
        ).all()
    )
    db.session.execute(
        insert(consultation_topics),
        [
            {"consultation_id": ids[note.key], "topic_id": topic_id}
            for note in notes
            for topic_id in dict.fromkeys(note.topic_ids)
        ],
    )


def _columns(note: Note) -> dict[str, object]:
    return {
        "key": note.key,
        "day": note.day,
        "minutes": note.minutes,
        "format": note.format,
        "place_id": note.place_id,
        "visitor": note.visitor,
        "leader_id": note.leader_id,
        "noted_at": note.noted_at,
    }


def _refuse_uncountable(notes: list[Note], *, on: date) -> None:
    topic_ids = set(db.session.scalars(select(ConsultationTopic.id)))
    online = dict(db.session.execute(select(Place.id, Place.is_online)).all())
    for note in notes:
        facts = ConsultationFacts(
            day=note.day,
            minutes=note.minutes,
            topics=len(set(note.topic_ids)),
            is_in_person=note.format is Format.IN_PERSON,
            is_place_online=online.get(note.place_id or 0, False),
        )
        reasons = list(assess_consultation(facts, on=on).objections)
        if not topic_ids.issuperset(note.topic_ids):
            reasons.append(Reason("consultation_topic_unknown"))
        if note.place_id is not None and note.place_id not in online:
            reasons.append(Reason("consultation_place_unknown"))
        if reasons:
            raise ConsultationRefused(reasons)


def _by_key(key: str) -> Consultation | None:
    return db.session.scalar(select(Consultation).where(Consultation.key == key))


def _known_keys(keys: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        known.update(
            db.session.scalars(select(Consultation.key).where(Consultation.key.in_(chunk)))
        )
    return known


def undo_consultation(consultation: Consultation, *, now: datetime) -> None:
    """Take back a consultation recorded by mistake, within a few minutes of recording it.

    :raises TooLateToUndo: when it was recorded too long ago.
    """
    if not can_undo(consultation.noted_at, now=now):
        raise TooLateToUndo(reason=Reason("too_late_to_undo"))
    db.session.execute(
        delete(consultation_topics).where(consultation_topics.c.consultation_id == consultation.id)
    )
    db.session.execute(delete(Consultation).where(Consultation.id == consultation.id))
    db.session.expunge(consultation)


def last_noted(leader_id: int) -> Consultation | None:
    """Answer the consultation that a leader recorded last: its place is likely the next one's."""
    return db.session.scalar(
        select(Consultation)
        .where(Consultation.leader_id == leader_id)
        .order_by(Consultation.noted_at.desc(), Consultation.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Today:
    """How many consultations a day has so far: of one leader, and of all."""

    own: int
    all: int


def count_today(leader_id: int, *, on: date) -> Today:
    """Count a day's consultations in one query."""
    own = func.count().filter(Consultation.leader_id == leader_id)
    counted = db.session.execute(
        select(own, func.count()).select_from(Consultation).where(Consultation.day == on)
    ).one()
    return Today(own=counted[0], all=counted[1])


def open_topics(*, on: date) -> list[ConsultationTopic]:
    """List the topics that are offered on a day, in the order of the library's own list."""
    return list(
        db.session.scalars(
            select(ConsultationTopic)
            .where((ConsultationTopic.retired_on.is_(None)) | (ConsultationTopic.retired_on > on))
            .order_by(ConsultationTopic.position, ConsultationTopic.id)
        )
    )


@dataclass(frozen=True)
class TopicUse:
    """A topic and how often it was asked about, all years together."""

    topic: ConsultationTopic
    consultations: int


def topics_with_use() -> list[TopicUse]:
    """List all topics, retired ones included, with the number of consultations about each."""
    used = (
        select(consultation_topics.c.topic_id, func.count().label("number"))
        .group_by(consultation_topics.c.topic_id)
        .subquery()
    )
    rows = db.session.execute(
        select(ConsultationTopic, func.coalesce(used.c.number, 0))
        .outerjoin(used, used.c.topic_id == ConsultationTopic.id)
        .order_by(ConsultationTopic.position, ConsultationTopic.id)
    )
    return [TopicUse(topic, number) for topic, number in rows]


def add_topic(name: str, *, name_en: str = "") -> ConsultationTopic:
    """Add a topic at the end of the list; one that was retired comes back.

    :raises TopicKnown: when it is in the list and offered.
    """
    name = " ".join(name.split())
    found = db.session.scalar(select(ConsultationTopic).where(ConsultationTopic.name == name))
    if found is not None and found.retired_on is None:
        raise TopicKnown(reason=Reason("topic_known", {"name": name}))
    if found is not None:
        found.retired_on = None
        db.session.flush()
        return found
    last = db.session.scalar(select(func.max(ConsultationTopic.position)))
    topic = ConsultationTopic(
        name=name, name_en=" ".join(name_en.split()), position=0 if last is None else last + 1
    )
    db.session.add(topic)
    db.session.flush()
    return topic


def retire_topic(topic: ConsultationTopic, *, on: date) -> None:
    """Offer a topic no more from a day; what was recorded with it keeps it."""
    if topic.retired_on is None:
        topic.retired_on = on
        db.session.flush()


def restore_topic(topic: ConsultationTopic) -> None:
    """Offer a retired topic again."""
    topic.retired_on = None
    db.session.flush()
