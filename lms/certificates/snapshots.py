"""What a paper will say, put together from plain values on the day of issue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from translitua import translit

from lms.certificates.documents import Gender, Language, Signatory, Snapshot, Template, Text
from lms.contracts import LMSError, Reason
from lms.courses.models import Cohort
from lms.people.models import Person
from lms.plugins import suite

SHORT_ADDRESS = "/v/"
NOTHING = Text()


class AwardUnknown(LMSError):
    """What is to be issued belongs to a plug-in that is not here, or has no paper designed."""

    code = "award_unknown"


@dataclass(frozen=True)
class House:
    """Whoever issues: name, signatory, the address strangers reach, and the day's zone."""

    issuer: Text
    signatory: Text
    public_url: str
    zone: str


@dataclass(frozen=True)
class Content:
    """What a paper is about. There is no field for a club, a town or a place, on purpose."""

    programme: Text
    course: Text = NOTHING
    direction: Text = NOTHING
    level: Text = NOTHING
    module: Text = NOTHING
    category: Text = NOTHING
    hours: int | None = None
    sessions: int | None = None
    topics: tuple[Text, ...] = ()
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True)
class Numbers:
    """What is given to one paper at issuing: registration number, check code, day, whose it is."""

    number: str
    code: str
    issued_on: date
    is_minor: bool


def house() -> House:
    """Read from the settings who issues."""
    config: Mapping[str, Any] = current_app.config
    return House(
        issuer=Text(config["LMS_LIBRARY_NAME"], config["LMS_LIBRARY_NAME_EN"]),
        signatory=Text(config["LMS_SIGNATORY"], config["LMS_SIGNATORY_EN"]),
        public_url=str(config["LMS_PUBLIC_URL"]).rstrip("/"),
        zone=str(config["LMS_ZONE"]),
    )


def template_of(award: str) -> Template:
    """Answer the designed paper of an award.

    :raises AwardUnknown: when no plug-in gives the award, or it names a paper nobody designed.
    """
    kind = suite().awards.get(award)
    try:
        return Template(kind.template if kind else "")
    except ValueError as error:
        raise AwardUnknown(reason=Reason("award_unknown")) from error


def take_snapshot(
    person: Person, content: Content, numbers: Numbers, *, award: str, issued_by: House
) -> Snapshot:
    """Put together everything that one paper says, as it is on this day.

    The English name is the one from the passport where it is known, and otherwise follows
    resolution № 55 of 2010.

    :raises AwardUnknown: when there is no paper for the award.
    """
    return Snapshot(
        template=template_of(award),
        language=Language.UKRAINIAN,
        award=award,
        holder=Text(person.full_name, person.latin_name or translit(person.full_name)),
        gender=Gender(str(person.gender)),
        number=numbers.number,
        code=numbers.code,
        verify_url=f"{issued_by.public_url}{SHORT_ADDRESS}{numbers.code}",
        issued_on=numbers.issued_on,
        issuer=issued_by.issuer,
        signatories=(Signatory(issued_by.signatory),),
        is_minor=numbers.is_minor,
        programme=content.programme,
        course=content.course,
        direction=content.direction,
        level=content.level,
        module=content.module,
        category=content.category,
        hours=content.hours,
        sessions=content.sessions,
        topics=content.topics,
        period_from=content.period_from,
        period_to=content.period_to,
    )


def content_of(cohort: Cohort) -> Content:
    """Put together what the papers of a group are about; equal for everybody of the group.

    A course that is called like its programme is not named twice.
    """
    course, programme, module = cohort.course, cohort.course.programme, cohort.module
    is_same = course.name == programme.name
    return Content(
        programme=Text(programme.name, programme.name_en),
        course=Text() if is_same else Text(course.name, course.name_en),
        direction=Text(course.direction),
        level=Text(course.level, LEVELS_EN.get(course.level, "")),
        module=Text(module.name, module.name_en),
        hours=course.hours or None,
        topics=tuple(Text(topic) for topic in course.topics),
        period_from=module.starts_on,
        period_to=module.ends_on,
    )


LEVELS_EN = {"новачок": "beginner", "базовий": "basic"}
