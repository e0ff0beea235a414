"""Yoga therapy: small groups whose members are nobody's business; nothing is issued."""

from datetime import date

from flask_babel import lazy_gettext as _l

from lms.contracts import Reason
from lms.courses import kind


class YogaTherapy:
    """A sensitive kind: head-counts for others, names stay inside the group."""

    key = "yoga_therapy"
    label = _l("Yoga therapy")
    participation = kind.Participation.DROP_IN
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = True
    is_for_children = False
    awards: frozenset[str] = frozenset()
    settings = kind.NoSettings

    def eligibility(self, facts: kind.ApplicantFacts, *, on: date) -> kind.Verdict:
        """Hold the age against the programme's limits, where it has any."""
        return kind.assess_age(facts, on=on)

    def assess(self, facts: kind.ProgressFacts, settings: kind.NoSettings) -> kind.Assessment:
        """Answer that nothing ends it: people come as long as it helps."""
        return kind.Assessment(is_met=False, reasons=(Reason("nothing_is_issued"),))
