"""What the attendance slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, has_request_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from lms.attendance import cli, family_letters, family_views, views
from lms.attendance.access import TEACHING, may_register
from lms.attendance.announcing import announced_for, count_open
from lms.attendance.closing import close_due
from lms.attendance.family_letters import write_reminders, write_to_missed
from lms.attendance.known import known_of
from lms.attendance.links import Purpose, path_for
from lms.attendance.merging import MERGERS
from lms.attendance.progress import progress_of
from lms.attendance.sentences import SENTENCES
from lms.attendance.today import SessionLine, count_waiting, next_session_id, sessions_of
from lms.clock import now, today
from lms.contracts import (
    Card,
    Eraser,
    KnownPart,
    LetterKind,
    MenuItem,
    Merger,
    Panel,
    RoleName,
    Sentence,
    Setting,
)
from lms.courses.kind import Participation, kind_of
from lms.courses.sentences import STATE_LABELS
from lms.hookspecs import hook
from lms.i18n import say_clock, say_day
from lms.people.models import Person
from lms.settings import flag, positive

cli.bind(views.bp)


@hook
def register_blueprints() -> list[Blueprint]:
    """Give «Today», the registers and ``lms registers close``."""
    return [views.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell the marks of a person."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Erase why a mark was changed late: those words may name the learner."""
    return [Eraser("mark_change", clear={"reason": ""})]


@hook
def register_settings() -> list[Setting]:
    """Give the days until a register is locked."""
    return [
        Setting("LMS_REGISTER_LOCK_DAYS", "3", "Days after which a register is locked.", positive),
        Setting(
            "LMS_ABSENCE_LETTERS",
            "1",
            "1 writes to the family of whoever was missed, where it agreed to messages.",
            flag,
        ),
    ]


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the reminder and the letter to whoever was missed."""
    return family_letters.KINDS


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of registers."""
    return SENTENCES


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of marks when two records become one."""
    return MERGERS


@hook
def chores_due(now: datetime) -> None:
    """Remind of tomorrow, finish and lock registers, and write to whoever was missed."""
    close_due(now=now, lock_days=int(current_app.config["LMS_REGISTER_LOCK_DAYS"]))
    write_reminders(now=now)
    if current_app.config["LMS_ABSENCE_LETTERS"]:
        write_to_missed(now=now)


@hook
def home_endpoint(role: RoleName) -> str | None:
    """Make «Today» the home of whoever teaches."""
    return "attendance.today_page" if role in TEACHING else None


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give «Today» to whoever teaches, the registers to the coordinator."""
    items = []
    if person.has(*TEACHING):
        items.append(MenuItem(_l("Today"), "attendance.today_page", weight=10))
    if person.has(RoleName.COORDINATOR):
        items.append(MenuItem(_l("Registers"), "attendance.waiting", weight=30))
    return items


@hook
def home_cards(person: Any) -> list[Card]:
    """Tell the coordinator how many registers wait."""
    if not person.has(RoleName.COORDINATOR):
        return []
    cards = _words_card()
    waiting = count_waiting(now=now(), on=today())
    if not waiting:
        return cards
    return [
        *cards,
        Card(
            _("Registers that wait"),
            text=_("Past sessions in which nobody was marked yet."),
            figure=str(waiting),
            endpoint="attendance.waiting",
            tone="warn",
            weight=20,
        ),
    ]


def _words_card() -> list[Card]:
    number, session_id = count_open(now=now())
    if session_id is None:
        return []
    return [
        Card(
            _("Families told why"),
            text=_("The register was locked already. Open it and decide about the mark."),
            figure=str(number),
            endpoint="attendance.register",
            values={"session_id": session_id},
            tone="warn",
            weight=22,
        )
    ]


@hook
def enrolment_panels(enrolment: Any) -> list[Panel]:
    """Ask whether somebody comes next time, and tell how many sessions were attended so far."""
    return [*_coming(enrolment), *_attended(enrolment)]


def _coming(enrolment: Any) -> list[Panel]:
    """Lead to «we will not come» for the next session, on a family's own page."""
    if not has_request_context() or not current_user.is_authenticated:
        return []
    if kind_of(enrolment.cohort.course.programme.kind).is_sensitive:
        return []
    session_id = next_session_id(enrolment, now=now())
    if session_id is None:
        return []
    person_id = enrolment.person_id
    url = path_for(Purpose.NOT_COMING, session_id, current_user.person_id, person_id)
    if person_id in announced_for(session_id):
        line = _("You told us that nobody comes to the next session.")
        return [
            Panel(_("The next session"), lines=(line,), links=((_("Change this"), url),), weight=5)
        ]
    is_oneself = person_id == current_user.person_id
    label = _("I will not come") if is_oneself else _("We will not come")
    return [Panel(_("Can’t come?"), links=((label, url),), weight=5)]


def _attended(enrolment: Any) -> list[Panel]:
    kind = kind_of(enrolment.cohort.course.programme.kind)
    facts = progress_of([enrolment.id]).get(enrolment.id)
    if facts is None or not facts.held or kind.is_sensitive:
        return []
    if kind.participation is Participation.DROP_IN and not facts.attended:
        # Where people are counted by head, no mark says nothing about anybody.
        return []
    line = ngettext(
        "%(attended)d of %(num)d session",
        "%(attended)d of %(num)d sessions",
        facts.held,
        attended=facts.attended + facts.made_up,
    )
    return [Panel(_("Attendance so far"), lines=(line,), weight=20)]


@hook
def cohort_panels(cohort: Any, person: Any) -> list[Panel]:
    """List a group's sessions with their state and, for who may, the way to each register."""
    lines = sessions_of(cohort.id)
    if not lines:
        return []
    words = [(_words(line), line.session_id) for line in lines]
    if may_register(person, cohort.id, on=today()):
        links = tuple(
            (text, url_for("attendance.register", session_id=number)) for text, number in words
        )
        return [Panel(_("Registers"), links=links, weight=30)]
    return [Panel(_("Sessions"), lines=tuple(text for text, _number in words), weight=30)]


def _words(line: SessionLine) -> str:
    state = _("finished") if line.is_finished else str(STATE_LABELS[line.state])
    return f"{say_day(line.day)}, {say_clock(line.starts_at, line.zone)} · {state}"


__all__ = ["family_views"]
