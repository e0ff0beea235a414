"""A year of consultations as tables: by month, topic, format, place and first visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.courses.models import Place
from lms.db import db
from lms.hub.models import Consultation, ConsultationTopic, Visitor, consultation_topics


@dataclass(frozen=True)
class MonthCount:
    """One month: acts of help, of them by people who came for the first time, and minutes."""

    month: int
    consultations: int
    first_time: int
    minutes: int


@dataclass(frozen=True)
class TopicCount:
    """How often a topic was asked about; one consultation may have several topics."""

    name: str
    name_en: str
    consultations: int


@dataclass(frozen=True)
class YearOverview:
    """A year of the desk. Topics are not a partition; everything else sums to the total."""

    year: int
    months: tuple[MonthCount, ...]
    topics: tuple[TopicCount, ...]
    formats: Mapping[str, int]
    places: tuple[tuple[str, int], ...]
    visitors: Mapping[str, int]

    @property
    def total(self) -> int:
        """Count the year's consultations."""
        return sum(month.consultations for month in self.months)

    @property
    def minutes(self) -> int:
        """Count the minutes of help."""
        return sum(month.minutes for month in self.months)


def in_year(year: int) -> ColumnElement[bool]:
    """Select the consultations of a calendar year."""
    return Consultation.day.between(date(year, 1, 1), date(year, 12, 31))


def overview_of(year: int) -> YearOverview:
    """Count a year by five grouped queries, however many consultations it has."""
    topics = db.session.execute(
        select(ConsultationTopic.name, ConsultationTopic.name_en, func.count())
        .join(consultation_topics, consultation_topics.c.topic_id == ConsultationTopic.id)
        .join(Consultation, Consultation.id == consultation_topics.c.consultation_id)
        .where(in_year(year))
        .group_by(ConsultationTopic.id, ConsultationTopic.name, ConsultationTopic.name_en)
        .order_by(func.count().desc(), ConsultationTopic.name)
    ).all()
    places = db.session.execute(
        select(Place.name, func.count())
        .select_from(Consultation)
        .outerjoin(Place, Place.id == Consultation.place_id)
        .where(in_year(year))
        .group_by(Place.id, Place.name)
        .order_by(func.count().desc(), Place.name)
    ).all()
    return YearOverview(
        year=year,
        months=months_of(year),
        topics=tuple(TopicCount(*row) for row in topics),
        formats=_grouped(Consultation.format, year),
        places=tuple((name or "", number) for name, number in places),
        visitors=_grouped(Consultation.visitor, year),
    )


def months_of(year: int) -> tuple[MonthCount, ...]:
    """Count the twelve months of a year; a month without rows is there with nothing in it."""
    month = extract("month", Consultation.day)
    rows = db.session.execute(
        select(
            month,
            func.count(),
            func.count().filter(Consultation.visitor == Visitor.FIRST_TIME),
            func.sum(Consultation.minutes),
        )
        .where(in_year(year))
        .group_by(month)
    )
    counted = {int(row[0]): MonthCount(int(row[0]), row[1], row[2], int(row[3])) for row in rows}
    return tuple(counted.get(number, MonthCount(number, 0, 0, 0)) for number in range(1, 13))


def _grouped(column: InstrumentedAttribute[Any], year: int) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).where(in_year(year)).group_by(column))
    return {str(value): number for value, number in rows}


def years_with_rows() -> list[int]:
    """List the years that have consultations, latest first."""
    number = extract("year", Consultation.day)
    rows = db.session.scalars(select(number).distinct())
    return sorted((int(row) for row in rows), reverse=True)
