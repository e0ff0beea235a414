"""The right answer and the wrong pairs of every form of the application, by slice and name.

A second row of the same form, for a page that asks something else, has its name after a slash.
"""

from tests.views.form_row import FormRow
from tests.views.form_rows_calendars import CALENDARS
from tests.views.form_rows_desk import DESK
from tests.views.form_rows_enrolment import ENROLMENT
from tests.views.form_rows_erasing import ERASING
from tests.views.form_rows_families import FAMILIES
from tests.views.form_rows_ground import GROUND
from tests.views.form_rows_learning import LEARNING
from tests.views.form_rows_merging import MERGING
from tests.views.form_rows_next import NEXT
from tests.views.form_rows_public import PUBLIC
from tests.views.form_rows_year import YEAR

ROWS: dict[str, FormRow] = {
    **CALENDARS,
    **DESK,
    **ENROLMENT,
    **ERASING,
    **FAMILIES,
    **GROUND,
    **LEARNING,
    **MERGING,
    **NEXT,
    **PUBLIC,
    **YEAR,
}

# A part of another form, tried with it.
PARTS = {
    "enrolment.ChildForm": "enrolment.FamilyForm",
    "enrolment.GoingForm": "enrolment.NextModuleForm",
}
