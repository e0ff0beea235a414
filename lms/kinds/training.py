"""Trainings for adults: one-off or a complex of sessions; a certificate with hours and topics."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from lms.courses import kind


@dataclass(frozen=True)
class Settings:
    """The share of sessions asked for, in percent."""

    share: int = 80


class Training:
    """Adults who enrol alone; the share of sessions decides about the certificate."""

    key = "training"
    label = _l("Training")
    participation = kind.Participation.ENROLLED
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = False
    is_for_children = False
    awards = frozenset({"training"})
    settings = Settings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: Settings) -> kind.Assessment:
        """Ask for the share of sessions."""
        return kind.assess_attendance(kind.AttendancePolicy(settings.share), facts)
