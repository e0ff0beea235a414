"""What a guardian sees and may do, who grows up, and when a consent is asked for again: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.people.rules import ADULT_AGE, CONSENT_AGE, birthday_of

INVITATION_HOURS = 72
SEEN_BEFORE = timedelta(days=31)
ASKED_BEFORE = timedelta(days=30)


class InvitationRefusal(StrEnum):
    """Why a second guardian is not confirmed; whoever invited reads it."""

    NOT_REACHED = "not_reached"
    NO_PROOF = "no_proof"
    COURT = "court"
    OTHER = "other"


@dataclass(frozen=True)
class Tie:
    """One adult and one child, as the rules see it. ``number`` is that of its row."""

    number: int
    guardian_id: int
    since: date
    is_legal: bool
    sees_place: bool


@dataclass(frozen=True)
class Sight:
    """What one adult sees of one child and may do."""

    place: bool = False
    progress: bool = False
    consents: bool = False
    others: bool = False

    @property
    def link(self) -> bool:
        """Tell whether the room's link is shown: with the place, never without."""
        return self.place and self.progress


def first_of(ties: Iterable[Tie]) -> Tie | None:
    """Answer the first legal guardian: the oldest tie that sees where the child meets.

    >>> mother = Tie(2, 20, date(2022, 9, 1), is_legal=True, sees_place=True)
    >>> father = Tie(3, 30, date(2022, 9, 1), is_legal=True, sees_place=False)
    >>> first_of([father, mother]) == mother
    True
    """
    legal = [tie for tie in ties if tie.is_legal and tie.sees_place]
    return min(legal, key=lambda tie: (tie.since, tie.number), default=None)


def sight_of(tie: Tie | None, ties: Iterable[Tie]) -> Sight:
    """Tell what an adult sees: the first guardian all, a second one not where the child is.

    Whoever only accompanies the child sees times and place, since they bring it, and nothing else.

    >>> sight_of(None, []).progress
    False
    >>> aunt = Tie(1, 10, date(2022, 9, 1), is_legal=False, sees_place=True)
    >>> sight_of(aunt, [aunt])
    Sight(place=True, progress=False, consents=False, others=False)
    """
    if tie is None:
        return Sight()
    if not tie.is_legal:
        return Sight(place=tie.sees_place)
    is_first = tie == first_of(ties)
    return Sight(place=tie.sees_place, progress=True, consents=True, others=is_first)


def is_last_legal(tie: Tie, ties: Iterable[Tie]) -> bool:
    """Tell whether nobody could give a consent any more without this adult.

    >>> mother = Tie(1, 10, date(2022, 9, 1), is_legal=True, sees_place=True)
    >>> is_last_legal(mother, [mother])
    True
    """
    return tie.is_legal and not any(other.is_legal and other != tie for other in ties)


def is_invitation_open(
    expires_at: datetime, *, now: datetime, is_used: bool, is_cancelled: bool
) -> bool:
    """Tell whether an invitation's link still works: once, within its 72 hours.

    >>> from datetime import UTC
    >>> at = datetime(2022, 9, 5, tzinfo=UTC)
    >>> is_invitation_open(at, now=at, is_used=False, is_cancelled=False)
    False
    """
    return now < expires_at and not is_used and not is_cancelled


class Step(StrEnum):
    """What a birthday brings."""

    ASSENT = "assent"
    OWN = "own"


STEPS = {CONSENT_AGE: Step.ASSENT, ADULT_AGE: Step.OWN}


def step_near(birth_date: date, *, on: date, is_settled: bool) -> tuple[Step, date] | None:
    """Tell which step somebody takes within a month, or took and has not settled yet.

    :param is_settled: whether what the last step needs was done: the assent given, or the learner
        of age has consented for themselves.

    >>> step_near(date(2008, 2, 29), on=date(2022, 1, 29), is_settled=False)
    (<Step.ASSENT: 'assent'>, datetime.date(2022, 3, 1))
    >>> step_near(date(2008, 2, 29), on=date(2022, 1, 28), is_settled=False) is None
    True
    """
    coming = [
        (step, birthday_of(birth_date, age))
        for age, step in STEPS.items()
        if on < birthday_of(birth_date, age) <= on + SEEN_BEFORE
    ]
    if coming:
        return coming[0]
    taken = [
        (step, birthday_of(birth_date, age))
        for age, step in STEPS.items()
        if birthday_of(birth_date, age) <= on
    ]
    return taken[-1] if taken and not is_settled else None


def is_asked_again(expires_on: date | None, *, needed_until: date | None, on: date) -> bool:
    """Tell whether a consent runs out within a month, while it is still needed.

    >>> is_asked_again(date(2022, 9, 30), needed_until=date(2022, 12, 20), on=date(2022, 9, 1))
    True
    >>> is_asked_again(date(2022, 9, 30), needed_until=date(2022, 9, 20), on=date(2022, 9, 1))
    False
    """
    if expires_on is None or needed_until is None:
        return False
    return on <= expires_on <= on + ASKED_BEFORE and expires_on < needed_until
