"""Writing to the families of a group: one letter for each adult, whatever the number of children."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from lms import limits
from lms.contracts import LetterKind
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.enrolment.seats import in_force
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, Text
from lms.letters.services import adults_for, may_be_written_to, take_back, write
from lms.people.models import ContactRule, Person
from lms.people.rules import is_minor

KIND = "group_message"
# So long the letters wait and can be taken back.
WAITS = timedelta(minutes=1)
MOST_PER_HOUR = 6


@dataclass(frozen=True)
class Readers:
    """Who of a group gets a letter, and how many do not, without saying who."""

    adults: tuple[Person, ...] = ()
    not_wanting: int = 0
    without_address: int = 0
    children_alone: int = 0

    @property
    def missed(self) -> int:
        """Count the adults who get no letter and must be told in another way."""
        return self.not_wanting + self.without_address


@dataclass(frozen=True)
class Batch:
    """What became of one writing to a group."""

    words: str
    written_at: datetime
    written_by_id: int | None
    states: dict[LetterState, int]

    @property
    def total(self) -> int:
        """Count the letters."""
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        """Count the letters that can still be taken back."""
        return self.states.get(LetterState.WAITING, 0)

    @property
    def taken_back(self) -> int:
        """Count the letters that were taken back."""
        return self.states.get(LetterState.TAKEN_BACK, 0)


def text_of(words: str) -> Text:
    """Make the letter: a fixed subject that names nobody and nothing, and the words as typed."""
    paragraphs = "\n".join(words.splitlines()).split("\n\n")
    return Text(
        subject=_("A message from the library"),
        parts=(
            *(part.strip() for part in paragraphs if part.strip()),
            _("This letter went to the adults of one group. The library reads your answer."),
        ),
    )


def readers_of(cohort: Cohort, *, on: date) -> Readers:
    """Find the adults of a group: guardians of its children, and grown-up learners themselves.

    A child is never among them: no private channel between a mentor and a child exists.
    """
    people = db.session.scalars(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.id.in_(in_force(on)),
            Enrolment.cohort_id == cohort.id,
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()
    told = adults_for(people, on=on)
    adults = list({one.id: one for reached in told.values() for one in reached}.values())
    reached = tuple(one for one in adults if may_be_written_to(one, on=on))
    silent = [one for one in adults if one not in reached]
    not_wanting = sum(one.contact_rule is not ContactRule.USUAL for one in silent)
    return Readers(
        adults=reached,
        not_wanting=not_wanting,
        without_address=len(silent) - not_wanting,
        children_alone=sum(
            is_minor(person.birth_date, on) and not told[person.id] for person in people
        ),
    )


def write_to_group(
    cohort: Cohort, words: str, *, key: str, writer_id: int, now: datetime, on: date
) -> int:
    """Write to every adult of a group, each once for one form; answer how many letters wait.

    :raises TooMany: when somebody writes to groups more often than people like to read.
    """
    if batch_of(cohort.id, key) is not None:
        return 0
    limits.take("group_letters", str(writer_id), limit=MOST_PER_HOUR, seconds=3600, now=now)
    draft = Draft(
        kind=KIND,
        key=_key(cohort.id, key),
        compose=lambda: text_of(words),
        batch=key,
        written_by_id=writer_id,
    )
    return len(write(readers_of(cohort, on=on).adults, draft, now=now, waits=WAITS))


def take_back_from_group(cohort_id: int, key: str, *, now: datetime) -> tuple[int, int]:
    """Take back what has not left; answer how many letters are gone and how many had left."""
    gone, left = take_back(_key(cohort_id, key), now=now)
    return len(gone), len(left)


def _key(cohort_id: int, key: str) -> str:
    return f"group-{cohort_id}-{key}"


def batch_of(cohort_id: int, key: str) -> Batch | None:
    """Tell what became of a writing to this group, or nothing where there was none."""
    is_this = Letter.key.startswith(f"{_key(cohort_id, key)}-", autoescape=True)
    first = db.session.scalars(select(Letter).where(is_this).order_by(Letter.id).limit(1)).first()
    if first is None:
        return None
    counted = db.session.execute(
        select(Letter.state, func.count()).where(is_this).group_by(Letter.state)
    ).all()
    return Batch(
        words=words_of(first.parts),
        written_at=first.written_at,
        written_by_id=first.written_by_id,
        states={state: int(number) for state, number in counted},
    )


def words_of(parts: Sequence[dict[str, str]]) -> str:
    """Give back the words as they were typed, without the line that every letter ends with."""
    return "\n\n".join(part["text"] for part in parts[:-1])


def last_batches(cohort_id: int, *, at_most: int = 3) -> list[tuple[str, datetime]]:
    """List the newest writings to a group: their keys and when."""
    newest = func.max(Letter.written_at)
    rows = db.session.execute(
        select(Letter.batch, newest)
        .where(Letter.kind == KIND, Letter.key.startswith(f"group-{cohort_id}-", autoescape=True))
        .group_by(Letter.batch)
        .order_by(newest.desc())
        .limit(at_most)
    )
    return [(batch, written_at) for batch, written_at in rows]


def _example() -> Text:
    return text_of(
        _(
            "Good day!\n\n"
            "On Monday we meet an hour later than usual, at 18:00. Please bring headphones.\n\n"
            "See you!"
        )
    )


KINDS = (
    LetterKind(
        KIND,
        _l("Message to a group’s parents"),
        _example,
        when=_l("When the coordinator or the group’s mentor writes to everybody at once."),
    ),
)
