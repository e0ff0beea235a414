"""The six bundled kinds, given by the same hook as anybody's seventh."""

from lms.courses.kind import ProgrammeKind
from lms.hookspecs import hook
from lms.kinds.code_club import CodeClub
from lms.kinds.digital_hub import DigitalHub
from lms.kinds.it_school import ItSchool
from lms.kinds.language_club import LanguageClub
from lms.kinds.training import Training
from lms.kinds.yoga_therapy import YogaTherapy


@hook
def register_programme_kinds() -> list[ProgrammeKind]:
    """Give the library's six ways of running a programme."""
    return [CodeClub(), ItSchool(), YogaTherapy(), LanguageClub(), DigitalHub(), Training()]
