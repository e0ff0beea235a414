"""The form of an event."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.events.models import EventFormat
from lms.events.rules import LARGEST
from lms.events.sentences import FORMAT_LABELS
from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl

WHOLE = _l("A whole number, 0 or more.")


class EventForm(LmsForm):
    """Add or correct an event."""

    title = StringField(
        _l("Title"),
        validators=[InputRequired(REQUIRED), Length(max=200, message=TOO_LONG), NoControl()],
    )
    day = DateField(_l("Day"), validators=[InputRequired(REQUIRED)])
    place = SelectField(_l("Place"), validators=[Optional()])
    format = RadioField(
        _l("How it is held"),
        choices=[SelectChoice(str(form), label) for form, label in FORMAT_LABELS.items()],
        default=str(EventFormat.IN_PERSON),
        validators=[InputRequired(CHOOSE)],
    )
    in_person = IntegerField(
        _l("People in person"),
        description=_l("Leave empty while the event is only planned."),
        validators=[Optional(), NumberRange(min=0, max=LARGEST, message=WHOLE)],
    )
    online = IntegerField(
        _l("People online"), validators=[Optional(), NumberRange(min=0, max=LARGEST, message=WHOLE)]
    )
