"""The right answer and the wrong pairs of every form of the application, by slice and name.

A second row of the same form, for a page that asks something else, has its name after a slash.
"""

from tests.views.form_row import FormRow
from tests.views.form_rows_enrolment import ENROLMENT
from tests.views.form_rows_ground import GROUND
from tests.views.form_rows_learning import LEARNING
from tests.views.form_rows_merging import MERGING
from tests.views.form_rows_year import YEAR

ROWS: dict[str, FormRow] = {**GROUND, **ENROLMENT, **LEARNING, **MERGING, **YEAR}

# A part of another form, tried with it.
PARTS = {"enrolment.ChildForm": "enrolment.FamilyForm"}
