"""Letters about the timetable: to everybody once, and none that contradict each other."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from lms.courses.models import NotHeldReason, Session
from lms.courses.services import Told, cancel_session, move_session, restore_session
from lms.db import db
from lms.enrolment.calls import calls_of
from lms.jobs import JobItem
from lms.letters.jobs import send_again
from lms.letters.models import Letter, LetterState
from lms.people.models import ContactRule, Relation
from lms.people.services import add_guardian
from tests.cast import Cast

DATABASES = ("sqlite",)

NOW = datetime(2022, 9, 9, 9, 0, tzinfo=UTC)
WHY = NotHeldReason.NO_POWER


def told(cast: Cast, *, minutes: int = 0) -> Told:
    return Told(by_id=cast.coordinator.id, at=NOW + timedelta(minutes=minutes))


def standing() -> list[Letter]:
    """What left or is to leave."""
    return list(
        db.session.scalars(
            select(Letter).where(Letter.state != LetterState.TAKEN_BACK).order_by(Letter.id)
        )
    )


def readers() -> list[str]:
    return sorted(letter.person.email for letter in standing())


def deliver() -> None:
    """Let every letter leave."""
    db.session.execute(
        update(Letter).where(Letter.state == LetterState.WAITING).values(state="sent")
    )


ALL = ["guardian@example.org", "mentor@example.org", "other@example.org"]


def test_a_cancelled_session_is_told_to_each_adult_once(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    assert readers() == ALL
    for letter in standing():
        text = str(letter.parts)
        assert "12 вересня, 17:00" in text
        assert "немає світла" in text
        assert "19 вересня" in text
        assert "12 вересня" in letter.subject
        for secret in ("Соломія", "Лук’ян", "Ярина", "Кремін"):
            assert secret not in text + letter.subject
        for secret in ("Scratch", "Code Club"):
            assert secret not in letter.subject


def test_whoever_changes_it_gets_no_letter_about_it(cast: Cast) -> None:
    by_mentor = Told(by_id=cast.mentor.id, at=NOW)
    cancel_session(cast.sessions[1], reason=WHY, told=by_mentor)
    assert readers() == ["guardian@example.org", "other@example.org"]


def test_cancelling_twice_and_a_mentor_who_is_a_parent_make_one_letter_each(cast: Cast) -> None:
    add_guardian(cast.mentor, cast.child, relation=Relation.FATHER, since=date(2022, 9, 1))
    for _time in range(2):
        cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    assert readers() == ALL


def test_what_is_taken_back_before_anybody_read_leaves_no_letter(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    restore_session(cast.sessions[1], told=told(cast, minutes=1))
    assert standing() == []


def test_what_was_read_is_taken_back_by_a_letter(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    deliver()
    restore_session(cast.sessions[1], told=told(cast, minutes=30))
    assert len(standing()) == 6
    assert all("все ж таки" in letter.subject for letter in standing()[3:])
    deliver()
    # Cancelled again after they read that it would be held: told once more.
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast, minutes=60))
    assert len(standing()) == 9
    deliver()
    # Restored and cancelled before anybody read of it: they know already.
    restore_session(cast.sessions[1], told=told(cast, minutes=90))
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast, minutes=91))
    assert len(standing()) == 9


def _move(cast: Cast, session: Session, day: int, *, minutes: int = 0) -> Session:
    return move_session(
        session,
        reason=WHY,
        day=date(2022, 9, day),
        starts_at=time(18, 0),
        told=told(cast, minutes=minutes),
    )


def test_moved_twice_unread_tells_the_first_and_the_last_time_only(cast: Cast) -> None:
    new = _move(cast, cast.sessions[1], 14)
    _move(cast, new, 15, minutes=1)
    assert readers() == ALL
    text = str(standing()[0].parts)
    assert "12 вересня, 17:00" in text
    assert "15 вересня, 18:00" in text
    assert "14 вересня" not in text


def test_moved_and_cancelled_unread_cancels_the_time_that_they_know(cast: Cast) -> None:
    new = _move(cast, cast.sessions[1], 14)
    cancel_session(new, reason=WHY, told=told(cast, minutes=1))
    assert readers() == ALL
    assert "12 вересня" in standing()[0].subject


def test_moved_and_cancelled_when_read_cancels_the_new_time(cast: Cast) -> None:
    new = _move(cast, cast.sessions[1], 14)
    text = str(standing()[0].parts)
    assert "12 вересня, 17:00" in text
    assert "14 вересня, 18:00" in text
    deliver()
    cancel_session(new, reason=WHY, told=told(cast, minutes=40))
    assert "14 вересня" in standing()[-1].subject


@pytest.mark.parametrize(("hours", "waits"), [(100, True), (3, False)])
def test_a_near_session_is_told_at_once_and_a_later_one_in_two_minutes(
    cast: Cast, hours: int, waits: bool
) -> None:
    session = cast.sessions[1]
    at = session.starts_at - timedelta(hours=hours)
    cancel_session(session, reason=WHY, told=Told(by_id=None, at=at))
    assert _being_sent() == (0 if waits else 3)
    send_again(now=at + timedelta(seconds=119))
    assert _being_sent() == (0 if waits else 3)
    send_again(now=at + timedelta(seconds=120))
    assert _being_sent() >= 3


def _being_sent() -> int:
    return db.session.scalar(select(func.count(JobItem.id))) or 0


def test_nobody_is_told_of_what_is_noted_afterwards(cast: Cast) -> None:
    cancel_session(cast.sessions[1], reason=WHY)
    late = cast.sessions[2].starts_at + timedelta(minutes=10)
    cancel_session(cast.sessions[2], reason=WHY, told=Told(by_id=None, at=late))
    assert standing() == []


def test_a_sensitive_group_is_told_the_time_only(cast: Cast) -> None:
    session = cast.yoga_sessions[-1]
    cancel_session(session, reason=WHY, told=told(cast))
    (letter,) = standing()
    assert letter.person.email == "leader@example.org"
    assert "Йога" not in str(letter.parts) + letter.subject


def test_a_letter_is_in_its_readers_language_and_on_the_groups_clock(cast: Cast) -> None:
    cast.guardian.locale = "en"
    cast.cohort.zone = "Europe/Warsaw"
    db.session.flush()
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    found = {letter.person.email: letter for letter in standing()}
    assert found["guardian@example.org"].subject == "There will be no session: Monday, 12 September"
    assert "no power" in str(found["guardian@example.org"].parts)
    assert found["other@example.org"].subject.startswith("Заняття не буде")
    assert "12 вересня, 16:00" in str(found["other@example.org"].parts)
    assert "Варшава" in str(found["other@example.org"].parts)


@pytest.mark.parametrize(
    ("rule", "phoned"),
    [
        (ContactRule.USUAL, []),
        (ContactRule.CALL_ONLY, ["+380501112233"]),
        (ContactRule.DO_NOT_WRITE, []),
    ],
)
def test_whoever_is_reached_by_phone_stands_on_a_list(
    cast: Cast, rule: ContactRule, phoned: list[str]
) -> None:
    cast.guardian.contact_rule = rule
    db.session.flush()
    cancel_session(cast.sessions[1], reason=WHY, told=told(cast))
    assert [call.phone for call in calls_of(cast.cohort.id, now=NOW)] == phoned
    is_written = "guardian@example.org" in readers()
    assert is_written is (rule is ContactRule.USUAL)
    assert calls_of(cast.cohort.id, now=cast.sessions[1].starts_at) == []
