"""How a group of the cast comes to its end: sessions held, marks, projects, completions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from lms.attendance.models import AttendanceRecord, Mode, Status
from lms.completion.models import Completion
from lms.completion.services import confirm_cohort, show_projects
from lms.courses.models import Session, SessionState
from lms.db import Base, begin_write, db
from lms.enrolment.models import Enrolment
from lms.people.models import Person
from tests.cast import Cast

Row = TypeVar("Row", bound=Base)
GRADUATION = datetime(2022, 12, 20, 15, 0, tzinfo=UTC)


def hold(
    sessions: Iterable[Session], *, present: Iterable[Person], absent: Iterable[Person] = ()
) -> None:
    """Hold sessions to which some came and some did not."""
    came = list(present)
    for session in sessions:
        session.state = SessionState.HELD
        for person, status in (
            *((person, Status.PRESENT) for person in came),
            *((person, Status.ABSENT) for person in absent),
        ):
            db.session.add(
                AttendanceRecord(
                    session_id=session.id,
                    person_id=person.id,
                    status=status,
                    mode=Mode.ONLINE,
                    marked_at=GRADUATION,
                )
            )
    db.session.flush()


def finish_club(cast: Cast) -> None:
    """Let child and sibling come to all sessions and show projects, and the other child to none."""
    hold(cast.sessions, present=[cast.child, cast.sibling], absent=[cast.other_child])
    shown = [cast.enrolments[person.id].id for person in (cast.child, cast.sibling)]
    show_projects(shown, on=GRADUATION.date(), confirmed_by_id=cast.mentor.id)


def graduate(cast: Cast) -> list[Completion]:
    """Finish the club's group and confirm it: child and sibling have completed."""
    finish_club(cast)
    return confirm_cohort(cast.cohort, by_id=cast.coordinator.id, now=GRADUATION)


def graduate_training(cast: Cast) -> list[Completion]:
    """Finish the training and confirm it: the adult learner has completed."""
    hold(cast.training_sessions, present=[cast.learner])
    return confirm_cohort(cast.training_cohort, by_id=cast.coordinator.id, now=GRADUATION)


def crowd(cast: Cast, number: int) -> list[Completion]:
    """Fill the training with many adults who have completed it."""
    people = [
        Person(
            family_name=f"Ґудзь{chr(0x430 + index // 30)}{chr(0x430 + index % 30)}",
            given_name="Їжак",
            patronymic="",
            sort_key=f"{index:04d}",
            folded=f"гудз{index}",
            created_at=GRADUATION,
        )
        for index in range(number)
    ]
    db.session.add_all(people)
    db.session.flush()
    places = [
        Enrolment(
            person_id=person.id,
            cohort_id=cast.training_cohort.id,
            since=cast.training_module.starts_on,
            enrolled_at=GRADUATION,
        )
        for person in people
    ]
    db.session.add_all(places)
    db.session.flush()
    done = [
        Completion(
            enrolment_id=place.id, completed_on=GRADUATION.date(), confirmed_at=GRADUATION, facts={}
        )
        for place in places
    ]
    db.session.add_all(done)
    db.session.flush()
    return done


def settle(*rows: object) -> None:
    """Commit, and let go of rows with their values read, as a browser's test needs them.

    Between requests the session is closed; what was not read before could not be read after.
    """
    db.session.commit()
    for row in rows:
        db.session.refresh(row)
    db.session.expunge_all()
    db.session.rollback()


def settle_cast(cast: Cast, *rows: object) -> None:
    """Settle everybody and everything of the cast."""
    known = [value for value in vars(cast).values() if isinstance(value, Base)]
    settle(*known, *cast.enrolments.values(), *cast.sessions, *rows)


def stored(model: type[Row], key: int) -> Row:
    """Read a row anew for a change, in a transaction that writes; the test commits."""
    db.session.rollback()
    begin_write()
    return db.session.get_one(model, key)
