"""Forms of programmes, modules, groups and sessions."""

from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.validators import (
    URL,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from lms.courses.models import AssignmentRole, NotHeldReason
from lms.courses.sentences import ASSIGNMENT_LABELS, NOT_HELD_LABELS, WEEKDAYS
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl

END_FIRST = _l("The end is before the beginning.")
BOTH_AGES = _l("Write both limits of age, or none.")
NUMBER = _l("Write a whole number within the limits.")


def _name(label: Any, *, most: int = 200) -> StringField:
    return StringField(
        label,
        validators=[InputRequired(REQUIRED), Length(max=most, message=TOO_LONG), NoControl()],
    )


def _more(label: Any, *, most: int = 200) -> StringField:
    return StringField(
        label, validators=[Optional(), Length(max=most, message=TOO_LONG), NoControl()]
    )


def _count(label: Any, *, least: int, most: int, default: int | None = None) -> IntegerField:
    return IntegerField(
        label,
        default=default,
        validators=[InputRequired(REQUIRED), NumberRange(least, most, message=NUMBER)],
    )


class ProgrammeForm(LmsForm):
    """Open or correct a programme."""

    kind = SelectField(_l("Kind"), validators=[InputRequired(CHOOSE)])
    key = StringField(
        _l("Short name in Latin letters"),
        validators=[
            InputRequired(REQUIRED),
            Length(max=60, message=TOO_LONG),
            Regexp(r"^[a-z][a-z0-9_]*$", message=_l("Small Latin letters, digits and _ only.")),
        ],
    )
    name = _name(_l("Name"))
    name_en = _more(_l("Name in English"))
    summary = TextAreaField(
        _l("In a few words, for families"),
        validators=[Optional(), Length(max=2000, message=TOO_LONG), NoControl()],
    )
    summary_en = TextAreaField(
        _l("The same in English"),
        validators=[Optional(), Length(max=2000, message=TOO_LONG), NoControl()],
    )
    accepts_at_once = BooleanField(_l("An application takes a free place at once"), default=True)
    from_age = IntegerField(
        _l("From age"), validators=[Optional(), NumberRange(0, 120, message=NUMBER)]
    )
    to_age = IntegerField(
        _l("To age"), validators=[Optional(), NumberRange(0, 120, message=NUMBER)]
    )

    def validate_from_age(self, field: IntegerField) -> None:
        """Ask for both limits or none."""
        if field.data is not None and not any(self.to_age.raw_data or ()):
            raise ValidationError(BOTH_AGES)

    def validate_to_age(self, field: IntegerField) -> None:
        """Ask for both limits or none, in their order."""
        if field.data is None:
            return
        if not any(self.from_age.raw_data or ()):
            raise ValidationError(BOTH_AGES)
        if self.from_age.data is not None and field.data < self.from_age.data:
            raise ValidationError(END_FIRST)


class CourseForm(LmsForm):
    """Add or correct what is taught."""

    name = _name(_l("Name"))
    name_en = _more(_l("Name in English"))
    direction = _more(_l("Direction"), most=100)
    level = _more(_l("Level"), most=60)
    hours = _count(_l("Academic hours"), least=0, most=1000)
    topics = TextAreaField(
        _l("Topics, one on each line"),
        validators=[Optional(), Length(max=2000, message=TOO_LONG), NoControl()],
    )


class ModuleForm(LmsForm):
    """Open a dated run of a programme."""

    name = _name(_l("Name"))
    name_en = _more(_l("Name in English"))
    starts_on = DateField(_l("First day"), validators=[InputRequired(REQUIRED)])
    ends_on = DateField(_l("Last day"), validators=[InputRequired(REQUIRED)])
    enrolment_opens_on = DateField(_l("Enrolment opens"), validators=[Optional()])
    enrolment_closes_on = DateField(_l("Enrolment closes"), validators=[Optional()])

    def validate_ends_on(self, field: DateField) -> None:
        """Refuse an end before the beginning."""
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError(END_FIRST)

    def validate_enrolment_closes_on(self, field: DateField) -> None:
        """Refuse a closing before the opening."""
        opens = self.enrolment_opens_on.data
        if opens and field.data and field.data < opens:
            raise ValidationError(END_FIRST)


class CohortForm(LmsForm):
    """Open or correct a group."""

    name = _name(_l("Name"))
    course_id = SelectField(_l("Course"), coerce=int, validators=[InputRequired(CHOOSE)])
    club_id = SelectField(_l("Club"), coerce=int, validators=[Optional()])
    place_id = SelectField(_l("Place"), coerce=int, validators=[Optional()])
    is_hybrid = BooleanField(_l("In person and online at once"))
    link = URLField(
        _l("Link of the room"),
        validators=[
            Optional(),
            Length(max=500, message=TOO_LONG),
            NoControl(),
            URL(require_tld=False, message=_l("This does not look like a link.")),
            Regexp(r"^https?://", message=_l("This does not look like a link.")),
        ],
    )
    zone = SelectField(
        _l("Time zone"),
        default="Europe/Kyiv",
        validators=[InputRequired(CHOOSE)],
        choices=sorted(zone for zone in available_timezones() if "/" in zone),
    )
    capacity = _count(_l("Number of places"), least=1, most=1000, default=12)


class WeeklyForm(LmsForm):
    """Plan sessions from a weekly pattern."""

    weekday = SelectField(
        _l("Weekday"),
        coerce=int,
        validators=[InputRequired(CHOOSE)],
        choices=list(enumerate(WEEKDAYS)),
    )
    starts_at = TimeField(_l("Begins at"), validators=[InputRequired(REQUIRED)])
    minutes = _count(_l("Minutes"), least=1, most=720, default=60)
    from_day = DateField(_l("From day"), validators=[InputRequired(REQUIRED)])
    until_day = DateField(_l("Until day"), validators=[InputRequired(REQUIRED)])

    def validate_until_day(self, field: DateField) -> None:
        """Refuse an end before the beginning, and more than two years at once."""
        if not (self.from_day.data and field.data):
            return
        if field.data < self.from_day.data:
            raise ValidationError(END_FIRST)
        if (field.data - self.from_day.data).days > 731:
            raise ValidationError(_l("At most two years at once."))


class SessionForm(LmsForm):
    """Plan one session, or move one."""

    day = DateField(_l("Day"), validators=[InputRequired(REQUIRED)])
    starts_at = TimeField(_l("Begins at"), validators=[InputRequired(REQUIRED)])


class SingleSessionForm(SessionForm):
    """Plan one session with its length and topic."""

    minutes = _count(_l("Minutes"), least=1, most=720, default=60)
    topic = _more(_l("Topic"))


class NotHeldForm(LmsForm):
    """Say why a session was not held."""

    reason = RadioField(
        _l("Why"),
        validators=[InputRequired(CHOOSE)],
        choices=[(str(key), label) for key, label in NOT_HELD_LABELS.items()],
        default=str(NotHeldReason.AIR_RAID),
    )


class MoveForm(SessionForm):
    """Move a session to another day."""

    reason = SelectField(
        _l("Why"),
        validators=[InputRequired(CHOOSE)],
        choices=[(str(key), label) for key, label in NOT_HELD_LABELS.items()],
    )


class AssignForm(LmsForm):
    """Put an adult with a group."""

    person_id = SelectField(_l("Adult"), coerce=int, validators=[InputRequired(CHOOSE)])
    role = SelectField(
        _l("As"),
        validators=[InputRequired(CHOOSE)],
        choices=[(str(role), ASSIGNMENT_LABELS[role]) for role in AssignmentRole],
    )
    since = DateField(_l("From day"), validators=[InputRequired(REQUIRED)])


class ClubForm(LmsForm):
    """Add a node of the network."""

    name = _name(_l("Name"))
    place_id = SelectField(_l("Place"), coerce=int, validators=[Optional()])


class PlaceForm(LmsForm):
    """Add a place; its town is shown outside only where the coordinator says so."""

    name = _name(_l("Name"))
    town = _more(_l("Town"), most=100)
    is_online = BooleanField(_l("Online, not a place one goes to"))
    is_town_public = BooleanField(_l("Name the town in the catalogue, to everybody"))
