"""Places and applications of two records that become one: nobody stands twice in a group."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import ngettext

from lms.contracts import Merger, Reason
from lms.enrolment.models import ApplicationState
from lms.people.mergers import is_open, joined, overlap
from lms.people.merging import CannotMerge
from lms.people.moving import Moving, Row

# Of two applications for one group the one that got further stays.
_FURTHER = (
    ApplicationState.ACCEPTED,
    ApplicationState.WAITING,
    ApplicationState.REFUSED,
    ApplicationState.WITHDRAWN,
)


def _places(moving: Moving) -> None:
    """Join places of one group that share days; what was completed on each of them stays."""
    _refuse_leading(moving, learner=moving.gone_id, leader=moving.kept_id)
    _refuse_leading(moving, learner=moving.kept_id, leader=moving.gone_id)
    for row in moving.rows("enrolment.person_id"):
        mine = _in_group(moving, row["cohort_id"])
        shared = [one for one in mine if overlap(one, row)]
        if shared:
            _join(moving, [*shared, row], taken={one["since"] for one in mine})
        else:
            moving.set("enrolment", row, person_id=moving.kept_id)
    _withdraw_needless(moving)


def _in_group(moving: Moving, cohort_id: int) -> list[Row]:
    mine = moving.rows("enrolment.person_id", moving.kept_id)
    return [one for one in mine if one["cohort_id"] == cohort_id]


def _join(moving: Moving, rows: Sequence[Row], *, taken: set[date]) -> None:
    """Make one place of several. Two completions can't share one: the other keeps a day of its own."""
    dates = joined(rows)
    stays = rows[0]
    for row in rows[1:]:
        if moving.can_absorb("enrolment", row, into=stays):
            moving.absorb("enrolment", row, into=stays)
        elif moving.can_absorb("enrolment", stays, into=row):
            moving.absorb("enrolment", stays, into=row)
            stays = row
        else:
            day = _free_day(row["since"], taken | {one["since"] for one in rows})
            taken = taken | {day}
            moving.set("enrolment", row, person_id=moving.kept_id, since=day, until=day)
    moving.set("enrolment", stays, person_id=moving.kept_id, **dates)


def _free_day(day: date, taken: set[date]) -> date:
    while day in taken:
        day += timedelta(days=1)
    return day


def _refuse_leading(moving: Moving, *, learner: int, leader: int) -> None:
    """Refuse what no assignment allows: one person who learns in a group and leads it."""
    led = moving.rows("assignment.person_id", leader)
    for row in moving.rows("enrolment.person_id", learner):
        if any(one["cohort_id"] == row["cohort_id"] and overlap(one, row) for one in led):
            raise CannotMerge(reason=Reason("merge_leads_own_group"))


def _withdraw_needless(moving: Moving) -> None:
    """Withdraw what waits for a group in which the person has a place now."""
    held = {
        row["cohort_id"]
        for row in moving.rows("enrolment.person_id", moving.kept_id)
        if is_open(row, moving.on)
    }
    for row in moving.rows("application.person_id", moving.kept_id):
        if row["state"] == ApplicationState.WAITING and row["cohort_id"] in held:
            _withdraw(moving, row)


def _applications(moving: Moving) -> None:
    """Let applications follow; of two that wait for one group the earlier keeps its turn."""
    for row in moving.rows("application.person_id"):
        mine = moving.rows("application.person_id", moving.kept_id)
        here = [one for one in mine if one["cohort_id"] == row["cohort_id"]]
        same = [one for one in here if one["form_key"] == row["form_key"]]
        if same:
            _merge_same(moving, same[0], row)
            continue
        moving.set("application", row, person_id=moving.kept_id)
        waiting = [one for one in (*here, row) if one["state"] == ApplicationState.WAITING]
        for late in sorted(waiting, key=lambda one: one["sent_at"])[1:]:
            _withdraw(moving, late)


def _merge_same(moving: Moving, kept: Row, gone: Row) -> None:
    moving.absorb("application", gone, into=kept)
    if _FURTHER.index(gone["state"]) < _FURTHER.index(kept["state"]):
        decision = ("state", "decided_at", "decided_by_id", "refusal")
        moving.set("application", kept, **{name: gone[name] for name in decision})


def _withdraw(moving: Moving, row: Row) -> None:
    moving.set(
        "application",
        row,
        state=ApplicationState.WITHDRAWN,
        decided_at=moving.now,
        decided_by_id=moving.by_id,
    )


MERGERS = [
    Merger("age_override.person_id", weight=26),
    Merger(
        "application_event.person_id",
        say=lambda n: ngettext("%(num)d step", "%(num)d steps", n),
        weight=26,
    ),
    Merger("continuation.person_id", is_seen=True, weight=26),
    Merger(
        "application.person_id",
        say=lambda n: ngettext("%(num)d application", "%(num)d applications", n),
        move=_applications,
        is_seen=True,
        weight=22,
    ),
    Merger(
        "application.applicant_id",
        say=lambda n: ngettext("%(num)d application sent", "%(num)d applications sent", n),
        weight=23,
    ),
    Merger(
        "enrolment.person_id",
        say=lambda n: ngettext("%(num)d place in a group", "%(num)d places in groups", n),
        move=_places,
        is_seen=True,
        weight=25,
    ),
]
