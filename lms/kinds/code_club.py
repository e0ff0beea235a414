"""A children's code club: weekly sessions through a module, a share of them, and a final project."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from lms.courses import kind


@dataclass(frozen=True)
class Settings:
    """The share of sessions asked for, in percent, and whether a final project is."""

    share: int = 75
    needs_project: bool = True


class CodeClub:
    """Enrolled children, a semester of weekly sessions, a certificate at the graduation."""

    key = "code_club"
    label = _l("Code club")
    participation = kind.Participation.ENROLLED
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = False
    is_for_children = True
    awards = frozenset({"code_club"})
    settings = Settings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: Settings) -> kind.Assessment:
        """Ask for the share of sessions and for the final project."""
        return kind.assess_attendance(
            kind.AttendancePolicy(settings.share, settings.needs_project), facts
        )
