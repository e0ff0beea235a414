"""Two records side by side, in words: every field, and who and what hangs on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from lms.db import db
from lms.i18n import say_day
from lms.people.models import Account, Guardianship, Person, Role


@dataclass(frozen=True)
class Line:
    """One line of the comparison; ``field`` is empty where nothing is to be chosen."""

    label: str
    kept: str
    gone: str
    field: str = ""
    note: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether the two records say something else."""
        return self.kept != self.gone


def compare(
    kept: Person, gone: Person, *, words: Mapping[str, Mapping[Any, Any]], on: date
) -> list[Line]:
    """List what two records say, those lines left out in which neither says anything.

    :param words: what the page calls genders, ways to reach and roles.
    """
    lines = [
        _line(_("Family name"), kept, gone, "family_name"),
        _line(_("First name"), kept, gone, "given_name"),
        _line(_("Patronymic"), kept, gone, "patronymic"),
        Line(
            _("Grammatical gender on documents"),
            str(words["gender"][kept.gender]),
            str(words["gender"][gone.gender]),
            "gender",
        ),
        Line(_("Birth date"), _day(kept.birth_date), _day(gone.birth_date), "birth_date"),
        _line(_("Phone"), kept, gone, "phone"),
        _line(_("E-mail"), kept, gone, "email"),
        _line(_("Name in Latin letters"), kept, gone, "latin_name"),
        _line(_("Place of work"), kept, gone, "workplace"),
        _line(_("Position"), kept, gone, "position"),
        Line(
            _("How to reach"),
            str(words["contact"][kept.contact_rule]),
            str(words["contact"][gone.contact_rule]),
            note=_("The stricter of the two stays."),
        ),
        Line(_("Guardians"), _guardians(kept.id, on), _guardians(gone.id, on)),
        Line(_("Children"), _children(kept.id, on), _children(gone.id, on)),
        Line(_("Roles"), _roles(kept.id, words["role"], on), _roles(gone.id, words["role"], on)),
        Line(_("Signs in"), _signs_in(kept.id), _signs_in(gone.id)),
        Line(_("Known since"), say_day(kept.created_at), say_day(gone.created_at)),
    ]
    return [line for line in lines if line.kept or line.gone]


def _line(label: str, kept: Person, gone: Person, field: str) -> Line:
    return Line(label, getattr(kept, field), getattr(gone, field), field)


def _day(day: date | None) -> str:
    return say_day(day) if day else ""


def _guardians(child_id: int, on: date) -> str:
    tie = Guardianship
    return _names(
        select(Person)
        .join(tie, tie.guardian_id == Person.id)
        .where(tie.child_id == child_id, or_(tie.until.is_(None), tie.until >= on))
    )


def _children(guardian_id: int, on: date) -> str:
    tie = Guardianship
    return _names(
        select(Person)
        .join(tie, tie.child_id == Person.id)
        .where(tie.guardian_id == guardian_id, or_(tie.until.is_(None), tie.until >= on))
    )


def _names(query: Any) -> str:
    people = db.session.scalars(query.order_by(Person.sort_key, Person.id))
    return ", ".join(
        " ".join(part for part in (one.full_name, one.phone or one.email) if part) for one in people
    )


def _roles(person_id: int, labels: Mapping[Any, Any], on: date) -> str:
    mine = select(Role.name).where(
        Role.person_id == person_id, or_(Role.until.is_(None), Role.until >= on)
    )
    names = db.session.scalars(mine.order_by(Role.name).distinct())
    return ", ".join(str(labels[name]) for name in names)


def _signs_in(person_id: int) -> str:
    account = db.session.scalar(
        select(Account).where(Account.person_id == person_id, Account.closed_at.is_(None))
    )
    if account is None:
        return ""
    return _("by password") if account.password_hash else _("by a link")
