"""One hash over all rows of a year: the same after every fill, whatever happens beside it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select, union

from lms.attendance.models import AttendanceRecord, HeadCount, HeadCountChange, MarkChange, Register
from lms.certificates.models import Certificate, NumberSeries
from lms.completion.models import Completion, Project
from lms.courses.models import (
    AgeRule,
    Assignment,
    Club,
    Cohort,
    Course,
    Module,
    Place,
    Programme,
    Session,
    WeeklyPattern,
)
from lms.db import Base, db
from lms.enrolment.models import Application, Enrolment
from lms.events.models import Event
from lms.hub.models import Consultation, ConsultationTopic, consultation_topics
from lms.mentors.models import MentorProfile
from lms.people.models import Account, Check, Consent, Guardianship, Person, Role
from lms.reports.models import EnteredFigure

# What comes and goes with whoever looks at the year, and documents that are made when asked for.
PASSING = frozenset(
    {
        "age_override",
        "application_event",
        "calendar_feed",
        "certificate_file",
        "child_page",
        "consent_scan",
        "continuation",
        "data_request",
        "different_people",
        "door",
        "erasure",
        "family_word",
        "guardian_invitation",
        "import",
        "import_change",
        "import_mapping",
        "import_row",
        "import_session",
        "job",
        "job_item",
        "letter",
        "letter_declined",
        "merge",
        "offer",
        "removal_request",
        "sign_in_code",
        "sign_in_link",
        "signed_in",
        "try_count",
    }
)
# A salted hash differs each time; a visitor of the demonstration may choose a language.
# When a row was changed last, and how often, is the clock's and not the year's.
LEFT_OUT = frozenset(
    {
        "account.password_hash",
        "account.second_factor",
        "person.locale",
        "session.changed_at",
        "session.sequence",
    }
)


def year_hash(year: int) -> str:
    """Hash the rows of a year, table by table and in the order of their keys.

    Rows of other years may share a table: what belongs to the year is told by its dates, or by
    the module that it hangs on.
    """
    digest = hashlib.sha256()
    for name, belongs in sorted(conditions(year).items()):
        table = Base.metadata.tables[name]
        digest.update(f"# {name}\n".encode())
        for row in db.session.execute(_rows(table, belongs)):
            line = json.dumps(_plain(row._mapping), ensure_ascii=False, sort_keys=True)
            digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def _rows(table: Table, belongs: ColumnElement[bool]) -> Select[Any]:
    columns = [column for column in table.columns if f"{table.name}.{column.name}" not in LEFT_OUT]
    return select(*columns).where(belongs).order_by(*table.primary_key.columns)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, str):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def conditions(year: int) -> dict[str, ColumnElement[bool]]:
    """Tell for each table which of its rows belong to a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    begins, ends = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    modules = select(Module.id).where(Module.year == year)
    cohorts = select(Cohort.id).where(Cohort.module_id.in_(modules))
    sessions = select(Session.id).where(Session.cohort_id.in_(cohorts))
    enrolments = select(Enrolment.id).where(Enrolment.cohort_id.in_(cohorts))
    people = select(Person.id).where(Person.created_at >= begins, Person.created_at < ends)
    programmes = select(Module.programme_id).where(Module.year == year)
    consultations = select(Consultation.id).where(Consultation.day.between(first, last))
    places = union(
        select(Cohort.place_id).where(Cohort.id.in_(cohorts)),
        select(Event.place_id).where(Event.day.between(first, last)),
    )
    clubs = select(Cohort.club_id).where(Cohort.id.in_(cohorts))
    topics = select(consultation_topics.c.topic_id).where(
        consultation_topics.c.consultation_id.in_(consultations)
    )
    return {
        "account": Account.person_id.in_(people),
        "adult_check": Check.done_on.between(first, last),
        "age_rule": AgeRule.programme_id.in_(programmes),
        "application": Application.cohort_id.in_(cohorts),
        "assignment": Assignment.cohort_id.in_(cohorts),
        "attendance_record": AttendanceRecord.session_id.in_(sessions),
        "certificate": Certificate.module_id.in_(modules),
        "club": Club.id.in_(clubs),
        "cohort": Cohort.module_id.in_(modules),
        "completion": Completion.enrolment_id.in_(enrolments),
        "consent": (Consent.given_at >= begins) & (Consent.given_at < ends),
        "consultation": Consultation.day.between(first, last),
        "consultation_topic": ConsultationTopic.id.in_(topics),
        "consultation_topics": consultation_topics.c.consultation_id.in_(consultations),
        "course": Course.id.in_(select(Cohort.course_id).where(Cohort.id.in_(cohorts))),
        "enrolment": Enrolment.cohort_id.in_(cohorts),
        "entered_figure": EnteredFigure.year.in_([year, year - 1]),
        "event": Event.day.between(first, last),
        "guardianship": Guardianship.since.between(first, last),
        "head_count": HeadCount.session_id.in_(sessions),
        "head_count_change": HeadCountChange.session_id.in_(sessions),
        "mark_change": MarkChange.session_id.in_(sessions),
        "mentor_profile": MentorProfile.since.between(first, last),
        "module": Module.year == year,
        "number_series": NumberSeries.module_id.in_(modules),
        "person": Person.id.in_(people),
        "place": Place.id.in_(places),
        "programme": Programme.id.in_(programmes),
        "project": Project.enrolment_id.in_(enrolments),
        "register": Register.session_id.in_(sessions),
        "role": Role.since.between(first, last),
        "session": Session.cohort_id.in_(cohorts),
        "weekly_pattern": WeeklyPattern.cohort_id.in_(cohorts),
    }
