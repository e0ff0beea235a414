"""The form of the desk: made for three taps, and without a field in which a person could stand."""

from uuid import uuid4

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.validators import UUID, InputRequired, Length, Optional

from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl
from lms.hub.sentences import VISITOR_LABELS

MINUTES = (5, 10, 15, 20, 30, 45, 60)
USUAL_MINUTES = 15
ONLINE = "online"
ELSEWHERE = "elsewhere"


def new_key() -> str:
    """Make the key by which a form that is sent twice is recorded once."""
    return str(uuid4())


class ConsultationForm(LmsForm):
    """Record an anonymous consultation; the button that sends it answers the last question."""

    key = HiddenField(
        validators=[
            InputRequired(_l("Reload the page and tap once more.")),
            UUID(_l("Reload the page and tap once more.")),
        ]
    )
    topics = SelectMultipleField(
        _l("What about?"),
        coerce=int,
        validators=[InputRequired(_l("Tap at least one topic."))],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    minutes = RadioField(
        _l("How many minutes?"),
        choices=[SelectChoice(str(minutes)) for minutes in MINUTES],
        default=str(USUAL_MINUTES),
        validators=[InputRequired(CHOOSE)],
    )
    where = RadioField(_l("Where?"), validators=[InputRequired(CHOOSE)])
    day = DateField(
        _l("Another day"),
        description=_l("Only if it was not today: noted after a day without power, for instance."),
        validators=[Optional()],
    )
    visitor = RadioField(
        _l("Have you already turned to us this year?"),
        choices=[SelectChoice(str(visitor), label) for visitor, label in VISITOR_LABELS.items()],
        validators=[InputRequired(_l("Answer by a button: it records the consultation."))],
    )


class TopicForm(LmsForm):
    """Add a topic to the list."""

    name = StringField(
        _l("Topic"),
        validators=[InputRequired(REQUIRED), Length(max=200, message=TOO_LONG), NoControl()],
    )
    name_en = StringField(
        _l("The same in English"),
        validators=[Optional(), Length(max=200, message=TOO_LONG), NoControl()],
    )
