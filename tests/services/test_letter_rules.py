"""Who gets which letter: kinds × contact rules, and a year in which one person is left in peace."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from lms.attendance.closing import close_due
from lms.attendance.family_letters import write_reminders, write_to_missed
from lms.attendance.register import find_register
from lms.attendance.rules import Mark, Mode, Status, SubmittedMark
from lms.attendance.services import Entry, save_register
from lms.certificates.letters import tell_ready
from lms.certificates.models import Certificate
from lms.certificates.services import issue
from lms.courses.models import NotHeldReason
from lms.courses.services import Told, cancel_session, move_session, restore_session
from lms.db import db
from lms.enrolment.decisions import refuse, undo_decision
from lms.enrolment.letters import tell_applied, tell_decided, tell_undone
from lms.enrolment.models import Application
from lms.enrolment.rules import Refusal
from lms.jobs import JobItem
from lms.letters.models import Letter, LetterState
from lms.people.models import ContactRule
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, give_consent
from tests.applying import applied
from tests.cast import BEFORE, Cast
from tests.graduation import GRADUATION, graduate

DATABASES = ("sqlite",)

ZONE = "Europe/Kyiv"
EVE = datetime(2022, 9, 11, 14, 0, tzinfo=UTC)
ENDS = datetime(2022, 9, 12, 15, 0, tzinfo=UTC)
EVENING = datetime(2022, 9, 12, 18, 30, tzinfo=UTC)


def _application(cast: Cast) -> None:
    tell_applied(applied(cast), zone=ZONE, now=BEFORE, on=BEFORE.date())


def _decision(cast: Cast) -> None:
    (application,) = applied(cast).applications
    refuse(application, why=Refusal.AGE, by_id=cast.coordinator.id, now=BEFORE)
    tell_decided([application], zone=ZONE, now=BEFORE, on=BEFORE.date())


def _session(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=NotHeldReason.AIR_RAID, told=Told(at=EVE))


def _reminder(_cast: Cast) -> None:
    write_reminders(now=EVE)


def _absence(cast: Cast) -> None:
    give_consent(cast.child, GivenConsent(Purpose.MESSAGES), giver=cast.guardian, now=BEFORE)
    miss(cast, 1)
    close_due(now=EVENING, lock_days=3)
    write_to_missed(now=EVENING)


def miss(cast: Cast, number: int) -> None:
    session = cast.sessions[number]
    found = find_register(session.id, is_writing=True)
    assert found is not None
    entry = Entry(marks=(SubmittedMark(cast.child.id, Mark(Status.ABSENT, Mode.ONLINE)),))
    ends = session.starts_at + timedelta(hours=1)
    save_register(found, entry, by_id=None, now=ends, lock_days=3)


def _certificate(cast: Cast) -> None:
    for completion in graduate(cast):
        certificate = issue(completion.id, award="code_club", by_id=None, now=GRADUATION)
        for _time in range(2):
            tell_ready(certificate, now=GRADUATION)


KINDS: dict[str, Callable[[Cast], None]] = {
    "application": _application,
    "decision": _decision,
    "session": _session,
    "reminder": _reminder,
    "absence": _absence,
    "certificate": _certificate,
}


def of(cast: Cast) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.person_id == cast.guardian.id)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_contact_rule_decides_and_the_language_is_the_readers(cast: Cast, kind: str) -> None:
    cast.guardian.locale = "en"
    cast.guardian.contact_rule = ContactRule.USUAL
    db.session.flush()
    with db.session.begin_nested() as usual:
        KINDS[kind](cast)
        (letter,) = of(cast)
        assert letter.kind == kind
        assert letter.locale == "en"
        for part in letter.parts:
            assert "Доб" not in part.get("text", "")
        for secret in ("Соломія", "Лук’ян", "Знам", "Code Club", "Scratch"):
            assert secret not in letter.subject
        for secret in ("Соломія", "Лук’ян", "Знам", "Кремін"):
            assert secret not in str(letter.parts)
        usual.rollback()
    for rule in (ContactRule.CALL_ONLY, ContactRule.DO_NOT_WRITE):
        db.session.expire_all()
        cast.guardian.contact_rule = rule
        db.session.flush()
        with db.session.begin_nested() as other:
            KINDS[kind](cast)
            assert of(cast) == []
            other.rollback()


def test_a_decision_taken_back_unread_leaves_no_letter_and_read_it_is_corrected(cast: Cast) -> None:
    (application,) = applied(cast).applications

    def decide(at: datetime) -> None:
        refuse(application, why=Refusal.AGE, by_id=cast.coordinator.id, now=at)
        tell_decided([application], zone=ZONE, now=at, on=at.date())

    def undo(at: datetime) -> None:
        tell_undone(undo_decision(application, now=at, on=at.date()), now=at)

    decide(BEFORE)
    undo(BEFORE + timedelta(minutes=5))
    assert [letter.state for letter in of(cast)] == [LetterState.TAKEN_BACK]
    decide(BEFORE + timedelta(minutes=6))
    (_gone, letter) = of(cast)
    assert "вік не підходить" in str(letter.parts)
    letter.state = LetterState.SENT
    undo(BEFORE + timedelta(hours=1))
    assert "зарано" in str(of(cast)[-1].parts)


def test_letters_over_the_limit_wait_for_the_coordinators_word(cast: Cast) -> None:
    for number in range(5):
        receipt = applied(cast, key=f"k{number}")
        db.session.flush()
        tell_applied(receipt, zone=ZONE, now=BEFORE, on=BEFORE.date())
        db.session.delete(receipt.applications[0])
        db.session.flush()
    states = [letter.state for letter in of(cast)]
    assert states == [LetterState.WAITING] * 3 + [LetterState.QUARANTINED] * 2
    sent = db.session.scalars(select(JobItem.key)).all()
    assert len(sent) == 3


def test_a_whole_year_writes_nothing_to_whoever_is_not_to_be_written_to(cast: Cast) -> None:
    """Everything that can happen in a module, twice over, with chores every few hours."""
    cast.guardian.contact_rule = ContactRule.DO_NOT_WRITE
    for child in (cast.child, cast.sibling):
        give_consent(child, GivenConsent(Purpose.MESSAGES), giver=cast.guardian, now=BEFORE)
    _application(cast)
    db.session.query(Application).delete()
    _decision(cast)
    told = Told(by_id=cast.coordinator.id, at=EVE)
    cancel_session(cast.sessions[6], reason=NotHeldReason.AIR_RAID, told=told)
    restore_session(cast.sessions[6], told=told)
    move_session(
        cast.sessions[7],
        reason=NotHeldReason.OTHER,
        day=date(2022, 10, 26),
        starts_at=time(12),
        told=told,
    )
    moment = datetime(2022, 9, 1, 6, 0, tzinfo=UTC)
    while moment < datetime(2022, 11, 1, tzinfo=UTC):
        for number, session in enumerate(cast.sessions[:6]):
            if (
                session.starts_at + timedelta(hours=1)
                <= moment
                < session.starts_at + timedelta(hours=7)
            ):
                miss(cast, number)
        write_reminders(now=moment)
        close_due(now=moment, lock_days=3)
        write_to_missed(now=moment)
        moment += timedelta(hours=6)
    certificate = db.session.scalars(select(Certificate)).first()
    assert certificate is None
    assert of(cast) == []
    # The others were written to all along, so the silence is the rule's.
    assert len(db.session.scalars(select(Letter)).all()) > 10
