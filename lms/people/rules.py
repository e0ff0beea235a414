"""Ages, who must consent, and when an adult may be with children: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.contracts import Reason, Verdict

CONSENT_AGE = 14
ADULT_AGE = 18


class Purpose(StrEnum):
    """What a consent is for."""

    TAKING_PART = "taking_part"
    PHOTOGRAPHS = "photographs"
    PUBLISHING = "publishing"
    MESSAGES = "messages"
    RECORDING = "recording"


class CheckKind(StrEnum):
    """What is asked of an adult before a first session with children."""

    IDENTITY = "identity"
    BACKGROUND = "background"
    TRAINING = "training"
    CODE_OF_CONDUCT = "code_of_conduct"


# Without a date of expiry these two say nothing about today (domain/library.md, Safeguarding).
EXPIRING_CHECKS = frozenset({CheckKind.BACKGROUND, CheckKind.TRAINING})


def age_on(birth_date: date, day: date) -> int:
    """Count full years; somebody born on 29 February turns a year older on 1 March.

    >>> age_on(date(2012, 2, 29), date(2023, 2, 28))
    10
    >>> age_on(date(2012, 2, 29), date(2023, 3, 1))
    11
    """
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def latest_birth_of(age: int, on: date) -> date:
    """Answer the latest birth date of those who have reached an age by a day.

    It says in one comparison what ``age_on`` says, so that a query can ask it.

    >>> latest_birth_of(18, date(2022, 9, 5))
    datetime.date(2004, 9, 5)
    >>> latest_birth_of(18, date(2024, 2, 29))
    datetime.date(2006, 2, 28)
    """
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        return date(on.year - age, 2, 28)


def birthday_of(birth_date: date, age: int) -> date:
    """Answer the day on which somebody reaches an age; after 29 February it is 1 March.

    >>> birthday_of(date(2008, 2, 29), 14), birthday_of(date(2008, 2, 29), 16)
    (datetime.date(2022, 3, 1), datetime.date(2024, 2, 29))
    """
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def is_minor(birth_date: date | None, day: date) -> bool:
    """Tell whether somebody is under 18; nobody knows an adult's birth date, so unknown is adult.

    >>> is_minor(date(2010, 5, 1), date(2022, 9, 1)), is_minor(None, date(2022, 9, 1))
    (True, False)
    """
    return birth_date is not None and age_on(birth_date, day) < ADULT_AGE


@dataclass(frozen=True)
class ConsentNeed:
    """Whose yes is needed: the guardian's consent, the learner's assent, or the learner's alone."""

    guardian: bool
    assent: bool
    own: bool


def consent_need(birth_date: date | None, day: date) -> ConsentNeed:
    """Tell who must agree: under 14 the guardian, to 17 the guardian and the learner, then oneself.

    >>> consent_need(date(2010, 1, 1), date(2022, 9, 1))
    ConsentNeed(guardian=True, assent=False, own=False)
    >>> consent_need(date(2008, 1, 1), date(2022, 9, 1))
    ConsentNeed(guardian=True, assent=True, own=False)
    """
    if not is_minor(birth_date, day):
        return ConsentNeed(guardian=False, assent=False, own=True)
    assent = birth_date is not None and age_on(birth_date, day) >= CONSENT_AGE
    return ConsentNeed(guardian=True, assent=assent, own=False)


@dataclass(frozen=True)
class CheckFact:
    """One dated check of an adult, as the clearance rule sees it."""

    kind: CheckKind
    done_on: date
    expires_on: date | None


def assess_clearance(checks: Iterable[CheckFact], *, on: date) -> Verdict:
    """Tell whether an adult may be with children on a day: every check done and none run out.

    :param on: the day of the session, not today.

    >>> assess_clearance([], on=date(2022, 9, 1)).objections[0].code
    'check_missing'
    """
    facts = list(checks)
    objections: list[Reason] = []
    for kind in CheckKind:
        known = [fact for fact in facts if fact.kind is kind and fact.done_on <= on]
        if not known:
            objections.append(Reason("check_missing", {"check": str(kind)}))
        elif not any(_holds(fact, on) for fact in known):
            ended = max((fact.expires_on for fact in known if fact.expires_on), default=None)
            objections.append(Reason("check_expired", {"check": str(kind), "on": ended}))
    return Verdict(tuple(objections))


def _holds(fact: CheckFact, on: date) -> bool:
    if fact.expires_on is None:
        return fact.kind not in EXPIRING_CHECKS
    return fact.expires_on >= on


def is_in_force(since: date, until: date | None, on: date) -> bool:
    """Tell whether a dated row holds on a day; both ends are included."""
    return since <= on and (until is None or on <= until)
