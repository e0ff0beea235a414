"""A stranger's plug-in: a seventh way of running a programme, with a certificate of its own."""

from dataclasses import dataclass

from lms.contracts import AwardKind
from lms.courses import kind
from lms.hookspecs import hook


@dataclass(frozen=True)
class Settings:
    """How many evenings are enough, in percent."""

    share: int = 50


class ReadingCircle:
    """Adults who read one book together, evening by evening."""

    key = "reading_circle"
    label = "Читацьке коло"
    participation = kind.Participation.ENROLLED
    consents = frozenset({kind.Purpose.TAKING_PART})
    is_sensitive = is_for_children = False
    awards = frozenset({"reader"})
    settings = Settings

    def eligibility(self, facts, *, on):
        return kind.assess_age(facts, on=on)

    def assess(self, facts, settings):
        return kind.assess_attendance(kind.AttendancePolicy(settings.share), facts)


@hook
def register_programme_kinds():
    return [ReadingCircle()]


@hook
def register_award_kinds():
    return [AwardKind("reader", "Сертифікат читача", "training", frozenset({"reading_circle"}))]
