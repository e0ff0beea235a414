"""A summer IT school: enrolled children, a few intense weeks, a share of the sessions."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from lms.courses import kind


@dataclass(frozen=True)
class Settings:
    """The share of sessions asked for, in percent."""

    share: int = 70


class ItSchool:
    """Enrolled children; the share of sessions alone decides about the certificate."""

    key = "it_school"
    label = _l("IT school")
    participation = kind.Participation.ENROLLED
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = False
    is_for_children = True
    awards = frozenset({"it_school"})
    settings = Settings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: Settings) -> kind.Assessment:
        """Ask for the share of sessions."""
        return kind.assess_attendance(kind.AttendancePolicy(settings.share), facts)
