"""The form of a figure that is not counted from rows."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.forms import CHOOSE, REQUIRED, TOO_LONG, LmsForm, NoControl
from lms.reports.rules import LARGEST


class FigureForm(LmsForm):
    """Enter a figure with its source, or correct one. ``line`` holds year and key: «2021:key»."""

    line = SelectField(
        _l("Which indicator"),
        description=_l("Indicators that are not counted from rows, for this year and the last."),
        validators=[InputRequired(CHOOSE)],
    )
    figure = IntegerField(
        _l("Figure"),
        validators=[
            InputRequired(_l("Write a number. What is not known is simply left out.")),
            NumberRange(min=0, max=LARGEST, message=_l("A whole number, 0 or more.")),
        ],
    )
    source = StringField(
        _l("Where it comes from"),
        description=_l("A document and its page, an order, another database: somebody will ask."),
        validators=[InputRequired(REQUIRED), Length(max=300, message=TOO_LONG), NoControl()],
    )
    is_other_rule = BooleanField(
        _l("It was counted by another rule than ours, so the years must not be compared")
    )
