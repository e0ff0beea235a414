"""Classes of the digital hub: drop-in and counted by head; consultations are rows of ``hub``."""

from datetime import date

from flask_babel import lazy_gettext as _l

from lms.contracts import Reason
from lms.courses import kind


class DigitalHub:
    """Drop-in classes; nothing is issued, everything is counted."""

    key = "digital_hub"
    label = _l("Digital hub")
    participation = kind.Participation.DROP_IN
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = False
    is_for_children = False
    awards: frozenset[str] = frozenset()
    settings = kind.NoSettings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits, where it has any."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: kind.NoSettings) -> kind.Assessment:
        """Answer that nothing ends it."""
        return kind.Assessment(is_met=False, reasons=(Reason("nothing_is_issued"),))
