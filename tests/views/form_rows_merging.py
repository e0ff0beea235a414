"""Forms of records that may be one person."""

from datetime import date

from lms.clock import now
from lms.people.models import Gender, Person
from lms.people.services import NewPerson, add_person
from tests.cast import Cast
from tests.views.form_row import Data, FormRow, newest


def _second_record(cast: Cast) -> None:
    double = NewPerson(
        "Швец",
        "Любомір",
        "Юрійович",
        birth_date=date(1985, 3, 1),
        email="second@example.org",
        phone="0501234567",
        gender=Gender.MALE,
        latin_name="Liubomyr Shvets",
        workplace="Рубіжанська бібліотека",
        position="бібліотекар",
    )
    add_person(double, now=now())


MERGE: Data = {
    "family_name": "gone",
    "given_name": "kept",
    "patronymic": "gone",
    "gender": "gone",
    "birth_date": "kept",
    "phone": "gone",
    "email": "gone",
    "latin_name": "gone",
    "workplace": "kept",
    "position": "gone",
    "agreed": ["address"],
}

MERGING: dict[str, FormRow] = {
    "people.MergeForm": FormRow(
        "lms.people.forms.MergeForm",
        "coordinator",
        lambda c: f"/people/doubles/{c.other_guardian.id}/{newest(Person)}",
        lambda _c: MERGE,
        prepare=_second_record,
    ),
}
