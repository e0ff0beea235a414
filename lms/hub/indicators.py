"""The hub's lines of the annual report, each with its counting rule and its rows."""

from datetime import date
from typing import TypeVarTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, func, select

from lms.attendance.models import HeadCount
from lms.contracts import Indicator, IndicatorRow
from lms.courses.models import HELD, Cohort, Course, Programme, Session
from lms.db import db
from lms.hub.models import Consultation, ConsultationTopic, Visitor, consultation_topics
from lms.hub.sentences import FORMAT_LABELS
from lms.hub.year import in_year

Columns = TypeVarTuple("Columns")
KIND = "digital_hub"


def count_consultations(year: int) -> int | None:
    """Count the acts of help of a year; nothing recorded means that nothing is known."""
    return _number_of(in_year(year)) or None


def count_persons(year: int) -> int | None:
    """Count those who said that they came for the first time this year."""
    if not _number_of(in_year(year)):
        return None
    return _number_of(in_year(year), Consultation.visitor == Visitor.FIRST_TIME)


def _number_of(*conditions: ColumnElement[bool]) -> int:
    counted = db.session.scalar(select(func.count()).select_from(Consultation).where(*conditions))
    return counted or 0


def consultation_rows(year: int) -> list[IndicatorRow]:
    """List a year's consultations: topics, minutes and format, and nobody."""
    return _rows(in_year(year))


def person_rows(year: int) -> list[IndicatorRow]:
    """List the first visits, and beside them how often nobody was asked (it adds nothing)."""
    rows = _rows(in_year(year), Consultation.visitor == Visitor.FIRST_TIME)
    unasked = _number_of(in_year(year), Consultation.visitor == Visitor.NOT_ASKED)
    if unasked:
        text = ngettext(
            "Not asked: %(num)d consultation", "Not asked: %(num)d consultations", unasked
        )
        rows.append(IndicatorRow(day=None, text=text, amount=0))
    return rows


def _rows(*conditions: ColumnElement[bool]) -> list[IndicatorRow]:
    topics: dict[int, list[str]] = {}
    named = db.session.execute(
        select(Consultation.id, ConsultationTopic.name)
        .join(consultation_topics, consultation_topics.c.consultation_id == Consultation.id)
        .join(ConsultationTopic, ConsultationTopic.id == consultation_topics.c.topic_id)
        .where(*conditions)
        .order_by(ConsultationTopic.position, ConsultationTopic.id)
    )
    for consultation_id, name in named:
        topics.setdefault(consultation_id, []).append(name)
    rows = db.session.execute(
        select(Consultation.id, Consultation.day, Consultation.minutes, Consultation.format)
        .where(*conditions)
        .order_by(Consultation.day, Consultation.id)
    )
    return [
        IndicatorRow(
            day=day,
            text=_(
                "%(topics)s · %(minutes)d min · %(format)s",
                topics="; ".join(topics.get(number, [])),
                minutes=minutes,
                format=FORMAT_LABELS[form],
            ),
            amount=1,
        )
        for number, day, minutes, form in rows
    ]


def count_classes(year: int) -> int | None:
    """Count the hub's group classes that were held; nothing planned means that nothing is known."""
    held = func.count().filter(Session.state.in_(HELD))
    counted, planned = db.session.execute(
        _of_classes(select(held, func.count()).select_from(Session), year)
    ).one()
    return counted if planned else None


def class_rows(year: int) -> list[IndicatorRow]:
    """List the held group classes with their topics."""
    rows = db.session.execute(
        _of_classes(select(Session.day, Session.topic, Cohort.name).select_from(Session), year)
        .where(Session.state.in_(HELD))
        .order_by(Session.day, Session.id)
    )
    return [IndicatorRow(day=day, text=topic or name, amount=1) for day, topic, name in rows]


def count_class_persons(year: int) -> int | None:
    """Count, of the head-counts at held classes, those there for the first time this year."""
    counts = _of_classes(select(func.sum(HeadCount.first_time)).select_from(Session), year)
    return db.session.scalar(
        counts.join(HeadCount, HeadCount.session_id == Session.id).where(Session.state.in_(HELD))
    )


def class_person_rows(year: int) -> list[IndicatorRow]:
    """List the head-counts of held classes with how many were there for the first time."""
    columns = select(
        Session.day,
        Session.topic,
        Cohort.name,
        HeadCount.in_person + HeadCount.online,
        HeadCount.first_time,
    ).select_from(Session)
    rows = db.session.execute(
        _of_classes(columns, year)
        .join(HeadCount, HeadCount.session_id == Session.id)
        .where(Session.state.in_(HELD))
        .order_by(Session.day, Session.id)
    )
    return [
        IndicatorRow(
            day=day,
            text=_(
                "%(topic)s: %(all)d present, of them %(first)d for the first time",
                topic=topic or name,
                all=present,
                first=first_time,
            ),
            amount=first_time,
        )
        for day, topic, name, present, first_time in rows
    ]


def _of_classes(statement: Select[*Columns], year: int) -> Select[*Columns]:
    return (
        statement.join(Cohort, Cohort.id == Session.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(
            Programme.kind == KIND,
            Session.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )


INDICATORS = (
    Indicator(
        key="consultations",
        label=_l("Individual consultations and trainings, online and in person"),
        unit=_l("consultations"),
        rule=_l("Every recorded act of help counts once; a consultation is never an event."),
        count=count_consultations,
        rows=consultation_rows,
        weight=200,
    ),
    Indicator(
        key="persons_consulted",
        label=_l("Persons consulted"),
        unit=_l("persons"),
        rule=_l(
            "Consultations marked “first time this year” in the visitor’s own words; "
            "“not asked” is shown beside it."
        ),
        count=count_persons,
        rows=person_rows,
        of="consultations",
        weight=201,
    ),
    Indicator(
        key="hub_group_classes",
        label=_l("Group classes of the digital hub, in person and online"),
        unit=_l("sessions"),
        rule=_l("Classes that were held; cancelled and moved ones do not count."),
        count=count_classes,
        rows=class_rows,
        weight=210,
    ),
    Indicator(
        key="hub_group_persons",
        label=_l("Persons at group classes of the digital hub"),
        unit=_l("persons"),
        rule=_l("Of the head-counts, those there for the first time this year."),
        count=count_class_persons,
        rows=class_person_rows,
        of="hub_group_classes",
        weight=211,
    ),
)
