"""Forms of registers, completion, certificates and mentors."""

from lms.attendance.register import find_register
from lms.attendance.services import finish
from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.certificates.services import issue
from lms.db import db
from lms.mentors.models import Category
from tests.cast import Cast
from tests.graduation import GRADUATION, finish_club, graduate
from tests.views.form_row import Data, FormRow, newest


def _issue(cast: Cast) -> None:
    issue(graduate(cast)[0].id, award="code_club", by_id=cast.coordinator.id, now=GRADUATION)


def _code() -> str:
    found = db.session.get(Certificate, newest(Certificate))
    assert found is not None
    code = display(found.code)
    db.session.rollback()
    return code


def _heads() -> Data:
    return {"in_person": "7", "online": "2", "first_time": "3", "finish": "1"}


def _lock(session_id: int) -> None:
    """Finish a register long ago: it is locked, so a change needs a reason."""
    found = find_register(session_id, is_writing=True)
    assert found is not None
    finish(found, by_id=None, now=GRADUATION, lock_days=3)


LEARNING: dict[str, FormRow] = {
    "attendance.CountForm": FormRow(
        "lms.attendance.forms.CountForm",
        "leader",
        lambda c: f"/registers/{c.yoga_sessions[0].id}",
        lambda _c: {**_heads(), "reason": "Знайшлася записка"},
        contradictions=lambda _c: [{"first_time": "10"}, {"reason": ""}, {"in_person": "-1"}],
        prepare=lambda c: _lock(c.yoga_sessions[0].id),
    ),
    "attendance.RegisterForm": FormRow(
        "lms.attendance.forms.RegisterForm",
        "mentor",
        lambda c: f"/registers/{c.sessions[0].id}",
        lambda c: {**_heads(), "reason": "Знайшлася записка", f"mark-{c.child.id}": "present"},
        contradictions=lambda c: [
            {"first_time": "10"},
            {"reason": ""},
            {f"mark-{c.child.id}": "somewhere"},
        ],
        prepare=lambda c: _lock(c.sessions[0].id),
    ),
    "attendance.NotHeldForm": FormRow(
        "lms.attendance.forms.NotHeldForm",
        "mentor",
        lambda c: f"/registers/{c.sessions[0].id}/not-held",
        lambda _c: {"reason": "no_power"},
    ),
    "completion.ProjectsForm": FormRow(
        "lms.completion.forms.ProjectsForm",
        "mentor",
        lambda c: f"/completion/cohorts/{c.cohort.id}/projects",
        lambda c: {"shown": str(c.enrolments[c.other_child.id].id)},
        contradictions=lambda c: [
            {"shown": str(c.enrolments[c.learner.id].id)},
            {"was": "2000000000"},
        ],
        prepare=finish_club,
        hidden=frozenset({"was"}),
    ),
    "certificates.CodeForm": FormRow(
        "lms.certificates.forms.CodeForm",
        "",
        lambda _c: "/verify",
        lambda _c: {"code": _code()},
        contradictions=lambda _c: [
            {"code": "ЩУКА"},
            {"code": "7ZQ4H-2M9XK"},
            {"code": "7ZQ4H-2M9XK-0B3TD-W5RN8-0"},
        ],
        prepare=_issue,
    ),
    "certificates.FamilyNameForm": FormRow(
        "lms.certificates.forms.FamilyNameForm",
        "",
        lambda _c: f"/verify/{_code()}",
        lambda _c: {"family_name": "Короп"},
        prepare=_issue,
        answer=200,
    ),
    "certificates.SearchForm": FormRow(
        "lms.certificates.forms.SearchForm",
        "coordinator",
        lambda _c: "/certificates",
        lambda _c: {"text": "2022/1", "year": "2022", "module": "0", "page": "1"},
        prepare=_issue,
        method="get",
        answer=200,
        hidden=frozenset({"page"}),
    ),
    "certificates.IssueForm": FormRow(
        "lms.certificates.forms.IssueForm",
        "coordinator",
        lambda c: f"/certificates/cohorts/{c.cohort.id}/issue",
        lambda _c: {"award": "code_club"},
        contradictions=lambda _c: [
            {"award": "training"},
            {"award": ""},
            {"award": "\0"},
            {"award": "я" * 10_001},
        ],
        prepare=graduate,
    ),
    "certificates.RevokeForm": FormRow(
        "lms.certificates.forms.RevokeForm",
        "coordinator",
        lambda _c: f"/certificates/{newest(Certificate)}/revoke",
        lambda _c: {"reason": "other", "words": "Помилка в назві курсу"},
        contradictions=lambda c: [
            {"words": ""},
            {"reason": "wrong_name"},
            {"words": f"Це не {c.child.family_name}"},
        ],
        prepare=_issue,
    ),
    "mentors.MentorForm": FormRow(
        "lms.mentors.forms.MentorForm",
        "coordinator",
        lambda c: f"/mentors/{c.mentor.id}/category",
        lambda _c: {"category": str(next(iter(Category))), "skills": "Scratch, Python"},
    ),
    "people.CheckForm/mentor": FormRow(
        "lms.people.forms.CheckForm",
        "coordinator",
        lambda c: f"/mentors/{c.mentor.id}/checks",
        lambda _c: {"kind": "training", "done_on": "2022-08-01", "expires_on": "2024-08-01"},
        contradictions=lambda _c: [{"expires_on": "2022-07-31"}],
    ),
}
