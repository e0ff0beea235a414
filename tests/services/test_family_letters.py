"""The reminder, «we will not come», and the kind letter to whoever was missed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.attendance.announcing import (
    Outcome,
    Said,
    SessionBegan,
    announce,
    come_after_all,
    count_open,
    excuse,
)
from lms.attendance.closing import close_due
from lms.attendance.family_letters import write_reminders, write_to_missed
from lms.attendance.history import mark_changes
from lms.attendance.models import AttendanceRecord, FamilyWord
from lms.attendance.register import Found, find_register
from lms.attendance.rules import AbsenceReason, Mark, Mode, Status, SubmittedMark
from lms.attendance.screen import make_screen
from lms.attendance.services import Entry, marks_of, save_register
from lms.courses.models import NotHeldReason, Session
from lms.courses.services import cancel_session
from lms.db import db
from lms.enrolment.seats import leave
from lms.letters.choices import ABSENCE, REMINDER, decline, want
from lms.letters.models import Letter
from lms.people.models import ContactRule, Person, Relation
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, add_guardian, give_consent, withdraw_consent
from tests.cast import BEFORE, Cast

DATABASES = ("sqlite",)

# Monday's session begins at 17:00 in Kyiv, which is 14:00 in UTC.
EVE = datetime(2022, 9, 11, 14, 0, tzinfo=UTC)
ENDS = datetime(2022, 9, 12, 15, 0, tzinfo=UTC)
EVENING = datetime(2022, 9, 12, 18, 30, tzinfo=UTC)
LOCK_DAYS = 3


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def readers(kind: str) -> list[str]:
    return sorted(letter.person.email for letter in letters(kind))


def register(session: Session) -> Found:
    found = find_register(session.id, is_writing=True)
    assert found is not None
    return found


def mark(session: Session, *marks: tuple[Person, Status], **more: bool) -> None:
    entry = Entry(
        marks=tuple(SubmittedMark(one.id, Mark(status, Mode.ONLINE)) for one, status in marks),
        **more,
    )
    save_register(register(session), entry, by_id=None, now=ENDS, lock_days=LOCK_DAYS)


def test_a_reminder_leaves_once_for_each_adult_the_evening_before(cast: Cast) -> None:
    assert write_reminders(now=EVE - timedelta(minutes=1)) == 0
    assert write_reminders(now=EVE) == 2
    assert write_reminders(now=EVE + timedelta(minutes=1)) == 0
    assert write_reminders(now=EVE + timedelta(hours=12)) == 0
    assert readers(REMINDER) == ["guardian@example.org", "other@example.org"]
    letter = letters(REMINDER)[0]
    text = str(letter.parts)
    assert letter.subject == "Завтра заняття"
    assert "понеділок, 12 вересня, 17:00" in text
    assert "Не прийдемо" in text
    for secret in ("Соломія", "Лук’ян", "Ярина", "meet.example"):
        assert secret not in text


def test_a_reminder_follows_the_groups_clock_state_members_and_each_ones_wish(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=NotHeldReason.NO_POWER)
    assert write_reminders(now=EVE) == 0
    week = timedelta(days=7)
    decline(cast.guardian.id, REMINDER, now=EVE)
    leave(cast.enrolments[cast.other_child.id], last_day=date(2022, 9, 18))
    assert write_reminders(now=EVE + week) == 0
    want(cast.guardian.id, REMINDER)
    cast.cohort.zone = "America/New_York"
    db.session.flush()
    # It is five in the evening in New York seven hours later.
    assert write_reminders(now=EVE + week) == 0


def test_an_adult_is_reminded_of_their_own_session(cast: Cast) -> None:
    write_reminders(now=datetime(2022, 10, 4, 15, 0, tzinfo=UTC))
    (letter,) = letters(REMINDER)
    assert letter.person_id == cast.learner.id
    assert "Не прийду'" in str(letter.parts)


def test_an_announced_absence_stands_on_the_register_and_becomes_a_good_reason(
    cast: Cast,
) -> None:
    session = cast.sessions[1]
    for _time in range(2):
        announce(session, [cast.child, cast.sibling], by_id=cast.guardian.id, now=EVE)
    come_after_all(session, [cast.sibling], now=EVE)
    rows = {
        row.person_id: row for row in make_screen(register(session), now=ENDS, lock_days=3).rows
    }
    assert "попередили: не прийдуть" in rows[cast.child.id].note
    assert rows[cast.child.id].suggested == "excused"
    assert "попередили" not in rows[cast.sibling.id].note
    mark(session, fills_blanks=True)
    statuses = {person_id: one.status for person_id, one in marks_of(session.id).items()}
    assert statuses == {
        cast.child.id: Status.EXCUSED,
        cast.sibling.id: Status.PRESENT,
        cast.other_child.id: Status.PRESENT,
    }
    with pytest.raises(SessionBegan):
        come_after_all(session, [cast.child], now=session.starts_at)
    with pytest.raises(SessionBegan):
        announce(session, [cast.sibling], by_id=cast.guardian.id, now=session.starts_at)


@pytest.mark.parametrize("by_clock", [False, True])
def test_a_blank_that_was_announced_is_excused_when_the_register_is_finished(
    cast: Cast, by_clock: bool
) -> None:
    session = cast.sessions[1]
    announce(session, [cast.child], by_id=cast.guardian.id, now=EVE)
    mark(session, (cast.sibling, Status.PRESENT), finishes=not by_clock)
    if by_clock:
        assert marks_of(session.id).keys() == {cast.sibling.id}
        close_due(now=EVENING, lock_days=LOCK_DAYS)
    assert marks_of(session.id)[cast.child.id].status is Status.EXCUSED
    assert cast.other_child.id not in marks_of(session.id)


def agree(cast: Cast, *people: Person) -> None:
    for person in people or (cast.child, cast.sibling, cast.other_child):
        giver = cast.other_guardian if person is cast.other_child else cast.guardian
        give_consent(person, GivenConsent(Purpose.MESSAGES), giver=giver, now=BEFORE)


def miss(cast: Cast) -> None:
    """Mark all three children absent."""
    children = (cast.child, cast.sibling, cast.other_child)
    mark(cast.sessions[1], *((child, Status.ABSENT) for child in children))


def test_a_missed_family_gets_one_kind_letter_once(cast: Cast) -> None:
    agree(cast)
    miss(cast)
    assert write_to_missed(now=EVENING) == 0, "the register is not finished"
    close_due(now=EVENING, lock_days=LOCK_DAYS)
    assert write_to_missed(now=EVENING) == 2
    assert write_to_missed(now=EVENING + timedelta(minutes=1)) == 0
    assert readers(ABSENCE) == ["guardian@example.org", "other@example.org"]
    letter = letters(ABSENCE)[0]
    assert letter.subject == "Сьогодні ми не бачилися"
    assert "Якщо не було світла чи зв’язку, торкніться тут, ми врахуємо" in str(letter.parts)
    assert "Соломія" not in str(letter.parts)


@pytest.mark.parametrize(
    "case",
    ["no consent", "withdrawn", "announced", "excused", "declined", "rule", "late", "erased"],
)
def test_nobody_else_gets_it(cast: Cast, case: str) -> None:
    agree(cast, *(() if case != "no consent" else (cast.other_child,)))
    if case == "announced":
        announce(cast.sessions[1], [cast.child, cast.sibling], by_id=None, now=EVE)
    miss(cast)
    if case == "withdrawn":
        for child in (cast.child, cast.sibling):
            withdraw_consent(child.id, Purpose.MESSAGES, now=ENDS)
    if case == "excused":
        for child in (cast.child, cast.sibling):
            record = db.session.scalar(
                select(AttendanceRecord).where(AttendanceRecord.person_id == child.id)
            )
            assert record is not None
            record.status = Status.EXCUSED
    if case == "declined":
        decline(cast.guardian.id, ABSENCE, now=ENDS)
    if case == "rule":
        cast.guardian.contact_rule = ContactRule.DO_NOT_WRITE
    if case == "erased":
        cast.guardian.erased_at = ENDS
    db.session.flush()
    close_due(now=EVENING, lock_days=LOCK_DAYS)
    late = case == "late"
    write_to_missed(now=EVENING + timedelta(days=3 if late else 0))
    assert readers(ABSENCE) == ([] if late else ["other@example.org"])


def test_whoever_only_brings_a_child_is_reminded_and_not_asked(cast: Cast) -> None:
    add_guardian(
        cast.learner, cast.other_child, relation=Relation.ACCOMPANYING, since=BEFORE.date()
    )
    agree(cast)
    write_reminders(now=EVE)
    miss(cast)
    close_due(now=EVENING, lock_days=LOCK_DAYS)
    write_to_missed(now=EVENING)
    assert "learner@example.org" in readers(REMINDER)
    assert "learner@example.org" not in readers(ABSENCE)


def test_a_familys_word_makes_a_good_reason_with_history(cast: Cast) -> None:
    miss(cast)
    found = register(cast.sessions[1])
    said = Said(AbsenceReason.NO_POWER, by_id=cast.guardian.id, at=EVENING)
    mine = [cast.child, cast.sibling]
    assert excuse(found, mine, said, lock_days=LOCK_DAYS) is Outcome.EXCUSED
    assert excuse(register(cast.sessions[1]), mine, said, lock_days=LOCK_DAYS) is Outcome.NOTHING
    statuses = {person_id: one.status for person_id, one in marks_of(cast.sessions[1].id).items()}
    assert statuses[cast.child.id] is statuses[cast.sibling.id] is Status.EXCUSED
    assert statuses[cast.other_child.id] is Status.ABSENT
    assert register(cast.sessions[1]).version == found.version + 1
    newest = mark_changes(cast.sessions[1].id)[0]
    assert (newest.who, newest.reason) == ("родина", "немає світла")
    assert newest.was == Mark(Status.ABSENT, Mode.ONLINE)


def test_a_locked_register_keeps_its_mark_and_shows_the_word(cast: Cast) -> None:
    miss(cast)
    close_due(now=EVENING, lock_days=LOCK_DAYS)
    later = EVENING + timedelta(days=LOCK_DAYS)
    said = Said(AbsenceReason.NO_CONNECTION, by_id=cast.guardian.id, at=later)
    outcome = excuse(register(cast.sessions[1]), [cast.child], said, lock_days=LOCK_DAYS)
    assert outcome is Outcome.NOTED
    assert marks_of(cast.sessions[1].id)[cast.child.id].status is Status.ABSENT
    screen = make_screen(register(cast.sessions[1]), now=later, lock_days=LOCK_DAYS)
    assert (
        "родина: немає зв’язку" in {row.person_id: row.note for row in screen.rows}[cast.child.id]
    )
    assert count_open(now=later) == (1, cast.sessions[1].id)
    assert count_open(now=later + timedelta(days=31)) == (0, None)
    assert db.session.scalar(select(func.count(FamilyWord.id))) == 1
