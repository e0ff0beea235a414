"""Forms of the next module and of going on in it."""

from datetime import UTC, date, datetime

from lms.courses.copying import Going, Span, copy_module
from lms.db import db
from lms.enrolment.models import Continuation
from lms.people.rules import Purpose
from lms.people.services import withdraw_consent
from tests.cast import Cast
from tests.views.form_row import Data, FormRow, newest

MOMENT = datetime(2022, 12, 21, 9, 0, tzinfo=UTC)


def ask_the_last(cast: Cast) -> None:
    """Ask the club's learners into a module that has not ended whenever this test is run."""
    copied = copy_module(
        cast.module,
        Span("Далі", date(2023, 1, 9), date(2040, 1, 9), date(2023, 1, 2)),
        [Going(cast.cohort.id, cast.course.id)],
        by_id=None,
        on=MOMENT.date(),
    )
    db.session.add_all(
        [Continuation(person_id=cast.child.id, cohort_id=copied.cohorts[0].id, asked_at=MOMENT)]
    )
    db.session.flush()
    withdraw_consent(cast.child.id, Purpose.TAKING_PART, now=MOMENT)


def _module(cast: Cast) -> Data:
    return {
        "name": "Зима 2023",
        "name_en": "Winter 2023",
        "starts_on": "2023-01-09",
        "ends_on": "2023-03-20",
        "enrolment_opens_on": "2023-01-02",
        "enrolment_closes_on": "2023-02-01",
        "going-0-cohort_id": str(cast.cohort.id),
        "going-0-course_id": str(cast.course.id),
    }


NEXT: dict[str, FormRow] = {
    "enrolment.NextModuleForm": FormRow(
        "lms.enrolment.next_forms.NextModuleForm",
        "coordinator",
        lambda c: f"/modules/{c.module.id}/next",
        _module,
        contradictions=lambda c: [
            {"ends_on": "2023-01-08"},
            {"enrolment_opens_on": ""},
            {"enrolment_closes_on": "2023-01-01"},
            {"going-0-course_id": "0"},
            {"going-0-cohort_id": str(c.training_cohort.id)},
            {"going-1-cohort_id": str(c.cohort.id), "going-1-course_id": str(c.course.id)},
        ],
    ),
    "enrolment.AgreeForm": FormRow(
        "lms.enrolment.next_forms.AgreeForm",
        "guardian",
        lambda _c: f"/go-on/{newest(Continuation)}",
        lambda _c: {"agrees": "y"},
        prepare=ask_the_last,
    ),
}
