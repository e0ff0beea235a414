"""Sentences of enrolling: reasons, consents, when a group meets and how many places are left."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.contracts import LMSError, Sentence
from lms.enrolment.catalogue import OpenCohort
from lms.enrolment.models import ApplicationState, Step
from lms.enrolment.rules import Refusal, Rhythm, Timetable
from lms.enrolment.wishes import city_of
from lms.i18n import current_code, say, say_day, say_day_and_month, say_weekday
from lms.people.models import Relation
from lms.people.rules import Purpose

RELATION_LABELS: Mapping[Relation, Any] = {
    Relation.MOTHER: _l("mother"),
    Relation.FATHER: _l("father"),
    Relation.LEGAL_REPRESENTATIVE: _l("legal representative"),
    Relation.ACCOMPANYING: _l("adult who accompanies the child"),
}
PURPOSE_LABELS: Mapping[Purpose, Any] = {
    Purpose.TAKING_PART: _l("Taking part in the sessions"),
    Purpose.PHOTOGRAPHS: _l("Photographs at sessions and celebrations"),
    Purpose.PUBLISHING: _l("Publishing works, without a family name"),
    Purpose.MESSAGES: _l("Letters when we missed you, and news of the library’s new groups"),
    Purpose.RECORDING: _l("Recording of online sessions"),
}
STATE_LABELS: Mapping[ApplicationState, Any] = {
    ApplicationState.WAITING: _l("waiting for an answer"),
    ApplicationState.ACCEPTED: _l("in the group"),
    ApplicationState.REFUSED: _l("not this time"),
    ApplicationState.WITHDRAWN: _l("withdrawn"),
}
REFUSAL_LABELS: Mapping[Refusal, Any] = {
    Refusal.AGE: _l("the age does not fit this group"),
    Refusal.NO_SEATS: _l("there are no places left"),
    Refusal.DUPLICATE: _l("there is such an application already"),
    Refusal.NOT_REACHED: _l("we could not reach you"),
    Refusal.OTHER: _l("another reason: please ask the coordinator"),
}
STEP_LABELS: Mapping[Step, Any] = {
    Step.APPLIED: _l("applied"),
    Step.LISTED: _l("put on the waiting list"),
    Step.OFFERED: _l("was offered a free place"),
    Step.ACCEPTED: _l("took the offered place"),
    Step.DECLINED: _l("declined the offered place"),
    Step.EXPIRED: _l("did not answer in time, the place passes on"),
    Step.CLOSED: _l("the offer ended: the group has begun"),
    Step.NOT_REACHED: _l("did not answer the phone"),
    Step.SEATED: _l("has a place"),
    Step.REFUSED: _l("was refused"),
    Step.WITHDRAWN: _l("took the application back"),
    Step.LEFT: _l("leaves the group"),
    Step.GIVEN_UP: _l("gave the place up"),
    Step.MOVED_OUT: _l("moves to another group"),
    Step.MOVED_IN: _l("comes from another group"),
    Step.PAUSED: _l("pauses, the place is kept"),
    Step.CAME_BACK: _l("comes back"),
    Step.UNDONE: _l("taken back"),
    Step.AGE_WAIVED: _l("accepted whatever the age rule says"),
}
LEVELS: Mapping[str, Any] = {
    "новачок": _l("beginner"),
    "базовий": _l("basic level"),
    "середній": _l("intermediate"),
    "просунутий": _l("advanced"),
}
FEW_DAYS = 2
WEEKDAYS = (
    _l("Mondays"),
    _l("Tuesdays"),
    _l("Wednesdays"),
    _l("Thursdays"),
    _l("Fridays"),
    _l("Saturdays"),
    _l("Sundays"),
)


def _consent_needed(values: Mapping[str, Any]) -> str:
    label = str(PURPOSE_LABELS[Purpose(values["purpose"])])
    return _("This group needs one more consent: %(purpose)s.", purpose=label)


def _clash(values: Mapping[str, Any]) -> str:
    is_english = current_code() == "en"
    first, second = (
        values[f"{name}_en"] if is_english and values[f"{name}_en"] else values[name]
        for name in ("first", "second")
    )
    return _(
        "“%(first)s” and “%(second)s” meet at the same time: %(when)s. Choose one of them.",
        first=first,
        second=second,
        when=say_meeting(values["at"], current_app.config["LMS_ZONE"]),
    )


SENTENCES: Mapping[str, Sentence] = {
    "clash": _clash,
    "no_door": lambda _values: _(
        "Only a group of adults has a door, and only on the day of its session."
    ),
    "door_closed": lambda _values: _("The door is closed. Ask the leader to open it again."),
    "word_wrong": lambda _values: _("This is not the word on the wall. Look once more."),
    "word_guessed": lambda _values: _(
        "Too many wrong words came through this door. Ask the leader to open it anew."
    ),
    "consent_missing": lambda _values: _(
        "Without your consent we may keep nothing, so nothing was saved."
    ),
    "consent_needed": _consent_needed,
    "form_sent_already": lambda _values: _(
        "This form was sent already and the places asked for in it are kept. "
        "To enrol one more child, leave only that child here and send the form again."
    ),
    "not_open": lambda _values: _("This group takes no applications now. Choose another one."),
    "no_seat": lambda _values: _("All places in this group are taken."),
    "already_in_group": lambda _values: _("This person has a place in this group already."),
    "learns_in_the_group": lambda _values: _(
        "A learner of this group can’t lead it at the same time."
    ),
    "already_waiting": lambda _values: _("An application for this group is waiting already."),
    "twice_in_form": lambda _values: _("The same child stands in this form twice."),
    "minor_alone": lambda _values: _(
        "Up to 18 a parent or a legal representative enrols. Ask them to do it."
    ),
    "decided_already": lambda _values: _("This application was decided already."),
    "decision_stands": lambda _values: _("This can’t be taken back any more."),
    "answered_already": lambda _values: _("This was answered already; your page shows how."),
    "module_over": lambda _values: _("This module has ended. Look at the groups that are open."),
    "no_consent": lambda _values: _(
        "The consent for taking part does not hold. Once it is given on the family’s page, "
        "or noted from a paper, this can be done."
    ),
    "consent_ended": lambda _values: _("One more tick is needed: a consent has ended."),
    "offer_ended": lambda _values: _(
        "This offer was answered already, or its time is over. Your place in the queue is on your "
        "page."
    ),
    "place_ended": lambda _values: _("This place has ended already, or has an end noted."),
    "not_for_all": lambda _values: _(
        "This family wants places for all of its children or for none, and there are not enough "
        "now."
    ),
    "ends_before_it_began": lambda _values: _("The last day is before the first one."),
}


def say_refusal(refusal: LMSError) -> str:
    """Make the sentence of a refusal."""
    return say(refusal.reason) if refusal.reason else str(refusal)


def say_timetable(timetable: Timetable) -> str:
    """Say when a group meets: «щопонеділка і щосереди, 17:00–18:00», a day, or a range of days."""
    if timetable.first is None or timetable.last is None:
        return _("The timetable is being prepared")
    if timetable.rhythms:
        return "; ".join(_say_rhythm(rhythm) for rhythm in timetable.rhythms)
    if timetable.count <= FEW_DAYS:
        days = dict.fromkeys((timetable.first, timetable.last))
        return "; ".join(f"{say_weekday(day)}, {_clock(day.time())}" for day in days)
    return ngettext(
        "%(num)d session from %(first)s to %(last)s",
        "%(num)d sessions from %(first)s to %(last)s",
        timetable.count,
        first=say_day(timetable.first),
        last=say_day(timetable.last),
    )


def _say_rhythm(rhythm: Rhythm) -> str:
    days = [str(WEEKDAYS[weekday]) for weekday in rhythm.weekdays]
    head, last = days[:-1], days[-1]
    named = _("%(days)s and %(day)s", days=", ".join(head), day=last) if head else last
    return f"{named}, {_clock(rhythm.begins)}–{_clock(rhythm.ends)}"


def _clock(wall: time) -> str:
    return f"{wall:%H:%M}"


def say_ages(ages: tuple[int, int] | None) -> str:
    """Say for which ages a group is: «8–17 років», «від 18 років»; nothing without limits."""
    if ages is None:
        return ""
    if ages[1] >= 99:
        return ngettext("from %(num)d year", "from %(num)d years", ages[0])
    return ngettext(
        "%(from_age)d–%(num)d year", "%(from_age)d–%(num)d years", ages[1], from_age=ages[0]
    )


def say_mode(cohort: OpenCohort) -> str:
    """Say how people meet and at most in which town: a place of children is nobody's business."""
    if cohort.is_online:
        return _("in person and online") if cohort.is_hybrid else _("online")
    mode = _("in person and online") if cohort.is_hybrid else _("in person")
    return f"{mode}, {cohort.town}" if cohort.town else mode


def say_places(cohort: OpenCohort) -> str:
    """Say how many places are left, or that one may wait for one."""
    if cohort.seats.left == 0:
        return _("no places left, you can wait for one")
    return ngettext("%(num)d place left", "%(num)d places left", cohort.seats.left)


def say_waiting(cohort: OpenCohort) -> str:
    """Say how many wait for a place already; nothing where nobody does."""
    waiting = cohort.seats.waiting
    return ngettext("%(num)d is waiting", "%(num)d are waiting", waiting) if waiting else ""


def say_level(level: str) -> str:
    """Say a level in the reader's language where it is one of the usual ones."""
    return str(LEVELS.get(level.casefold(), level))


def say_title(cohort: OpenCohort) -> str:
    """Name a group as the public may hear it: course, level, and a number where two look alike."""
    title = cohort.course.say(current_code())
    if cohort.level:
        title = f"{title} ({say_level(cohort.level)})"
    if cohort.number:
        title = _("%(course)s, group %(number)d", course=title, number=cohort.number)
    return title


def say_elsewhere(cohort: OpenCohort, zone: str) -> str:
    """Say the hours on the visitor's wall: «за часом: Варшава – щопонеділка, 16:00–17:00»."""
    if not cohort.elsewhere:
        return ""
    told = [_say_run(run, is_only=len(cohort.elsewhere) == 1) for run in cohort.elsewhere]
    return f"{say_city_time(zone)} – {'; '.join(told)}"


def _say_run(run: Timetable, *, is_only: bool) -> str:
    said = say_timetable(run)
    if is_only or not run.rhythms or run.first is None:
        return said
    return _("from %(day)s %(when)s", day=say_day_and_month(run.first), when=said)


def say_city_time(zone: str) -> str:
    """Name a zone by its city: «за часом: Варшава»."""
    return _("time of %(city)s", city=city_of(zone, current_code()))


def say_cohort(cohort: OpenCohort) -> str:
    """Say a group in one line, as beside a tick: course, level, when, how, ages, places."""
    parts = (
        say_title(cohort),
        say_timetable(cohort.timetable),
        say_mode(cohort),
        say_ages(cohort.ages),
        say_places(cohort),
    )
    return " · ".join(part for part in parts if part)


def say_meeting(moment: datetime, zone: str) -> str:
    """Say when a session is on the wall of its group: «понеділок, 5 вересня, 17:00»."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{say_weekday(local)}, {_clock(local.time())}"


def say_zone(zone: str) -> str:
    """Name a group's zone where it is not the library's own: «за часом: Варшава»."""
    return "" if zone == current_app.config["LMS_ZONE"] else say_city_time(zone)
