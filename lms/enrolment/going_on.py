"""«Ходимо далі» as a family meets it: a letter, a button on its page, and at most one tick."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select

from lms import access
from lms.clock import now, today
from lms.contracts import LetterKind, LMSError
from lms.db import db
from lms.enrolment.access import may_consent_for
from lms.enrolment.continuing import consents_ended, decline, go_on
from lms.enrolment.models import Continuation
from lms.enrolment.next_forms import AgreeForm
from lms.enrolment.sentences import say_refusal
from lms.enrolment.session_letters import say_course
from lms.enrolment.views import bp
from lms.i18n import say_day
from lms.jobs import wake
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import adults_for, write
from lms.letters.words import hello
from lms.people.models import Person

ASKED = "asked_to_go_on"


@bp.route("/go-on/<int:continuation_id>", methods=["GET", "POST"])
@access.signed_in
def going_on(continuation_id: int) -> ResponseReturnValue:
    """Go on in the next module: one tap, and a tick only where a consent has ended."""
    continuation = _mine(continuation_id)
    ended = consents_ended(continuation, on=today())
    form = AgreeForm()
    form.fit(ended)
    if request.method == "GET":
        return _page(continuation, form)
    if not form.validate():
        return _page(continuation, form), 422
    giver = db.session.get_one(Person, current_user.person_id)
    try:
        answer = go_on(continuation, giver=giver, agreed=frozenset(ended), now=now(), on=today())
    except LMSError as refusal:
        db.session.rollback()
        form.form_errors.append(say_refusal(refusal))
        return _page(_mine(continuation_id), form), 422
    db.session.commit()
    wake()
    if answer.enrolment is not None:
        flash(_("You are in the group. The timetable stands below."), "success")
    else:
        flash(_("The group is full by now. You are in the queue and keep your turn."), "warning")
    return _home(continuation)


def _page(continuation: Continuation, form: AgreeForm) -> str:
    return render_template(
        "enrolment/going_on.html",
        one=continuation,
        form=form,
        is_own=continuation.person_id == current_user.person_id,
    )


@bp.post("/go-on/<int:continuation_id>/decline")
@access.signed_in
def not_going_on(continuation_id: int) -> ResponseReturnValue:
    """Note that somebody does not go on, so that the place is for others."""
    continuation = _mine(continuation_id)
    try:
        decline(continuation, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        db.session.rollback()
        flash(say_refusal(refusal), "error")
        return _home(_mine(continuation_id))
    db.session.commit()
    flash(_("Noted. You may enrol at any time while there are places."), "success")
    return _home(continuation)


def _home(continuation: Continuation) -> ResponseReturnValue:
    is_own = continuation.person_id == current_user.person_id
    return redirect(url_for("families.learning" if is_own else "families.family"), code=303)


def _mine(continuation_id: int) -> Continuation:
    """Answer what I, or a child for whom I may consent, am asked; anything else is absent."""
    found = db.session.scalar(select(Continuation).where(Continuation.id == continuation_id))
    if found is None or not _may_answer(found.person_id):
        abort(404)
    return found


def _may_answer(person_id: int) -> bool:
    me = current_user.person_id
    return bool(person_id == me) or may_consent_for(me, person_id, on=today())


def write_asked(asked: Iterable[Continuation], *, now: datetime, on: date) -> None:
    """Write to the adults of everybody who is asked to go on: one letter for each question."""
    rows = list(asked)
    adults = adults_for([one.person for one in rows], on=on)
    for one in rows:
        legal = [
            person
            for person in adults[one.person_id]
            if person.id == one.person_id or may_consent_for(person.id, one.person_id, on=on)
        ]
        write(legal, Draft(ASKED, f"continuation-{one.id}", partial(_words, one)), now=now)


def _words(one: Continuation) -> Text:
    module = one.cohort.module
    return _say_asked(say_day(module.starts_on), say_course(one.cohort))


def _say_asked(day: str, course: str) -> Text:
    words = _("The group goes on from %(day)s.", day=day)
    return Text(
        _("A new module begins: shall we go on?"),
        (
            hello(),
            f"{words}\n«{course}»" if course else words,
            _(
                "You are asked before everybody else. One tap on your page is enough: "
                "no form is filled in again."
            ),
            Link(_("Go on"), signs_in=True),
            _("If you do not go on, say so there too: the place will gladden somebody else."),
        ),
    )


def _example() -> Text:
    return _say_asked(say_day(date(2026, 9, 7)), "Python")


KINDS = (
    LetterKind(
        ASKED,
        _l("Shall we go on?"),
        _example,
        when=_l("When the coordinator asks the families of the last module."),
    ),
)
