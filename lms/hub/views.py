"""The consultation desk, its topics, and a year of it."""

from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from wtforms import SelectChoice

from lms import access
from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import Place
from lms.db import db
from lms.hub.forms import ELSEWHERE, ONLINE, ConsultationForm, TopicForm, new_key
from lms.hub.models import Consultation, ConsultationTopic, Format, Visitor
from lms.hub.plots import draw_months, month_names
from lms.hub.rules import can_undo
from lms.hub.sentences import FORMAT_LABELS, VISITOR_LABELS
from lms.hub.services import (
    ConsultationRefused,
    Note,
    TooLateToUndo,
    TopicKnown,
    add_topic,
    count_today,
    last_noted,
    note_consultation,
    open_topics,
    restore_topic,
    retire_topic,
    topics_with_use,
    undo_consultation,
)
from lms.hub.year import months_of, overview_of, years_with_rows
from lms.i18n import current_code, say

bp = Blueprint("hub", __name__)

# An image may carry its own style; it is never drawn inside the page.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
FIELD_OF_REASON = {
    "consultation_without_topic": "topics",
    "consultation_topic_unknown": "topics",
    "consultation_minutes": "minutes",
    "consultation_ahead": "day",
    "consultation_too_old": "day",
    "consultation_place_online": "where",
    "consultation_place_unknown": "where",
}


@bp.route("/hub", methods=["GET", "POST"])
@access.roles(RoleName.LEADER, RoleName.COORDINATOR)
def desk() -> ResponseReturnValue:
    """Record an anonymous consultation: topic, minutes, and the visitor's answer sends it."""
    form = _desk_form()
    if not form.is_submitted():
        form.key.data = new_key()
        return _desk(form)
    if not form.validate():
        if form.key.errors:
            form.key.data = new_key()
        return _desk(form), 422
    try:
        note_consultation(_note_of(form), on=today())
    except ConsultationRefused as refusal:
        for reason in refusal.reasons:
            field = form[FIELD_OF_REASON[reason.code]]
            field.errors = [*field.errors, say(reason)]
        return _desk(form), 422
    db.session.commit()
    flash(_recorded(), "success")
    return redirect(url_for("hub.desk"), code=303)


def _desk_form() -> ConsultationForm:
    last = last_noted(current_user.person_id)
    form = ConsultationForm(where=_where_of(last))
    english = current_code() == "en"
    form.topics.choices = [
        SelectChoice(topic.id, topic.name_en or topic.name if english else topic.name)
        for topic in open_topics(on=today())
    ]
    places = db.session.execute(
        select(Place.id, Place.name).where(Place.is_online.is_(False)).order_by(Place.name)
    ).all()
    form.where.choices = [
        *(SelectChoice(str(place_id), name) for place_id, name in places),
        SelectChoice(ELSEWHERE, _("in another place")),
        SelectChoice(ONLINE, _("online")),
    ]
    return form


def _where_of(last: Consultation | None) -> str | None:
    """Answer where the leader's last consultation was: the next one is likely there too."""
    if last is None:
        return None
    if last.format is Format.ONLINE:
        return ONLINE
    return str(last.place_id) if last.place_id else ELSEWHERE


def _note_of(form: ConsultationForm) -> Note:
    where = form.where.data
    return Note(
        key=form.key.data,
        day=form.day.data or today(),
        minutes=int(form.minutes.data),
        topic_ids=tuple(form.topics.data),
        visitor=Visitor(form.visitor.data),
        noted_at=now(),
        format=Format.ONLINE if where == ONLINE else Format.IN_PERSON,
        place_id=None if where in {ONLINE, ELSEWHERE} else int(where),
        leader_id=current_user.person_id,
    )


def _desk(form: ConsultationForm) -> str:
    last = last_noted(current_user.person_id)
    return render_template(
        "hub/desk.html",
        form=form,
        count=count_today(current_user.person_id, on=today()),
        last=last if last is not None and can_undo(last.noted_at, now=now()) else None,
        format_labels=FORMAT_LABELS,
        visitor_labels=VISITOR_LABELS,
        year=today().year,
    )


def _recorded() -> str:
    number = count_today(current_user.person_id, on=today()).own
    return ngettext(
        "Recorded. You have %(num)d consultation today.",
        "Recorded. You have %(num)d consultations today.",
        number,
    )


@bp.post("/hub/consultations/<int:consultation_id>/undo")
@access.roles(RoleName.LEADER, RoleName.COORDINATOR)
def undo(consultation_id: int) -> ResponseReturnValue:
    """Take back the last consultation, for a few minutes after it was recorded."""
    consultation = last_noted(current_user.person_id)
    if consultation is None or consultation.id != consultation_id:
        abort(404)
    try:
        undo_consultation(consultation, now=now())
    except TooLateToUndo as refusal:
        if refusal.reason is not None:
            flash(say(refusal.reason), "warning")
        return redirect(url_for("hub.desk"), code=303)
    db.session.commit()
    flash(_("Taken back: the consultation is not counted."), "success")
    return redirect(url_for("hub.desk"), code=303)


@bp.get("/hub/year/<int:year>")
@access.roles(RoleName.LEADER, RoleName.COORDINATOR, RoleName.DIRECTOR)
def year(year: int) -> ResponseReturnValue:
    """Show a year of consultations by month, topic, format and place."""
    _refuse_no_year(year)
    return render_template(
        "hub/year.html",
        overview=overview_of(year),
        before=months_of(year - 1),
        years=years_with_rows(),
        month_names=month_names(),
        format_labels=FORMAT_LABELS,
        visitor_labels=VISITOR_LABELS,
    )


@bp.get("/hub/year/<int:year>/months.svg")
@access.roles(RoleName.LEADER, RoleName.COORDINATOR, RoleName.DIRECTOR)
def months(year: int) -> ResponseReturnValue:
    """Draw a year of consultations by month; the page has the same as a table."""
    _refuse_no_year(year)
    picture = draw_months(months_of(year), months_of(year - 1), year=year)
    answer = Response(picture, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = SVG_POLICY
    return answer


def _refuse_no_year(year: int) -> None:
    if not date.min.year < year <= date.max.year:
        abort(404)


@bp.route("/hub/topics", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def topics() -> ResponseReturnValue:
    """List the topics with their use, and add one."""
    form = TopicForm()
    if not form.is_submitted():
        return render_template("hub/topics.html", form=form, topics=topics_with_use())
    if not form.validate():
        return render_template("hub/topics.html", form=form, topics=topics_with_use()), 422
    try:
        topic = add_topic(form.name.data, name_en=form.name_en.data or "")
    except TopicKnown as refusal:
        form.name.errors = [say(refusal.reason)] if refusal.reason else [str(refusal)]
        return render_template("hub/topics.html", form=form, topics=topics_with_use()), 422
    name = topic.name
    db.session.commit()
    flash(_("“%(name)s” was added to the topics.", name=name), "success")
    return redirect(url_for("hub.topics"), code=303)


@bp.post("/hub/topics/<int:topic_id>/retire")
@access.roles(RoleName.COORDINATOR)
def retire(topic_id: int) -> ResponseReturnValue:
    """Offer a topic no more; what was recorded with it stays."""
    topic = _topic(topic_id)
    retire_topic(topic, on=today())
    name = topic.name
    db.session.commit()
    flash(_("“%(name)s” is no longer offered; the count stays.", name=name), "success")
    return redirect(url_for("hub.topics"), code=303)


@bp.post("/hub/topics/<int:topic_id>/restore")
@access.roles(RoleName.COORDINATOR)
def restore(topic_id: int) -> ResponseReturnValue:
    """Offer a retired topic again."""
    topic = _topic(topic_id)
    restore_topic(topic)
    name = topic.name
    db.session.commit()
    flash(_("“%(name)s” is offered again.", name=name), "success")
    return redirect(url_for("hub.topics"), code=303)


def _topic(topic_id: int) -> ConsultationTopic:
    topic = db.session.get(ConsultationTopic, topic_id)
    if topic is None:
        abort(404)
    return topic
