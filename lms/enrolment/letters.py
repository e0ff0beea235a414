"""Letters about applications: arrived, a place given, refused, the answer taken back.

No name stands in them: a mailbox may be read by others, in occupied places above all. The course
and its hours do, except in a sensitive programme.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from lms import limits
from lms.contracts import LetterKind
from lms.db import db
from lms.enrolment.access import still_asks
from lms.enrolment.answerers import answerers
from lms.enrolment.catalogue import OpenCohort, Words, open_cohorts
from lms.enrolment.models import Application, ApplicationState
from lms.enrolment.rules import Refusal
from lms.enrolment.sentences import REFUSAL_LABELS, say_timetable
from lms.enrolment.services import Receipt
from lms.i18n import current_code
from lms.letters.models import Letter, LetterState
from lms.letters.paths import path_to
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import take_back, write
from lms.letters.words import hello, my_page, once
from lms.people.models import Person

APPLICATION = "application"
DECISION = "decision"
# An address gets few letters an hour whoever types it, and all strangers together get not more
# than an enrolment of the whole library needs: what is over it waits for the coordinator.
LETTERS_TO_ONE = 3
LETTERS_TO_ALL = 120
HOUR = 3600
# So long a decision can be taken back before anybody reads of it.
THOUGHT_OVER = timedelta(minutes=10)


@dataclass(frozen=True)
class Line:
    """One group of a letter: what and when, unless nothing of it may be said."""

    course: Words | None
    timetable: str
    state: ApplicationState
    number: int = 1

    def say(self) -> str:
        """Say it in the language in force."""
        parts = [self.course.say(current_code())] if self.course else []
        parts += [self.timetable] if self.timetable else []
        return " · ".join([*parts, self._say_state()])

    def _say_state(self) -> str:
        if self.state is ApplicationState.ACCEPTED:
            return ngettext("there is a place", "there are %(num)d places", self.number)
        return _("waits for an answer")


def tell_applied(receipt: Receipt, *, zone: str, now: datetime, on: date) -> list[Letter]:
    """Write to whoever applied that the application arrived and what became of it: one letter.

    :param zone: the wall clock on which hours are told.
    """
    applications = receipt.applications

    def compose() -> Text:
        lines = _lines(applications, zone=zone, on=on)
        return _applied([line.say() for line in lines], lines)

    draft = Draft(APPLICATION, f"application-{receipt.form_key}", compose)
    state = LetterState.WAITING if _is_within_limits(receipt, now=now) else LetterState.QUARANTINED
    return write([receipt.applicant], draft, now=now, state=state)


def tell_applied_anew(receipt: Receipt, *, zone: str, now: datetime, on: date) -> None:
    """Write the letter anew where a place came free in the same moment for who was to wait."""
    key = f"application-{receipt.form_key}"
    written = db.session.scalar(
        select(Letter.state).where(Letter.key == f"{key}-{receipt.applicant.id}")
    )
    is_seated = any(
        one.listed_at and one.state is ApplicationState.ACCEPTED for one in receipt.applications
    )
    if not is_seated or written is None or written is LetterState.QUARANTINED:
        return
    take_back(key, now=now)

    def compose() -> Text:
        lines = _lines(receipt.applications, zone=zone, on=on)
        return _applied([line.say() for line in lines], lines)

    write([receipt.applicant], Draft(APPLICATION, f"{key}-anew", compose), now=now)


def _is_within_limits(receipt: Receipt, *, now: datetime) -> bool:
    """Count this letter against its address and against all; what is over counts for nobody."""
    try:
        with db.session.begin_nested():
            limits.take(
                "application_letter",
                receipt.applicant.email,
                limit=LETTERS_TO_ONE,
                seconds=HOUR,
                now=now,
            )
            limits.take("application_letters", "", limit=LETTERS_TO_ALL, seconds=HOUR, now=now)
    except limits.TooMany:
        return False
    return True


def _applied(words: list[str], lines: Iterable[Line]) -> Text:
    is_waiting = any(line.state is ApplicationState.WAITING for line in lines)
    return Text(
        _("Your application has arrived"),
        (
            hello(),
            _("Your application has reached the library:") + "\n" + "\n".join(words),
            *([_("The coordinator answers within a few days; we write to you then.")] * is_waiting),
            _("Your page shows the timetable, the link to the sessions and your consents:"),
            my_page(),
            once(),
            _("If you did not send anything, simply delete this letter."),
        ),
    )


def _lines(applications: Iterable[Application], *, zone: str, on: date) -> list[Line]:
    """Say each group once, with the number of places in it."""
    asked = Counter((one.cohort_id, one.state) for one in applications)
    ids = frozenset(cohort_id for cohort_id, _state in asked)
    found = {one.cohort_id: one for one in open_cohorts(on=on, zone=zone, beside=ids)}
    return [
        _line(found.get(cohort_id), state, number) for (cohort_id, state), number in asked.items()
    ]


def _line(cohort: OpenCohort | None, state: ApplicationState, number: int) -> Line:
    if cohort is None or cohort.is_sensitive:
        return Line(None, "", state, number)
    return Line(cohort.course, say_timetable(cohort.timetable), state, number)


def tell_decided(
    applications: Iterable[Application], *, zone: str, now: datetime, on: date
) -> None:
    """Write to whoever applied that the coordinator gave a place or refused, and why.

    The letter leaves some minutes later, so that a slip of the coordinator reaches nobody.
    """
    for application in applications:
        take_back(_key(application), now=now)

        def compose(application: Application = application) -> Text:
            if application.state is ApplicationState.REFUSED:
                return _refused(application.refusal)
            return _accepted([line.say() for line in _lines([application], zone=zone, on=on)])

        draft = Draft(DECISION, f"{_key(application)}-{now:%Y%m%d%H%M%S}", compose)
        write(_readers(application, on=on), draft, now=now, waits=THOUGHT_OVER)


def _readers(application: Application, *, on: date) -> list[Person]:
    """Answer whoever asked, while they still may ask; else the adults who may by now."""
    if still_asks(application, on=on):
        return [application.applicant]
    return answerers(application.person, on=on)


def tell_undone(applications: Iterable[Application], *, now: datetime) -> None:
    """Take the letter about a decision back, or write that the answer is open again."""
    for application in applications:
        _gone, have_read = take_back(_key(application), now=now)
        readers = _readers(application, on=now.date())
        draft = Draft(DECISION, f"{_key(application)}-open-{now:%Y%m%d%H%M%S}", _open_again)
        write([one for one in readers if one.id in have_read], draft, now=now)


def _key(application: Application) -> str:
    return f"decision-{application.id}"


def _accepted(words: list[str]) -> Text:
    return Text(
        _("You have a place"),
        (
            hello(),
            _("The coordinator has answered your application:") + "\n" + "\n".join(words),
            _("When, where and by which link: everything stands on your page."),
            my_page(),
            once(),
        ),
    )


def _refused(why: str) -> Text:
    label = REFUSAL_LABELS[Refusal(why) if why in set(Refusal) else Refusal.OTHER]
    return Text(
        _("An answer to your application"),
        (
            hello(),
            _("The library could not give this place: %(reason)s.", reason=label),
            _("Perhaps another group suits. If something is not clear, ask the coordinator."),
            Link(_("Look at other groups"), path=path_to("enrolment.catalogue")),
        ),
    )


def _open_again() -> Text:
    return Text(
        _("An answer to your application"),
        (
            hello(),
            _(
                "We wrote to you too early: your application waits again, in its old place. "
                "We are sorry for the confusion and write again when there is an answer."
            ),
            my_page(),
        ),
    )


def _example_applied() -> Text:
    course = Words("Scratch: перші ігри", "Scratch: first games")
    hours = _("Mondays") + ", 17:00–18:00"
    lines = [
        Line(course, hours, ApplicationState.ACCEPTED, 2),
        Line(Words("Python", "Python"), "", ApplicationState.WAITING),
    ]
    return _applied([line.say() for line in lines], lines)


def _example_decided() -> Text:
    course = Words("Scratch: перші ігри", "Scratch: first games")
    return _accepted(
        [Line(course, _("Mondays") + ", 17:00–18:00", ApplicationState.ACCEPTED).say()]
    )


KINDS = (
    LetterKind(
        APPLICATION,
        _l("Application received"),
        _example_applied,
        when=_l("At once after the form is sent: one letter for each form."),
    ),
    LetterKind(
        DECISION,
        _l("Answer to an application"),
        _example_decided,
        when=_l("Ten minutes after the coordinator decided, so that a slip reaches nobody."),
    ),
)
