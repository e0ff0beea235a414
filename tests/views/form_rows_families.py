"""Forms of families: inviting, answering, naming, how to be reached, papers and assents."""

from datetime import date

from lms.clock import now, today
from lms.db import db
from lms.families import guardians
from lms.families.models import GuardianInvitation
from lms.people.models import Relation
from lms.people.services import NewPerson
from tests.cast import Cast
from tests.views.form_row import Data, FormRow, newest

TOKENS: dict[str, str] = {}


def _invite(cast: Cast) -> None:
    _row, TOKENS["token"] = guardians.invite(
        cast.guardian, cast.child, Relation.FATHER, now=now(), on=today()
    )


def _answer(cast: Cast) -> None:
    _invite(cast)
    guardians.answer(
        TOKENS["token"], now=now(), on=today(), new=NewPerson("Ґалушко", "Лука", phone="0501234567")
    )


def _grow(cast: Cast) -> None:
    child = db.session.merge(cast.child)
    child.birth_date = date(today().year - 15, 1, 1)
    cast.child.birth_date = child.birth_date


def _reached(prefix: str = "") -> Data:
    return {
        f"{prefix}family_name": "Ґалушко",
        f"{prefix}given_name": "Лука",
        f"{prefix}patronymic": "Юрійович",
        f"{prefix}phone": "050 123 45 67",
        f"{prefix}email": "halushko@example.org",
    }


def _refuse_prefix(_cast: Cast) -> str:
    return f"i{newest(GuardianInvitation)}-"


FAMILIES: dict[str, FormRow] = {
    "families.InviteForm": FormRow(
        form="lms.families.forms.InviteForm",
        person="guardian",
        path=lambda cast: f"/family/{cast.child.id}/adults/invite",
        data=lambda _cast: {"relation": "father"},
        contradictions=lambda _cast: [{"relation": "accompanying"}],
        answer=200,
    ),
    "families.AnswerForm": FormRow(
        form="lms.families.forms.AnswerForm",
        person="",
        path=lambda _cast: f"/invitation/{TOKENS['token']}",
        data=lambda _cast: _reached(),
        contradictions=lambda _cast: [{"phone": "", "email": ""}, {"phone": "12"}],
        prepare=_invite,
    ),
    "families.AccompanyingForm": FormRow(
        form="lms.families.forms.AccompanyingForm",
        person="guardian",
        path=lambda cast: f"/family/{cast.child.id}/adults/accompanying",
        data=lambda _cast: _reached("who-"),
        contradictions=lambda _cast: [{"who-phone": "", "who-email": ""}],
        prefix=lambda _cast: "who-",
        answer=200,
    ),
    "families.ReachForm": FormRow(
        form="lms.families.forms.ReachForm",
        person="guardian",
        path=lambda _cast: "/reach",
        data=lambda _cast: {
            "email": "mother@example.org",
            "phone": "050 123 45 67",
            "contact_rule": "call_only",
        },
        contradictions=lambda _cast: [{"contact_rule": "sometimes"}],
    ),
    "families.InvitationRefuseForm": FormRow(
        form="lms.families.forms.InvitationRefuseForm",
        person="coordinator",
        path=lambda _cast: f"/families/invitations/{newest(GuardianInvitation)}/refuse",
        data=lambda cast: {f"{_refuse_prefix(cast)}why": "no_proof"},
        prepare=_answer,
        prefix=_refuse_prefix,
    ),
    "families.PaperForm": FormRow(
        form="lms.families.forms.PaperForm",
        person="coordinator",
        path=lambda cast: f"/people/{cast.child.id}/consents",
        data=lambda cast: {
            "purposes": "photographs",
            "giver": str(cast.guardian.id),
            "signed_on": "2022-09-01",
        },
        contradictions=lambda cast: [
            {"signed_on": "2999-01-01"},
            {"giver": str(cast.other_guardian.id)},
        ],
    ),
    "families.AssentsForm": FormRow(
        form="lms.families.forms.AssentsForm",
        person="mentor",
        path=lambda cast: f"/cohorts/{cast.cohort.id}/consents",
        data=lambda cast: {
            "people": str(cast.child.id),
            "way": "noted",
            "said_on": "2022-09-12",
        },
        contradictions=lambda cast: [
            {"said_on": "2999-01-01"},
            {"people": str(cast.learner.id)},
            {"way": "online"},
        ],
        prepare=_grow,
    ),
}
