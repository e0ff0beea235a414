"""How somebody may be reached, and the end of what opens pages for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from lms.db import db
from lms.people.models import ContactRule, Person, SignedIn, SignInCode, SignInLink
from lms.plugins import hooks


@dataclass(frozen=True)
class Reach:
    """How somebody may be reached: address, number, and the rule that everything obeys."""

    email: str
    phone: str
    rule: ContactRule


def change_reach(person: Person, reach: Reach) -> None:
    """Change how a person may be reached; what waits to be sent hears of a new rule at once."""
    before = person.contact_rule
    person.email, person.phone = reach.email.strip().lower(), reach.phone.strip()
    person.contact_rule = reach.rule
    db.session.flush()
    if person.contact_rule is not before:
        hooks().contact_rule_changed(person=person)


def end_other_sign_ins(account_id: int, *, kept_id: int, now: datetime) -> None:
    """Sign a person out everywhere but in the browser in hand."""
    db.session.execute(
        update(SignedIn)
        .where(
            SignedIn.account_id == account_id, SignedIn.ended_at.is_(None), SignedIn.id != kept_id
        )
        .values(ended_at=now)
    )


def end_sign_in_links(account_id: int, *, now: datetime) -> None:
    """Let no link and no code that was made for an account sign in any more."""
    for made in (SignInLink, SignInCode):
        db.session.execute(
            update(made)
            .where(made.account_id == account_id, made.used_at.is_(None))
            .values(used_at=now)
        )
