"""Whose certificates somebody may open: staff all, a holder one's own, a guardian the child's."""

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select

from lms.certificates.models import Certificate
from lms.contracts import RoleName
from lms.people.models import Guardianship, Person, Relation
from lms.people.services import ties_in_force

STAFF = (RoleName.COORDINATOR, RoleName.DIRECTOR)


def downloadable_by(principal: Any, *, on: date) -> Select[Certificate]:
    """Select the certificates whose documents this principal may download on a day.

    A paper whose holder was erased is nobody's any more; a revoked one stays with staff. Whoever
    only accompanies a child gets the times of sessions, not the child's papers.
    """
    chosen = (
        select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(Person.erased_at.is_(None))
    )
    if principal.has(*STAFF):
        return chosen
    children = (
        ties_in_force(on)
        .where(
            Guardianship.guardian_id == principal.person_id,
            Guardianship.relation != Relation.ACCOMPANYING,
        )
        .with_only_columns(Guardianship.child_id)
    )
    return chosen.where(
        and_(
            Certificate.revoked_at.is_(None),
            or_(Certificate.person_id == principal.person_id, Certificate.person_id.in_(children)),
        )
    )
