"""Forms of applying, deciding and leaving."""

from datetime import UTC, date, datetime
from uuid import uuid4

from lms.courses.models import AgeRule, Module
from lms.db import db
from lms.enrolment.models import Application
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.people.models import Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast
from tests.views.form_row import Data, FormRow, newest

FAR = date(2040, 1, 1)
FORM_KEY = str(uuid4())
KNOWN = frozenset({"form_key", "website", "email_kept", "email_taken"})
NAMES = frozenset({"family_name", "given_name", "patronymic", "workplace", "position"})
CHOICES = frozenset({"photographs", "publishing", "messages", "recording"})


def _open(cast: Cast) -> None:
    """Let the groups of 2022 take applications whenever this test is run."""
    for module in db.session.query(Module):
        module.enrolment_closes_on = module.ends_on = FAR


def _open_for_the_young(cast: Cast) -> None:
    """Ask the age of whoever applies for the training."""
    _open(cast)
    db.session.add(
        AgeRule(
            programme_id=cast.training_programme.id, from_age=14, to_age=35, since=date(2022, 1, 1)
        )
    )


def _apply(cast: Cast) -> None:
    _open(cast)
    cast.club_programme.accepts_at_once = False
    moment = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
    apply_family(
        Who(new=NewPerson("Юр’єва", "Ганна", phone="0501234567")),
        Relation.MOTHER,
        [Child(NewPerson("Юр’єв", "Устим", birth_date=date(2012, 5, 1)), (cast.cohort.id,))],
        terms=Terms(str(uuid4()), frozenset({Purpose.TAKING_PART})),
        now=moment,
        on=moment.date(),
    )


def _person() -> Data:
    return {
        "form_key": FORM_KEY,
        "agrees": "y",
        "family_name": "Ґалушко",
        "given_name": "Їванна",
        "patronymic": "Юріївна",
        "email": "halushko@example.org",
        "phone": "050 123 45 67",
        "contact_rule": "usual",
    }


def _family(cast: Cast) -> Data:
    return {
        **_person(),
        "relation": "mother",
        "children-0-family_name": "Ґалушко",
        "children-0-given_name": "Лука",
        "children-0-patronymic": "Юрійович",
        "children-0-birth_date": "2012-05-01",
        "children-0-cohorts": str(cast.cohort.id),
        "children-1-family_name": "Ґалушко",
        "children-1-given_name": "Єва",
        "children-1-patronymic": "Юріївна",
        "children-1-birth_date": "2010-01-09",
        "children-1-cohorts": str(cast.cohort.id),
    }


UNREACHABLE = (
    {"email": "", "phone": ""},
    {"contact_rule": "call_only", "phone": ""},
    {"website": "https://spam.example"},
    {"form_key": "not a key"},
    {"email": "halushko@gmial.com"},
)

ENROLMENT: dict[str, FormRow] = {
    "enrolment.FamilyForm": FormRow(
        "lms.enrolment.forms.FamilyForm",
        "",
        lambda _c: "/enrol/family",
        _family,
        contradictions=lambda _c: [
            *UNREACHABLE,
            {"children-0-birth_date": "2021-05-01"},
            {"children-1-birth_date": "1999-05-01"},
            {"children-0-birth_date": "1802-05-01"},
            {"children-0-birth_date": "2999-05-01"},
            {"children-0-cohorts": "2000000000"},
            {"children-0-cohorts": ""},
            {"children-0-given_name": "123"},
            {"phone": "телефон"},
        ],
        prepare=_open,
        hidden=KNOWN | {"way"},
        not_echoed=frozenset({"agrees"}),
    ),
    "enrolment.FamilyForm/noted": FormRow(
        "lms.enrolment.forms.FamilyForm",
        "coordinator",
        lambda _c: "/enrol/family?noted=1",
        lambda c: {**_family(c), "way": "paper"},
        contradictions=lambda _c: [{"contact_rule": "call_only", "phone": ""}],
        prepare=_open,
        hidden=KNOWN,
        not_echoed=frozenset({"agrees"}),
    ),
    "enrolment.AdultForm": FormRow(
        "lms.enrolment.forms.AdultForm",
        "",
        lambda c: f"/enrol/adult?cohort={c.training_cohort.id}",
        lambda _c: {
            **_person(),
            "birth_date": "2000-05-01",
            "workplace": "Бібліотека",
            "position": "методист",
        },
        contradictions=lambda _c: [*UNREACHABLE, {"birth_date": "1950-01-01"}],
        prepare=_open_for_the_young,
        hidden=KNOWN | {"way", "called", "knows_limits"},
    ),
    "enrolment.AdultForm/sensitive": FormRow(
        "lms.enrolment.forms.AdultForm",
        "",
        lambda c: f"/enrol/adult?cohort={c.yoga_cohort.id}",
        lambda _c: {
            "form_key": FORM_KEY,
            "agrees": "y",
            "knows_limits": "y",
            "called": "Їжак",
            "phone": "050 123 45 67",
            "email": "",
            "contact_rule": "call_only",
        },
        contradictions=lambda _c: UNREACHABLE,
        prepare=_open,
        hidden=KNOWN | NAMES | CHOICES | {"way", "birth_date"},
    ),
    "enrolment.AdultForm/noted": FormRow(
        "lms.enrolment.forms.AdultForm",
        "coordinator",
        lambda c: f"/enrol/adult?noted=1&cohort={c.training_cohort.id}",
        lambda _c: {**_person(), "way": "noted"},
        prepare=_open,
        hidden=KNOWN | {"birth_date", "called", "knows_limits"},
    ),
    "enrolment.RefuseForm": FormRow(
        "lms.enrolment.forms.RefuseForm",
        "coordinator",
        lambda _c: f"/applications/{newest(Application)}/refuse",
        lambda _c: {f"a{newest(Application)}-why": "age"},
        prepare=_apply,
        prefix=lambda _c: f"a{newest(Application)}",
    ),
    "enrolment.EndForm": FormRow(
        "lms.enrolment.forms.EndForm",
        "coordinator",
        lambda c: f"/enrolments/{c.enrolments[c.child.id].id}/end",
        lambda c: {f"e{c.enrolments[c.child.id].id}-last_day": "2022-10-31"},
        contradictions=lambda c: [{f"e{c.enrolments[c.child.id].id}-last_day": "2022-08-31"}],
        prefix=lambda c: f"e{c.enrolments[c.child.id].id}",
    ),
}
