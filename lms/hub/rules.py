"""What a consultation must say to be counted: pure rules, no person among the facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.contracts import Reason, Verdict

LONGEST_MINUTES = 480
OLDEST = timedelta(days=366)
UNDO = timedelta(minutes=15)


@dataclass(frozen=True)
class ConsultationFacts:
    """What the rule asks about one act of help."""

    day: date
    minutes: int
    topics: int
    is_in_person: bool = True
    is_place_online: bool = False


def assess_consultation(facts: ConsultationFacts, *, on: date) -> Verdict:
    """Tell whether a consultation can be recorded on a day.

    It may be noted later, after a day without power, but never before it took place.

    >>> good = ConsultationFacts(date(2022, 5, 4), 15, 1)
    >>> assess_consultation(good, on=date(2022, 5, 4)).is_allowed
    True
    >>> late = ConsultationFacts(date(2022, 5, 5), 15, 0)
    >>> [reason.code for reason in assess_consultation(late, on=date(2022, 5, 4)).objections]
    ['consultation_without_topic', 'consultation_ahead']
    """
    return Verdict(tuple(_objections(facts, on)))


def _objections(facts: ConsultationFacts, on: date) -> Iterator[Reason]:
    if facts.topics < 1:
        yield Reason("consultation_without_topic")
    if not 1 <= facts.minutes <= LONGEST_MINUTES:
        yield Reason("consultation_minutes", {"longest": LONGEST_MINUTES})
    if facts.day > on:
        yield Reason("consultation_ahead", {"on": on})
    if facts.day < on - OLDEST:
        yield Reason("consultation_too_old", {"on": on - OLDEST})
    if facts.is_in_person and facts.is_place_online:
        yield Reason("consultation_place_online")


def can_undo(noted_at: datetime, *, now: datetime) -> bool:
    """Tell whether a consultation was recorded recently enough to be taken back.

    >>> from datetime import UTC
    >>> at = datetime(2022, 5, 4, 9, 0, tzinfo=UTC)
    >>> can_undo(at, now=at + UNDO), can_undo(at, now=at + UNDO + timedelta(seconds=1))
    (True, False)
    """
    return now - noted_at <= UNDO
