"""The consultation desk: noted once, taken back, in bulk the same, counted without names."""

import random
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, inspect, select

from lms.attendance.models import HeadCount
from lms.courses.models import Cohort, Course, NotHeldReason, Place, Programme
from lms.courses.services import add_module, cancel_session, hold_session, plan_session
from lms.db import begin_write, db
from lms.hub.indicators import INDICATORS
from lms.hub.models import Consultation, ConsultationTopic, Format, Visitor, consultation_topics
from lms.hub.services import (
    ConsultationRefused,
    Note,
    TooLateToUndo,
    TopicKnown,
    add_topic,
    count_today,
    last_noted,
    note_consultation,
    note_consultations,
    open_topics,
    restore_topic,
    retire_topic,
    topics_with_use,
    undo_consultation,
)
from lms.hub.year import overview_of, years_with_rows

ON = date(2022, 5, 4)
AT = datetime(2022, 5, 4, 9, 0, tzinfo=UTC)
FIGURES = {indicator.key: indicator for indicator in INDICATORS}


@pytest.fixture
def topics(cast):
    begin_write()
    return [add_topic(name).id for name in ("Дія", "Viber, Telegram", "Відеодзвінки у Signal")]


def note(number: int, topics: list[int], **more: object) -> Note:
    known = {
        "key": str(UUID(int=number)),
        "day": ON,
        "minutes": 15,
        "topic_ids": tuple(topics[:1]),
        "visitor": Visitor.FIRST_TIME,
        "noted_at": AT,
    }
    return Note(**(known | more))  # type: ignore[arg-type]


def rows() -> list[tuple[object, ...]]:
    """Everything that is stored of the consultations, but their numbers."""
    columns = [c for c in Consultation.__table__.columns if c.name != "id"]
    topics = select(Consultation.key, consultation_topics.c.topic_id).join(
        consultation_topics, consultation_topics.c.consultation_id == Consultation.id
    )
    return [
        *sorted(map(tuple, db.session.execute(select(*columns))), key=str),
        *sorted(map(tuple, db.session.execute(topics))),
    ]


def test_a_form_that_is_sent_twice_is_noted_once(topics):
    first = note_consultation(note(1, topics), on=ON)
    again = note_consultation(note(1, topics, minutes=60), on=ON)
    assert again.id == first.id
    assert again.minutes == 15
    assert db.session.scalar(select(func.count()).select_from(Consultation)) == 1


def test_nothing_in_the_rows_can_hold_a_person():
    columns = {column.name for column in inspect(Consultation).columns}
    assert columns == {
        "id",
        "key",
        "day",
        "minutes",
        "format",
        "place_id",
        "visitor",
        "leader_id",
        "noted_at",
    }


def test_many_at_once_are_the_same_rows_as_one_by_one(app, cast, topics):
    rng = random.Random(7)
    notes = [
        note(
            number,
            topics,
            day=ON - timedelta(days=rng.randrange(90)),
            minutes=rng.choice((5, 15, 45)),
            topic_ids=tuple(rng.sample(topics, rng.randint(1, 3))),
            visitor=rng.choice(list(Visitor)),
            format=(where := rng.choice(list(Format))),
            place_id=cast.place.id if where is Format.IN_PERSON else None,
            leader_id=cast.leader.id,
            noted_at=AT + timedelta(minutes=number),
        )
        for number in range(60)
    ]
    db.session.flush()
    with db.session.begin_nested() as alone:
        for each in notes:
            note_consultation(each, on=ON)
        one_by_one = rows()
        alone.rollback()
    db.session.expire_all()
    assert rows() == []
    assert note_consultations(notes, on=ON) == 60
    assert rows() == one_by_one
    assert note_consultations([*notes, note(60, topics)], on=ON) == 1


def test_of_two_notes_with_one_key_the_first_is_kept(topics):
    twice = [note(1, topics, minutes=5), note(1, topics, minutes=60)]
    assert note_consultations(twice, on=ON) == 1
    assert db.session.scalar(select(Consultation.minutes)) == 5


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"topic_ids": ()}, "consultation_without_topic"),
        ({"topic_ids": (987,)}, "consultation_topic_unknown"),
        ({"minutes": 0}, "consultation_minutes"),
        ({"day": ON + timedelta(days=1)}, "consultation_ahead"),
        ({"place_id": 987}, "consultation_place_unknown"),
        ({"place_id": "online"}, "consultation_place_online"),
    ],
)
def test_what_cannot_be_counted_is_refused_and_nothing_stays(topics, more, code):
    if more.get("place_id") == "online":
        more = {"place_id": db.session.scalar(select(Place.id).where(Place.is_online))}
    bad = note(2, topics, **more)
    with pytest.raises(ConsultationRefused) as refusal:
        note_consultation(bad, on=ON)
    assert [reason.code for reason in refusal.value.reasons] == [code]
    with pytest.raises(ConsultationRefused):
        note_consultations([note(1, topics), bad], on=ON)
    assert rows() == []


def test_the_last_one_can_be_taken_back_for_a_while(cast, topics):
    leader = cast.leader.id
    note_consultation(note(1, topics, leader_id=leader), on=ON)
    second = note_consultation(
        note(
            2, topics, leader_id=leader, topic_ids=tuple(topics), noted_at=AT + timedelta(minutes=1)
        ),
        on=ON,
    )
    assert last_noted(leader) is second
    assert (count_today(leader, on=ON).own, count_today(cast.mentor.id, on=ON).all) == (2, 2)
    with pytest.raises(TooLateToUndo):
        undo_consultation(second, now=AT + timedelta(minutes=17))
    undo_consultation(second, now=AT + timedelta(minutes=10))
    left = last_noted(leader)
    assert left is not None
    assert left.key == str(UUID(int=1))
    assert db.session.scalar(select(func.count()).select_from(consultation_topics)) == 1


def test_a_retired_topic_is_offered_no_more_and_keeps_its_count(topics):
    note_consultation(note(1, topics), on=ON)
    topic = db.session.get_one(ConsultationTopic, topics[0])
    retire_topic(topic, on=ON)
    assert [t.id for t in open_topics(on=ON)] == topics[1:]
    assert [t.id for t in open_topics(on=ON - timedelta(days=1))] == topics
    assert {use.topic.id: use.consultations for use in topics_with_use()}[topic.id] == 1
    assert add_topic("  Дія ").id == topic.id
    with pytest.raises(TopicKnown):
        add_topic("Дія")
    retire_topic(topic, on=ON)
    restore_topic(topic)
    assert [t.id for t in open_topics(on=ON)] == topics


def test_the_year_is_counted_by_month_topic_format_place_and_answer(cast, topics):
    note_consultations(
        [
            note(1, topics, day=date(2022, 1, 1), place_id=cast.place.id),
            note(
                2,
                topics,
                day=date(2022, 12, 31),
                topic_ids=tuple(topics[:2]),
                minutes=30,
                format=Format.ONLINE,
                visitor=Visitor.RETURNING,
            ),
            note(3, topics, day=date(2022, 12, 30), visitor=Visitor.NOT_ASKED),
            note(4, topics, day=date(2023, 1, 1)),
        ],
        on=date(2023, 1, 1),
    )
    year = overview_of(2022)
    assert (year.total, year.minutes) == (3, 60)
    assert [m.consultations for m in year.months] == [1, *[0] * 10, 2]
    assert [m.first_time for m in year.months] == [1, *[0] * 11]
    assert [(t.name, t.consultations) for t in year.topics] == [("Дія", 3), ("Viber, Telegram", 1)]
    assert year.formats == {"in_person": 2, "online": 1}
    assert sorted(year.places) == [("", 2), ("Кремінська бібліотека", 1)]
    assert year.visitors == {"first_time": 1, "returning": 1, "not_asked": 1}
    assert years_with_rows() == [2023, 2022]


def test_unknown_is_none_and_never_nought(cast):
    for indicator in INDICATORS:
        assert indicator.count(2019) is None
        assert indicator.rows(2019) == []


def test_persons_are_those_who_said_first_time_and_not_asked_stands_beside(topics):
    note_consultation(note(1, topics, visitor=Visitor.NOT_ASKED), on=ON)
    persons = FIGURES["persons_consulted"]
    assert (FIGURES["consultations"].count(2022), persons.count(2022)) == (1, 0)
    note_consultations(
        [
            note(n, topics, visitor=v)
            for n, v in ((2, Visitor.FIRST_TIME), (3, Visitor.RETURNING), (4, Visitor.NOT_ASKED))
        ],
        on=ON,
    )
    assert (FIGURES["consultations"].count(2022), persons.count(2022)) == (4, 1)
    listed = persons.rows(2022)
    assert sum(row.amount for row in listed) == 1
    assert (listed[-1].amount, listed[-1].day) == (0, None)
    assert "2" in listed[-1].text
    assert persons.of == "consultations"
    assert sum(row.amount for row in FIGURES["consultations"].rows(2022)) == 4


def test_classes_count_when_held_and_persons_by_the_head_counts_first_time(cast):
    begin_write()
    hub = Programme(key="hub", kind="digital_hub", name="Хаб цифрової освіти")
    db.session.add(hub)
    db.session.flush()
    course = Course(programme_id=hub.id, name="Смартфон", hours=0)
    db.session.add(course)
    db.session.flush()
    module = add_module(hub, name="2022", starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31))
    cohort = Cohort(module_id=module.id, course_id=course.id, name="Черкаси", capacity=30)
    db.session.add(cohort)
    db.session.flush()
    held, cancelled, planned = (
        plan_session(cohort, day=date(2022, 3, day), starts_at=time(11), topic="Excel")
        for day in (1, 2, 3)
    )
    classes, persons = FIGURES["hub_group_classes"], FIGURES["hub_group_persons"]
    assert (classes.count(2022), persons.count(2022)) == (0, None)
    hold_session(held)
    cancel_session(cancelled, reason=NotHeldReason.NO_POWER)
    for session, first_time in ((held, 5), (planned, 9)):
        db.session.add(
            HeadCount(
                session_id=session.id, in_person=7, online=3, first_time=first_time, counted_at=AT
            )
        )
    hold_session(cast.sessions[0])
    db.session.flush()
    assert (classes.count(2022), persons.count(2022)) == (1, 5)
    assert [(row.day, row.text, row.amount) for row in classes.rows(2022)] == [
        (date(2022, 3, 1), "Excel", 1)
    ]
    assert [row.amount for row in persons.rows(2022)] == [5]
    assert persons.of == "hub_group_classes"
