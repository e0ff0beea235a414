"""What importing a journal calls its words, and the sentences of its reasons."""

# ruff: noqa: E501  (a sentence stands whole)

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.imports.grid_plan import CellState, DayState
from lms.imports.sentences import words
from lms.imports.signs import SignMeaning

SIGN_LABELS: Mapping[SignMeaning, Any] = {
    SignMeaning.PRESENT: _l("here"),
    SignMeaning.LATE: _l("late"),
    SignMeaning.ABSENT: _l("absent"),
    SignMeaning.EXCUSED: _l("good reason"),
    SignMeaning.NOTHING: _l("says nothing"),
}
CELL_LABELS: Mapping[CellState, Any] = {
    CellState.WRITE: _l("will be written"),
    CellState.SAME: _l("stands already"),
    CellState.DIFFERS: _l("differs from the register"),
    CellState.KEPT: _l("stays as in the register"),
    CellState.OUTSIDE: _l("not in the group on that day"),
    CellState.UNKNOWN: _l("unknown sign"),
    CellState.WAITS: _l("waits for a decision"),
    CellState.LEFT: _l("left out"),
}
DAY_LABELS: Mapping[str, Any] = {
    str(DayState.MAKE): _l("Make a session on this day"),
    str(DayState.RESTORE): _l("The session was held: take the cancellation back"),
}

GRID_SENTENCES: Mapping[str, Sentence] = {
    "grid_no_dates": words(
        _l(
            "No row with the dates of sessions was found. The dates stand in one row across, the names below one another, and the dates belong to the module of this group."
        )
    ),
    "grid_no_rows": words(_l("There are dates in this table, but no marks under them.")),
    "grid_too_large": words(
        _l("This table is larger than a journal: at most %(days)s dates and %(people)s rows.")
    ),
    "grid_no_group": words(_l("The group of this journal is no longer there.")),
    "grid_reason_needed": words(
        _l(
            "Some of these registers are locked. Write why they are changed; the reason is kept with each change."
        )
    ),
    "grid_day_ahead": words(_l("This day has not come yet.")),
    "grid_day_no_session": words(_l("The group has no session on this day.")),
    "grid_day_several": words(_l("The group meets several times on this day. Which is it?")),
    "grid_day_cancelled": words(
        _l("The session of this day stands as cancelled, but there are marks.")
    ),
    "grid_day_moved": words(
        _l("The session of this day was moved: enter the marks on the day it was held.")
    ),
    "grid_day_twice": words(_l("Another column stands for the same session.")),
    "grid_day_outside": words(
        _l("The group has no session on this day, and it lies outside the module.")
    ),
    "grid_day_no_time": words(
        _l("The group has no timetable yet: plan one session first, so that its hour is known.")
    ),
    "grid_name_several": words(_l("Several may be meant, or the name is written differently.")),
    "grid_name_unknown": words(_l("Nobody of the group has this name.")),
    "grid_name_twice": words(_l("Two rows stand for the same person.")),
    "grid_sign_unknown": words(
        _l(
            "After “=” in “%(text)s” one of the meanings must stand that the help of the command names."
        )
    ),
}
