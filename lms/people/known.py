"""What the people slice knows about a person, in plain words and without anybody else."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, or_, select

from lms.clock import now, today
from lms.contracts import KnownPart
from lms.db import db
from lms.i18n import LOCALES, say_day
from lms.people.forms import CONTACT_LABELS, GENDER_LABELS, ROLE_LABELS
from lms.people.models import Account, Check, Gender, Guardianship, Person, Role, SignedIn
from lms.people.sentences import CHECK_LABELS


def known_of(person: Person) -> list[KnownPart]:
    """Tell who somebody is here: name, ways to reach, roles, children, checks, signing in."""
    return [
        KnownPart(_("Name and ways to reach"), _self(person), weight=10),
        KnownPart(_("Children noted with you"), _children(person), weight=15),
        KnownPart(_("Roles"), _roles(person), weight=20),
        KnownPart(_("Checks of an adult"), _checks(person), weight=70),
        KnownPart(_("Signing in"), _account(person), weight=95),
    ]


def _self(person: Person) -> tuple[tuple[str, str], ...]:
    rows = (
        (_("Family name"), person.family_name),
        (_("First name"), person.given_name),
        (_("Patronymic"), person.patronymic),
        (_("Name in Latin letters"), person.latin_name),
        (_("Birth date"), say_day(person.birth_date) if person.birth_date else ""),
        (_("E-mail"), person.email),
        (_("Phone"), person.phone),
        (_("Place of work"), person.workplace),
        (_("Position"), person.position),
        (
            _("Grammatical gender on documents"),
            "" if person.gender is Gender.UNKNOWN else str(GENDER_LABELS[person.gender]),
        ),
        (_("How to reach"), str(CONTACT_LABELS[person.contact_rule])),
        (_("Language"), dict(LOCALES).get(person.locale or "", "")),
        (_("Noted on"), say_day(person.created_at)),
    )
    return tuple((label, value) for label, value in rows if value)


def _children(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Person.given_name, Guardianship.since)
        .join(Guardianship, Guardianship.child_id == Person.id)
        .where(
            Guardianship.guardian_id == person.id,
            Person.erased_at.is_(None),
            or_(Guardianship.until.is_(None), Guardianship.until >= today()),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return tuple((name, _("since %(day)s", day=say_day(since))) for name, since in rows)


def _roles(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Role.name, Role.since, Role.until)
        .where(Role.person_id == person.id)
        .order_by(Role.since)
    )
    return tuple((str(ROLE_LABELS[row.name]), say_span(row.since, row.until)) for row in rows)


def _checks(person: Person) -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(Check.kind, Check.done_on, Check.expires_on)
        .where(Check.person_id == person.id)
        .order_by(Check.done_on)
    )
    return tuple(
        (str(CHECK_LABELS[row.kind]), say_span(row.done_on, row.expires_on)) for row in rows
    )


def _account(person: Person) -> tuple[tuple[str, str], ...]:
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    if account is None:
        return ()
    number = db.session.scalar(
        select(func.count())
        .select_from(SignedIn)
        .where(
            SignedIn.account_id == account.id,
            SignedIn.ended_at.is_(None),
            SignedIn.expires_at > now(),
        )
    )
    way = _("by password") if account.password_hash else _("by a link")
    browsers = ngettext("%(num)d browser", "%(num)d browsers", number or 0)
    return ((_("Way to sign in"), way), (_("Signed in now"), browsers))


def say_span(since: object, until: object) -> str:
    """Say from when and until when something holds."""
    begun = _("since %(day)s", day=say_day(since))  # type: ignore[arg-type]
    ended = _("until %(day)s", day=say_day(until)) if until else ""  # type: ignore[arg-type]
    return ", ".join(part for part in (begun, ended) if part)
