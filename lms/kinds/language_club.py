"""Conversation clubs: come any week; a certificate of participation only where it is switched on."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from lms.contracts import Reason
from lms.courses import kind


@dataclass(frozen=True)
class Settings:
    """Whether taking part is certified, and from which share of sessions, in percent."""

    is_certified: bool = False
    share: int = 50


class LanguageClub:
    """Drop-in; head-counts allowed, enrolment optional."""

    key = "language_club"
    label = _l("Conversation club")
    participation = kind.Participation.DROP_IN
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = False
    is_for_children = False
    awards = frozenset({"participation"})
    settings = Settings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits, where it has any."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: Settings) -> kind.Assessment:
        """Ask for a share of the sessions where taking part is certified."""
        if not settings.is_certified:
            return kind.Assessment(is_met=False, reasons=(Reason("nothing_is_issued"),))
        return kind.assess_attendance(kind.AttendancePolicy(settings.share), facts)
