"""The coordinator's desk: applications decided one after the other, by keyboard where one likes."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.db import db
from lms.enrolment.decision_forms import AcceptForm
from lms.enrolment.decisions import accept, put_on_list, refuse, undo_decision
from lms.enrolment.forms import RefuseForm
from lms.enrolment.handing import hand_on
from lms.enrolment.models import Application, ApplicationState
from lms.enrolment.queue import (
    desk_programmes,
    desk_rows,
    recent_decisions,
    waiting_applications,
)
from lms.enrolment.refusals import DecidedAlready
from lms.enrolment.rules import Refusal
from lms.enrolment.seats import seats_of
from lms.enrolment.sentences import REFUSAL_LABELS, STATE_LABELS, say_refusal
from lms.enrolment.views import bp

LARGEST = 2**31
FILTERS = ("list", "programme")


@bp.get("/applications")
@access.roles(RoleName.COORDINATOR)
def applications() -> ResponseReturnValue:
    """List what waits, the oldest first, and what was decided within a day."""
    return _desk()


def _programme() -> int | None:
    number = request.args.get("programme", type=int)
    return number if number is not None and 0 < number < LARGEST else None


def _here() -> dict[str, Any]:
    """Answer which list is looked at, to come back to it."""
    return {name: request.args[name][:20] for name in FILTERS if request.args.get(name)}


def _desk(
    refused: tuple[int, RefuseForm] | None = None,
    notice: str = "",
    accepting: tuple[int, AcceptForm] | None = None,
) -> str:
    is_listed = request.args.get("list") == "waiting"
    waiting = waiting_applications(programme_id=_programme(), is_listed=is_listed)
    refusing = {one.id: RefuseForm(formdata=None, prefix=f"a{one.id}-") for one in waiting}
    words = {one.id: AcceptForm(formdata=None, prefix=f"a{one.id}-") for one in waiting}
    if refused is not None:
        refusing[refused[0]] = refused[1]
    if accepting is not None:
        words[accepting[0]] = accepting[1]
    return render_template(
        "enrolment/applications.html",
        rows=desk_rows(waiting, now=now(), on=today()),
        refusing=refusing,
        words=words,
        notice=notice,
        is_listed=is_listed,
        programmes=desk_programmes(),
        programme=_programme(),
        here=_here(),
        decided=recent_decisions(now=now()),
        refusals={str(key): label for key, label in REFUSAL_LABELS.items()},
        labels=STATE_LABELS,
        opened=refused[0] if refused else None,
        asked=accepting[0] if accepting else None,
    )


@bp.post("/applications/<int:application_id>/accept")
@access.roles(RoleName.COORDINATOR)
def accept_application(application_id: int) -> ResponseReturnValue:
    """Give a waiting application its place, with a reason where the age speaks against it."""
    application = _application(application_id)
    form = AcceptForm(prefix=f"a{application_id}-")
    if not form.validate():
        return _invalid(form.age_reason.errors, lambda: _desk(accepting=(application_id, form)))

    def act() -> list[Application]:
        accept(
            application,
            by_id=current_user.person_id,
            now=now(),
            on=today(),
            age_reason=form.age_reason.data or "",
        )
        moment = application.decided_at
        return [
            one
            for one in _of_one_form(application)
            if one.decided_at == moment and one.state is ApplicationState.ACCEPTED
        ]

    return _decide(application, act, _("Accepted. The family sees it on its page."), form)


@bp.post("/applications/<int:application_id>/wait")
@access.roles(RoleName.COORDINATOR)
def list_application(application_id: int) -> ResponseReturnValue:
    """Put an application on the waiting list."""
    application = _application(application_id)

    def act() -> list[Application]:
        put_on_list(application, by_id=current_user.person_id, now=now())
        return [application]

    return _decide(application, act, _("On the waiting list, in its place by time."))


@bp.post("/applications/<int:application_id>/refuse")
@access.roles(RoleName.COORDINATOR)
def refuse_application(application_id: int) -> ResponseReturnValue:
    """Refuse a waiting application with a reason that the family reads."""
    application = _application(application_id)
    form = RefuseForm(prefix=f"a{application_id}-")
    if not form.validate():
        return _invalid(form.why.errors, lambda: _desk((application_id, form)))

    def act() -> list[Application]:
        refuse(application, why=Refusal(form.why.data), by_id=current_user.person_id, now=now())
        return [application]

    return _decide(application, act, _("Refused. The family sees the reason on its page."))


@bp.post("/applications/<int:application_id>/undo")
@access.roles(RoleName.COORDINATOR)
def undo_application(application_id: int) -> ResponseReturnValue:
    """Let an application wait again."""
    application = _application(application_id)

    def act() -> list[Application]:
        return undo_decision(application, now=now(), on=today())

    return _decide(application, act, _("Taken back. The application waits again."))


def _decide(
    application: Application,
    act: Callable[[], list[Application]],
    words: str,
    form: AcceptForm | None = None,
) -> ResponseReturnValue:
    try:
        done = act()
    except LMSError as refusal:
        return _refused(application, refusal, form)
    ids, groups = [one.id for one in done], {one.cohort_id for one in done}
    db.session.commit()
    hand_on(groups, now=now())
    if len(ids) > 1:
        words = ngettext(
            "%(words)s One more child of the family with it.",
            "%(words)s %(num)d more children of the family with it.",
            len(ids) - 1,
            words=words,
        )
    if _is_script():
        return jsonify(text=words, ids=ids, seats=_seats(groups))
    flash(words, "success")
    return redirect(url_for("enrolment.applications", **_here()), code=303)


def _of_one_form(application: Application) -> list[Application]:
    return db.session.query(Application).filter_by(form_key=application.form_key).all()


def _seats(cohort_ids: Iterable[int]) -> dict[str, dict[str, Any]]:
    found = seats_of(list(cohort_ids), on=today())
    db.session.rollback()
    return {
        str(cohort_id): {
            "text": _(
                "%(taken)d of %(capacity)d places taken", taken=each.taken, capacity=each.capacity
            ),
            "full": each.is_full,
        }
        for cohort_id, each in found.items()
    }


def _is_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _invalid(errors: Iterable[str], page: Callable[[], str]) -> ResponseReturnValue:
    if _is_script():
        return jsonify(errors=[str(one) for one in errors], ids=[]), 422
    return page(), 422


def _refused(
    application: Application, refusal: LMSError, form: AcceptForm | None
) -> ResponseReturnValue:
    number, words = application.id, say_refusal(refusal)
    db.session.rollback()
    if _is_script():
        # Whatever somebody else has decided is taken from the list, and said.
        gone = [number] if isinstance(refusal, DecidedAlready) else []
        return jsonify(errors=[words], ids=gone), 422
    return _desk(notice=words, accepting=(number, form) if form is not None else None), 422


def _application(application_id: int) -> Application:
    application = db.session.get(Application, application_id)
    if application is None:
        abort(404)
    return application
