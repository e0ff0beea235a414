"""How a line is counted from the tally of a year; the same measures serve any programme."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from lms.courses.models import HELD, SessionState
from lms.reports.rules import overlap_of
from lms.reports.tally import Group, Selector, SessionCount, Tally


class Measure(StrEnum):
    """What a line counts of the groups that it selects."""

    SESSIONS = "sessions"
    ATTENDANCE = "attendance"
    PERSONS = "persons"
    MODULES = "modules"
    COHORTS = "cohorts"


def sessions_of(tally: Tally, selector: Selector) -> list[SessionCount]:
    """Keep the counts of the sessions of the selected groups, in whatever state."""
    return [count for count in tally.sessions if selector.takes(count.group)]


def held_of(tally: Tally, selector: Selector) -> list[SessionCount]:
    """Keep the counts of held sessions; one broken off counts as held."""
    return [count for count in sessions_of(tally, selector) if count.state in HELD]


def number_in(counts: Iterable[SessionCount], *states: SessionState) -> int:
    """Count the sessions in some of the states."""
    return sum(count.number for count in counts if count.state in states)


def count_sessions(tally: Tally, selector: Selector) -> int:
    """Count the sessions held."""
    return sum(count.number for count in held_of(tally, selector))


def count_attendance(tally: Tally, selector: Selector) -> int:
    """Count pairs of person and session, present or late, and anonymous heads."""
    return sum(visits.number for visits in tally.visits if selector.takes(visits.group))


def attenders_of(tally: Tally, selector: Selector) -> list[tuple[Group, int]]:
    """Keep who came at least once to which selected group."""
    return [(group, person) for group, person in tally.attenders if selector.takes(group)]


def count_persons(tally: Tally, selector: Selector) -> int:
    """Count once each person who came at least once; heads without a name are nobody here."""
    return overlap_of((group.id, person) for group, person in attenders_of(tally, selector)).persons


def count_modules(tally: Tally, selector: Selector) -> int:
    """Count the dated runs with at least one held session; a complex is one, not its sessions."""
    return len({count.group.module_id for count in held_of(tally, selector)})


def count_cohorts(tally: Tally, selector: Selector) -> int:
    """Count the groups with at least one held session."""
    return len({count.group.id for count in held_of(tally, selector)})


COUNTS: Mapping[Measure, Callable[[Tally, Selector], int]] = {
    Measure.SESSIONS: count_sessions,
    Measure.ATTENDANCE: count_attendance,
    Measure.PERSONS: count_persons,
    Measure.MODULES: count_modules,
    Measure.COHORTS: count_cohorts,
}


def count(measure: Measure, tally: Tally, selector: Selector) -> int | None:
    """Count a line; ``None`` where the year has no session of the selected groups at all."""
    if not sessions_of(tally, selector):
        return None
    return COUNTS[measure](tally, selector)
