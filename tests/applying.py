"""An application of the cast, as the form would leave it."""

from lms.db import db
from lms.enrolment.models import Application, ApplicationState
from lms.enrolment.services import Receipt
from tests.cast import BEFORE, Cast


def applied(cast: Cast, *, key: str = "k") -> Receipt:
    """An application of the cast's guardian, waiting."""
    application = Application(
        form_key=key,
        person_id=cast.child.id,
        applicant_id=cast.guardian.id,
        cohort_id=cast.cohort.id,
        state=ApplicationState.WAITING,
        sent_at=BEFORE,
    )
    db.session.add(application)
    db.session.flush()
    return Receipt(key, cast.guardian, (application,))
