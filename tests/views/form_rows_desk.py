"""Forms of the desk and of a group's participants: accepting, moving, pausing."""

from datetime import date

from lms.clock import today
from lms.courses.models import AgeRule, Cohort, Module
from lms.db import db
from lms.enrolment.models import Application
from tests.cast import Cast
from tests.views.form_row import FormRow, newest
from tests.views.form_rows_enrolment import FAR, _apply
from tests.waiting_room import second_group


def _apply_too_young(cast: Cast) -> None:
    """Let somebody apply whose age no longer fits."""
    _apply(cast)
    db.session.query(AgeRule).update({"from_age": 14})


def _open_second(cast: Cast) -> None:
    for module in db.session.query(Module):
        module.ends_on = FAR
    second_group(cast)


def _field(cast: Cast, letter: str, name: str) -> str:
    return f"{letter}{cast.enrolments[cast.child.id].id}-{name}"


DESK: dict[str, FormRow] = {
    "enrolment.AcceptForm": FormRow(
        "lms.enrolment.decision_forms.AcceptForm",
        "coordinator",
        lambda _c: f"/applications/{newest(Application)}/accept",
        lambda _c: {f"a{newest(Application)}-age_reason": "вчиться разом із сестрою"},
        contradictions=lambda _c: [{f"a{newest(Application)}-age_reason": ""}],
        prepare=_apply_too_young,
        prefix=lambda _c: f"a{newest(Application)}",
    ),
    "enrolment.MoveForm": FormRow(
        "lms.enrolment.decision_forms.MoveForm",
        "coordinator",
        lambda c: f"/enrolments/{c.enrolments[c.child.id].id}/move",
        lambda c: {
            _field(c, "m", "to"): str(newest(Cohort)),
            _field(c, "m", "day"): today().isoformat(),
            _field(c, "m", "age_reason"): "",
        },
        contradictions=lambda c: [
            {_field(c, "m", "day"): "2022-08-31"},
            {_field(c, "m", "day"): "2222-08-31"},
            {_field(c, "m", "to"): str(c.yoga_cohort.id)},
            {_field(c, "m", "to"): "2000000000"},
        ],
        prepare=_open_second,
        prefix=lambda c: f"m{c.enrolments[c.child.id].id}",
    ),
    "enrolment.PauseForm": FormRow(
        "lms.enrolment.decision_forms.PauseForm",
        "coordinator",
        lambda c: f"/enrolments/{c.enrolments[c.child.id].id}/pause",
        lambda c: {
            _field(c, "p", "first_day"): today().isoformat(),
            _field(c, "p", "last_day"): today().isoformat(),
        },
        contradictions=lambda c: [
            {_field(c, "p", "last_day"): "2022-08-31"},
            {_field(c, "p", "last_day"): date(2035, 1, 1).isoformat()},
            {_field(c, "p", "first_day"): "1922-08-31"},
        ],
        prefix=lambda c: f"p{c.enrolments[c.child.id].id}",
    ),
}
