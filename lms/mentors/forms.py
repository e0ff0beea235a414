"""Forms about mentors."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.forms import CHOOSE, TOO_LONG, LmsForm, NoControl
from lms.mentors.sentences import CATEGORY_LABELS


class MentorForm(LmsForm):
    """Say who a mentor is for the year's report."""

    category = RadioField(
        _l("Category"),
        description=_l("A mentor is counted once a year, in one category."),
        choices=[SelectChoice(str(category), label) for category, label in CATEGORY_LABELS.items()],
        validators=[InputRequired(CHOOSE)],
    )
    skills = StringField(
        _l("What they teach"),
        description=_l("For instance: Scratch, Python."),
        validators=[Optional(), Length(max=300, message=TOO_LONG), NoControl()],
    )
