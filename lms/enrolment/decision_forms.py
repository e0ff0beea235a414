"""Forms of the desk and of a group's participants: accepting, moving, pausing."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from lms.enrolment.fields import DayField, _row_id
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl

# A pause that is longer than a school year is leaving.
LONGEST_PAUSE = 370
MOST_DAYS_AWAY = 730


def _reason_field() -> Any:
    return StringField(
        _l("Why the age rule does not bind here"),
        validators=[Optional(), Length(max=300, message=TOO_LONG), NoControl()],
    )


class AcceptForm(LmsForm):
    """A place given by hand, and why the age does not matter where it speaks against it."""

    age_reason = _reason_field()


class MoveForm(LmsForm):
    """To which group somebody moves, and from what day on."""

    to = SelectField(
        _l("To the group"),
        coerce=_row_id,
        validate_choice=False,
        validators=[InputRequired(CHOOSE)],
    )
    day = DayField(_l("First day there"), validators=[InputRequired(REQUIRED)])
    age_reason = _reason_field()

    def __init__(
        self, *args: Any, since: date | None = None, today: date | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.since, self.today = since, today

    def validate_to(self, field: SelectField) -> None:
        """Refuse a group that is not in the list."""
        if field.data not in {value for value, _label in field.choices or ()}:
            raise ValidationError(str(CHOOSE))

    def validate_day(self, field: DayField) -> None:
        """Refuse a day before the first in the old group, and one nobody can have meant."""
        if field.data and self.since and field.data < self.since:
            raise ValidationError(_("This is before the first day in the group."))
        _refuse_far(field.data, self.today)


class PauseForm(LmsForm):
    """From what day to what day somebody is away while the place is kept."""

    first_day = DayField(_l("First day away"), validators=[InputRequired(REQUIRED)])
    last_day = DayField(_l("Last day away"), validators=[InputRequired(REQUIRED)])

    def __init__(
        self, *args: Any, since: date | None = None, today: date | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.since, self.today = since, today

    def validate_first_day(self, field: DayField) -> None:
        """Refuse what nobody can have meant."""
        _refuse_far(field.data, self.today)

    def validate_last_day(self, field: DayField) -> None:
        """Refuse an end before the beginning, a pause before coming, and one without an end."""
        if not field.data or not self.first_day.data:
            return
        if field.data < self.first_day.data:
            raise ValidationError(_("The last day is before the first one."))
        if self.since and field.data < self.since:
            raise ValidationError(_("This is before the first day in the group."))
        if (field.data - self.first_day.data).days > LONGEST_PAUSE:
            raise ValidationError(_("A pause lasts a year at most. Longer away is leaving."))


def _refuse_far(day: date | None, today: date | None) -> None:
    if day and today and abs((day - today).days) > MOST_DAYS_AWAY:
        raise ValidationError(_("This day is too far away. Please look at the year."))
