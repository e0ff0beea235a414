"""The search of the log of letters."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from lms.forms import CHOOSE, TOO_LONG, LmsForm, NoControl


class LogForm(LmsForm):
    """Narrow the list of letters by reader, state, kind and day."""

    class Meta(LmsForm.Meta):
        """A search changes nothing, so its address may be kept and sent."""

        csrf = False

    person = StringField(
        _l("Name or address"),
        validators=[Optional(), Length(max=100, message=TOO_LONG), NoControl()],
    )
    state = SelectField(_l("State"), validators=[Optional()])
    kind = SelectField(_l("Kind of letter"), validators=[Optional()])
    day = DateField(_l("Written on"), validators=[Optional()])
    page = IntegerField(
        _l("Page"),
        default=1,
        validators=[Optional(), NumberRange(min=1, max=100_000, message=CHOOSE)],
    )
