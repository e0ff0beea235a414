"""What a letter's link opens without signing in: «we will not come», and why somebody was missed."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms import access
from lms.attendance.announcing import (
    Said,
    SessionBegan,
    absent_of,
    announce,
    announced_for,
    come_after_all,
    excuse,
    words_of,
)
from lms.attendance.links import Asked, Purpose, read
from lms.attendance.register import find_register
from lms.attendance.rules import AbsenceReason
from lms.attendance.sentences import ABSENCE_LABELS
from lms.attendance.views import bp
from lms.clock import now
from lms.courses.models import NOT_HELD
from lms.db import db
from lms.enrolment.session_letters import say_session, wall_of
from lms.people.models import Person

ALL = "all"


@bp.route("/not-coming/<token>", methods=["GET", "POST"])
@access.public
def not_coming(token: str) -> ResponseReturnValue:
    """Show a button; pressing it tells the mentor that somebody will not come."""
    asked = read(Purpose.NOT_COMING, token, now=now())
    if asked is None:
        return _gone()
    if request.method == "GET":
        return _not_coming_page(asked, token)
    people = _chosen(asked)
    try:
        if request.form.get("comes") == "1":
            come_after_all(asked.session, people, now=now())
        else:
            announce(asked.session, people, by_id=asked.adult.id, now=now())
    except SessionBegan:
        db.session.rollback()
        return _not_coming_page(asked, token), 422
    db.session.commit()
    return redirect(url_for("attendance.not_coming", token=token), code=303)


def _chosen(asked: Asked) -> tuple[Person, ...]:
    """Answer whom the pressed button is about: everybody, or one by their place in the list."""
    who = request.form.get("who", ALL)
    if who == ALL:
        return asked.people
    if not (who.isascii() and who.isdigit() and int(who[:3]) < len(asked.people)):
        abort(422)
    return (asked.people[int(who)],)


def _not_coming_page(asked: Asked, token: str) -> str:
    session = asked.session
    announced = announced_for(session.id)
    return render_template(
        "attendance/not_coming.html",
        asked=asked,
        token=token,
        when=say_session(session, wall_of(asked.adult, session, now=now())),
        rows=[one.id in announced for one in asked.people],
        is_open=session.starts_at > now() and session.state not in NOT_HELD,
        is_not_held=session.state in NOT_HELD,
    )


@bp.route("/missed/<token>", methods=["GET", "POST"])
@access.public
def missed(token: str) -> ResponseReturnValue:
    """Ask why somebody was missed; a tap makes it a good reason, as far as the register lets."""
    asked = read(Purpose.MISSED, token, now=now())
    if asked is None:
        return _gone()
    if request.method == "GET":
        return _missed_page(asked, token)
    found = find_register(asked.session.id, is_writing=True)
    reason = request.form.get("reason", "")
    if found is None or reason not in set(AbsenceReason):
        abort(422)
    excuse(
        found,
        asked.people,
        Said(AbsenceReason(reason), by_id=asked.adult.id, at=now()),
        lock_days=int(current_app.config["LMS_REGISTER_LOCK_DAYS"]),
    )
    db.session.commit()
    return redirect(url_for("attendance.missed", token=token), code=303)


def _missed_page(asked: Asked, token: str) -> str:
    absent = absent_of(asked.session.id, asked.people)
    said = words_of(asked.session.id)
    return render_template(
        "attendance/missed.html",
        token=token,
        when=say_session(asked.session, wall_of(asked.adult, asked.session, now=now())),
        is_absent=bool(absent),
        is_noted=bool(absent) and all(said.get(person_id) for person_id in absent),
        reasons=ABSENCE_LABELS,
    )


def _gone() -> ResponseReturnValue:
    return render_template("attendance/link_gone.html"), 410
