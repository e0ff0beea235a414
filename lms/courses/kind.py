"""The protocol of a programme kind, and what stands in for one whose plug-in is gone."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from lms.contracts import Reason, Verdict
from lms.courses.rules import (
    ApplicantFacts,
    Assessment,
    AttendancePolicy,
    Participation,
    ProgressFacts,
    assess_age,
    assess_attendance,
)
from lms.people.rules import Purpose
from lms.plugins import suite

__all__ = [
    "ApplicantFacts",
    "Assessment",
    "AttendancePolicy",
    "NoSettings",
    "Participation",
    "ProgrammeKind",
    "ProgressFacts",
    "Purpose",
    "UnknownKind",
    "Verdict",
    "assess_age",
    "assess_attendance",
    "kind_of",
]


class ProgrammeKind(Protocol):
    """One way of running a programme: a club, a school, a drop-in circle, a consultation desk.

    ``key`` is stored in ``Programme.kind`` and never reused. ``settings`` is the frozen dataclass of
    the kind's own settings, kept as JSON on the programme. ``awards`` are keys of award kinds;
    empty means that nothing is issued. ``is_for_children`` asks clearance of every adult assigned.
    """

    key: str
    label: Any
    participation: Participation
    consents: frozenset[Purpose]
    is_sensitive: bool
    is_for_children: bool
    awards: frozenset[str]
    settings: type[Any]

    def eligibility(self, facts: ApplicantFacts, *, on: date) -> Verdict: ...

    def assess(self, facts: ProgressFacts, settings: Any) -> Assessment: ...


@dataclass(frozen=True)
class NoSettings:
    """A kind without settings of its own."""


@dataclass
class UnknownKind:
    """Stands in for a kind whose plug-in is gone: visible, never complete, never an error."""

    key: str
    label: Any = _l("Unknown kind (module not installed)")
    participation: Participation = Participation.ENROLLED
    consents: frozenset[Purpose] = frozenset({Purpose.TAKING_PART})
    is_sensitive: bool = True
    is_for_children: bool = True
    awards: frozenset[str] = frozenset()
    settings: type[Any] = NoSettings

    def eligibility(self, facts: ApplicantFacts, *, on: date) -> Verdict:
        """Refuse: nobody knows the rules of this kind here."""
        return Verdict((Reason("kind_unknown", {"kind": self.key}),))

    def assess(self, facts: ProgressFacts, settings: Any) -> Assessment:
        """Answer that completion can't be told here."""
        return Assessment(is_met=False, reasons=(Reason("kind_unknown", {"kind": self.key}),))


def kind_of(key: str) -> ProgrammeKind:
    """Answer the kind of a programme, or its stand-in when the plug-in is not installed."""
    found: ProgrammeKind | None = suite().kinds.get(key)
    return found or UnknownKind(key)


def read_kind_settings(kind: ProgrammeKind, stored: dict[str, Any]) -> Any:
    """Make the kind's settings of what is stored with the programme.

    :raises TypeError: when the stored names are not those of the kind.
    """
    return kind.settings(**stored)
