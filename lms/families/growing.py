"""Who turns 14 or 18: seen a month before, and what ends by itself on the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select

from lms.contracts import RoleName
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.families.childpages import revoke_pages_of
from lms.families.guardians import shut_out
from lms.families.refusals import HasPassword, NotGrown
from lms.families.rules import Step, step_near
from lms.people.consents import assents_missing, consents_in_force
from lms.people.models import Account, Guardianship, Person
from lms.people.rules import ADULT_AGE, CONSENT_AGE, Purpose, birthday_of, is_minor, latest_birth_of
from lms.people.services import grant_role, open_account
from lms.people.signing import make_sign_in_link

# After so long nobody is reminded any more of what a birthday asked for.
REMINDED = timedelta(days=120)


@dataclass(frozen=True)
class Growing:
    """Somebody who takes a step: which, on what day, and whether what it needs is done."""

    person_id: int
    name: str
    step: Step
    day: date
    is_settled: bool
    has_account: bool


def growing_up(*, on: date) -> list[Growing]:
    """List who turns 14 or 18 within a month, and whose step is not settled yet: four queries.

    Only learners with a place in a group that holds are listed.
    """
    in_a_group = exists().where(
        Enrolment.person_id == Person.id,
        or_(Enrolment.until.is_(None), Enrolment.until >= on),
        Enrolment.cohort.has(),
    )
    youngest = latest_birth_of(CONSENT_AGE, on + timedelta(days=32))
    oldest = latest_birth_of(ADULT_AGE, on - REMINDED)
    rows = db.session.execute(
        select(Person, Account.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Person.erased_at.is_(None),
            Person.birth_date.is_not(None),
            Person.birth_date <= youngest,
            Person.birth_date > oldest,
            in_a_group,
        )
        .order_by(Person.sort_key, Person.id)
    ).all()
    people = [person for person, _account in rows]
    settled = _settled(people, on=on)
    found = []
    for person, account_id in rows:
        if person.birth_date is None:
            continue
        near = step_near(person.birth_date, on=on, is_settled=person.id in settled)
        if near is not None:
            step, day = near
            found.append(
                Growing(
                    person.id,
                    person.full_name,
                    step,
                    day,
                    is_settled=person.id in settled and day <= on,
                    has_account=account_id is not None,
                )
            )
    return sorted(found, key=lambda one: one.day)


def _settled(people: list[Person], *, on: date) -> set[int]:
    """Tell who did what the last birthday asks: assented, or consented for themselves."""
    ids = [person.id for person in people]
    minors = {person.id for person in people if is_minor(person.birth_date, on)}
    missing = assents_missing(minors, [Purpose.TAKING_PART], on=on)[Purpose.TAKING_PART]
    own = consents_in_force([Purpose.TAKING_PART], on=on)
    consented = {person_id for person_id, _purpose in db.session.execute(own)} & set(ids)
    return (minors - missing) | (consented - minors)


def hand_over(person: Person, *, hours: int, now: datetime, on: date) -> str:
    """Open the account of somebody who came of age; answer the token of a link that signs in once.

    :raises NotGrown: before the eighteenth birthday.
    :raises HasPassword: for whoever signs in by a password already.
    """
    if is_minor(person.birth_date, on) or person.birth_date is None:
        raise NotGrown
    account = open_account(person)
    if account.password_hash:
        raise HasPassword
    grant_role(person, RoleName.LEARNER, since=on)
    return make_sign_in_link(account, hours=hours, now=now)


def end_childhoods(*, now: datetime, on: date) -> int:
    """Date the end of guardianships of whoever came of age; answer how many.

    Nobody saw anything since the birthday anyway: the queries ask the age. This writes it down,
    ends the links of the child's pages, and the role of whoever is nobody's guardian any more.
    """
    ties = db.session.scalars(
        select(Guardianship)
        .join(Person, Person.id == Guardianship.child_id)
        .where(Guardianship.until.is_(None), Person.birth_date <= latest_birth_of(ADULT_AGE, on))
    ).all()
    for tie in ties:
        if tie.child.birth_date is None:
            continue
        last = birthday_of(tie.child.birth_date, ADULT_AGE) - timedelta(days=1)
        guardian_id = tie.guardian_id
        revoke_pages_of(tie.child_id, now=now)
        if tie.since <= last:
            tie.until = last
        else:
            db.session.delete(tie)
        db.session.flush()
        shut_out(guardian_id, now=now, on=on)
    return len(ties)
