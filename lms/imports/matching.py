"""Whether a row and somebody known may be one person: pure rules, never a guess."""

import re
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz.distance import Levenshtein

from lms.imports.cleaning import Entry, Individual
from lms.imports.names import Name
from lms.people.names import fold


@dataclass
class Known:
    """Somebody who is here already, or whom a row above brings. ``ref`` tells which."""

    ref: str
    name: Name
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    guardians: list["Known"] = field(default_factory=list)
    is_minor: bool = False

    @property
    def row(self) -> int:
        """Give the row that brings this person, 0 where the library knows them."""
        return int(self.ref.split("-")[1]) if self.ref.startswith("row-") else 0


def digits(phone: str) -> str:
    """Give the end of a number by which two ways of writing it are compared."""
    return re.sub(r"\D", "", phone)[-9:]


def has_contact(other: Known, phone: str, email: str) -> bool:
    """Tell whether somebody is reached by this telephone or this address."""
    is_phone = bool(phone) and digits(other.phone) == digits(phone)
    return is_phone or (bool(email) and other.email == email)


def is_guardian(other: Known, entry: Entry) -> bool:
    """Tell whether somebody is the guardian of a row: by name, or by a way to be reached."""
    is_named = entry.guardian is not None and entry.guardian.name.key == other.name.key
    return is_named or has_contact(other, *entry.contact)


def _is_near(other: Known, entry: Entry) -> bool:
    """Tell whether the same people stand beside two children, or the same ways to reach them."""
    if other.guardians:
        return any(is_guardian(one, entry) for one in other.guardians)
    return has_contact(other, *entry.contact)


def likeness(other: Known, child: Individual, entry: Entry) -> str:
    """Tell how somebody of the same name relates to a child: the same, a question, or nobody."""
    is_near = _is_near(other, entry)
    if child.birth_date and other.birth_date == child.birth_date:
        is_sure = is_near and not _patronymics_differ(other.name, child.name)
        return "same" if is_sure else "import_perhaps_same"
    if not is_near or _is_own_guardian(other, entry):
        return ""
    is_open = child.birth_date is None or other.birth_date is None
    return "import_same_date_missing" if is_open else "import_same_other_date"


def _is_own_guardian(other: Known, entry: Entry) -> bool:
    """Tell a namesake: the guardian of this very row, who bears the child's name."""
    guardian = entry.guardian
    return not other.is_minor and guardian is not None and guardian.name.key == other.name.key


def _patronymics_differ(one: Name, other: Name) -> bool:
    return bool(one.patronymic and other.patronymic) and fold(one.patronymic) != fold(
        other.patronymic
    )


def is_spelt_alike(one: Name, other: Name) -> bool:
    """Tell whether two names may be one, spelt differently; twins differ by more.

    >>> is_spelt_alike(Name("Ткач", "Наталія"), Name("Ткач", "Наталя"))
    True
    >>> is_spelt_alike(Name("Ткач", "Лев"), Name("Ткач", "Лія"))
    False
    """
    (family, given), (other_family, other_given) = one.folded, other.folded
    if abs(len(family) + len(given) - len(other_family) - len(other_given)) > 2:
        return False
    family_distance = Levenshtein.distance(family, other_family, score_cutoff=2)
    given_distance = Levenshtein.distance(given, other_given, score_cutoff=2)
    shortest = min(len(one.given_name), len(other.given_name))
    is_close = family_distance + given_distance <= 2
    return is_close and (given_distance == 0 or (given_distance == 1 and shortest >= 4))
