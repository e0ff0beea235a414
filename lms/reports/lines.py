"""Which lines of the form are counted from sessions, of which programmes, by which measure.

A library with other programmes changes this table, or gives lines of its own by the hook
``register_indicators``; the measures serve any programme.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.reports.measures import Measure
from lms.reports.tally import Selector


@dataclass(frozen=True)
class Line:
    """A counted line: its measure, the groups that it takes, and its rule in words.

    ``also`` is the key of another slice's indicator that is added to it.
    """

    key: str
    measure: Measure
    selector: Selector
    rule: Any
    also: str | None = None


HELD_ONLY = _l("Only sessions that were held count; cancelled and moved ones stand beside.")
PERSONS_ONCE = _l(
    "Distinct persons with at least one mark “present” or “late” in the year; each counts once, "
    "in however many groups."
)

CODE_CLUB = Selector(kind="code_club")
IT_SCHOOL = Selector(kind="it_school")
YOGA = Selector(kind="yoga_therapy")
TRAININGS = Selector(kind="training")
LEADERS_SCHOOL = Selector(programme="leaders_school")
CYBER = Selector(programme="cyber")
BRAINPARK = Selector(programme="brainpark")
PR_TRAINING = Selector(programme="pr_training")

_TABLE = (
    Line(
        "events_held",
        Measure.SESSIONS,
        Selector(),
        _l(
            "Held sessions of all programmes and other events; a hybrid session is one event, "
            "a consultation is none."
        ),
        also="other_events",
    ),
    Line(
        "event_attendance",
        Measure.ATTENDANCE,
        Selector(),
        _l(
            "Pairs of person and session marked “present” or “late”, anonymous head-counts of "
            "held sessions, and head-counts of other events."
        ),
        also="other_event_attendance",
    ),
    Line("yoga_sessions", Measure.SESSIONS, YOGA, HELD_ONLY),
    Line("yoga_groups", Measure.COHORTS, YOGA, _l("Groups with at least one held session.")),
    Line(
        "code_club_modules",
        Measure.MODULES,
        CODE_CLUB,
        _l("Dated runs of the programme with at least one held session, not courses."),
    ),
    Line("code_club_learners", Measure.PERSONS, CODE_CLUB, PERSONS_ONCE),
    Line("it_school_sessions", Measure.SESSIONS, IT_SCHOOL, HELD_ONLY),
    Line("it_school_learners", Measure.PERSONS, IT_SCHOOL, PERSONS_ONCE),
    Line(
        "librarian_training_attendance",
        Measure.ATTENDANCE,
        TRAININGS,
        _l(
            "Pairs of person and session of all trainings, marked “present” or “late”: somebody "
            "who came to three sessions counts three times."
        ),
    ),
    Line("leaders_school_meetings", Measure.SESSIONS, LEADERS_SCHOOL, HELD_ONLY),
    Line("cyber_trainings", Measure.SESSIONS, CYBER, HELD_ONLY),
    Line(
        "brainpark_complexes",
        Measure.MODULES,
        BRAINPARK,
        _l("Complexes with at least one held session; their sessions are the next indicator."),
    ),
    Line("brainpark_sessions", Measure.SESSIONS, BRAINPARK, HELD_ONLY),
    Line("pr_training_participants", Measure.PERSONS, PR_TRAINING, PERSONS_ONCE),
)

LINES: Mapping[str, Line] = {line.key: line for line in _TABLE}

ENTERED_RULE = _l("Not learning, so not counted here: entered by hand, with its source.")
ENTERED = ("users_served", "users_registered", "staff_certificates_earned")
