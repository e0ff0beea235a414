"""Assignments of two records that become one: nobody leads a group twice on one day."""

from flask_babel import ngettext

from lms.contracts import Merger
from lms.courses.models import AssignmentRole
from lms.people.mergers import joined, overlap
from lms.people.moving import Moving

_STRONGER = (AssignmentRole.MENTOR, AssignmentRole.LEADER, AssignmentRole.HELPER)


def _assignments(moving: Moving) -> None:
    """Join assignments to one group that share days: as a mentor, where one of them was that."""
    for row in moving.rows("assignment.person_id"):
        mine = moving.rows("assignment.person_id", moving.kept_id)
        shared = [one for one in mine if one["cohort_id"] == row["cohort_id"] and overlap(one, row)]
        if not shared:
            moving.set("assignment", row, person_id=moving.kept_id)
            continue
        rows = [*shared, row]
        for one in rows[1:]:
            moving.absorb("assignment", one, into=rows[0])
        role = min((one["role"] for one in rows), key=_STRONGER.index)
        moving.set("assignment", rows[0], role=role, **joined(rows))


MERGERS = [
    Merger(
        "assignment.person_id",
        say=lambda n: ngettext("%(num)d assignment", "%(num)d assignments", n),
        move=_assignments,
        is_seen=True,
        weight=30,
    )
]
