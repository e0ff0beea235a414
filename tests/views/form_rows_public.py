"""Forms that a stranger meets at the door of a training and after asking for a link."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from lms.clock import now, today
from lms.courses.models import AgeRule, Session
from lms.db import db
from lms.enrolment.models import Door
from tests.cast import Cast
from tests.views.form_row import FormRow

WORD = "калина"
CODE = "abc234"


def _open_door(cast: Cast) -> None:
    """Open the door of the training's first session, wherever its day lies."""
    db.session.add(
        AgeRule(
            programme_id=cast.training_programme.id, from_age=14, to_age=99, since=date(2022, 1, 1)
        )
    )
    moment: datetime = now()
    session = db.session.scalars(
        select(Session).where(Session.cohort_id == cast.training_cohort.id).order_by(Session.id)
    ).first()
    assert session is not None
    cast.training_cohort.module.ends_on = today() + timedelta(days=1)
    db.session.add(
        Door(
            session_id=session.id,
            code=CODE,
            word=WORD,
            opened_by_id=cast.leader.id,
            opened_at=moment,
            closes_at=moment + timedelta(minutes=30),
        )
    )


PUBLIC: dict[str, FormRow] = {
    "enrolment.DoorForm": FormRow(
        "lms.enrolment.forms.DoorForm",
        "",
        lambda _c: f"/d/{CODE}",
        lambda _c: {
            "form_key": str(uuid4()),
            "agrees": "y",
            "word": WORD,
            "family_name": "Ґалушко",
            "given_name": "Їванна",
            "patronymic": "Юріївна",
            "birth_date": "1985-05-01",
            "workplace": "Бібліотека",
            "position": "методист",
            "email": "halushko@example.org",
        },
        contradictions=lambda _c: [{"word": "не те"}, {"birth_date": "2020-01-01"}],
        prepare=_open_door,
        hidden=frozenset({"form_key"}),
    ),
    "people.CodeForm": FormRow(
        "lms.people.forms.CodeForm",
        "",
        lambda _c: "/sign-in/sent",
        lambda _c: {"code": "123456"},
        answer=422,
    ),
}
