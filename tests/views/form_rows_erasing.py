"""Forms of what is known about a family: correct, erase, answer."""

from datetime import UTC, datetime

from lms.db import db
from lms.families.models import DataRequest
from lms.families.requests import ask_erasure
from lms.people.models import Person
from tests.cast import Cast
from tests.views.form_row import FormRow, newest


def _ask(cast: Cast) -> None:
    child = db.session.get_one(Person, cast.child.id)
    moment = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
    ask_erasure(child, asked_by_id=cast.guardian.id, with_guardian=False, now=moment)


ERASING: dict[str, FormRow] = {
    "families.CorrectionForm": FormRow(
        "lms.families.known_forms.CorrectionForm",
        "guardian",
        lambda c: f"/family/{c.child.id}/known/correct",
        lambda _c: {
            "family_name": "Знам’янська",
            "given_name": "Саломія",
            "patronymic": "Андріївна",
            "birth_date": "2012-03-15",
        },
        contradictions=lambda _c: [{"birth_date": "1812-03-14"}],
    ),
    "families.ErasureForm": FormRow(
        "lms.families.known_forms.ErasureForm",
        "other_guardian",
        lambda c: f"/family/{c.other_child.id}/known/erase",
        lambda _c: {"understands": "y", "with_guardian": "y"},
    ),
    "families.AnswerForm": FormRow(
        "lms.families.known_forms.AnswerForm",
        "coordinator",
        lambda _c: f"/requests/{newest(DataRequest)}/answer",
        lambda _c: {"words": "Спершу зателефонуйте нам."},
        prepare=_ask,
    ),
}
