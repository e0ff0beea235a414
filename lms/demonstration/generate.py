"""The year 2022 as rows, laid once on an empty database by the services and their bulk twins."""

from dataclasses import dataclass
from random import Random

from flask import current_app
from sqlalchemy import select

from lms.contracts import LMSError
from lms.db import db
from lms.demonstration.awards import award_programme
from lms.demonstration.cast import Part, account_of
from lms.demonstration.counted import enter_figures, lay_consultations, lay_events
from lms.demonstration.learners import Admission, Member
from lms.demonstration.marking import count_heads, mark_members
from lms.demonstration.plan import Plan, read_plan
from lms.demonstration.pool import Pool
from lms.demonstration.registers import Sheet, save_all
from lms.demonstration.staff import Staff, lay_staff
from lms.demonstration.teaching import Taught, lay_grounds, lay_programme
from lms.demonstration.year import Figures, read_figures
from lms.people.models import Person
from lms.plugins import is_on


class NotEmpty(LMSError):
    """Invented people must never come to stand among real ones."""

    code = "database_not_empty"


@dataclass(frozen=True)
class Year:
    """What was laid, for whoever goes on with it."""

    plan: Plan
    figures: Figures
    staff: Staff


def is_filled() -> bool:
    """Tell whether the year stands in this database already."""
    return account_of(Part.COORDINATOR) is not None


def fill() -> bool:
    """Lay the year 2022 once; answer whether anything was laid. The caller commits.

    :raises NotEmpty: when other people stand in the database.
    :raises PlanMismatch: when the plan does not add up to the report.
    """
    if is_filled():
        return False
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise NotEmpty(
            "У цій базі вже є люди: показовий рік кладеться лише в порожню. / "
            "There are people in this database: the demonstration year needs an empty one."
        )
    lay_year()
    return True


def lay_year() -> Year:
    """Lay everything in the order in which it happens to depend on what is there."""
    figures = read_figures()
    plan = read_plan(figures)
    pool = Pool(f"{plan.seed}:names", rare=frozenset(plan["rare_names"]))
    staff = lay_staff(plan, pool)
    grounds = lay_grounds(plan, staff)
    taught = {each.key: lay_programme(each, grounds) for each in plan.programmes}
    admission = Admission(plan, pool, staff)
    members = admission.admit_children(taught["code_club"], taught["it_school"])
    trainings = [each for each in taught.values() if each.plan.kind == "training"]
    members += admission.admit_librarians(trainings)
    members = admission.part(members)
    by_programme = _by_programme(members, taught)
    _fill_registers(plan, taught, by_programme)
    if is_on("certificates"):
        for key, each in taught.items():
            if each.plan.award:
                award_programme(
                    each, by_programme[key], by=staff.coordinator, rng=_rng(plan, f"award:{key}")
                )
    lay_consultations(plan, figures, grounds, rng=_rng(plan, "consultations"))
    lay_events(plan, figures, grounds, rng=_rng(plan, "events"))
    enter_figures(plan, figures, grounds)
    return Year(plan, figures, staff)


def _by_programme(members: list[Member], taught: dict[str, Taught]) -> dict[str, list[Member]]:
    key_of = {group.cohort.id: key for key, each in taught.items() for group in each.groups}
    sorted_out: dict[str, list[Member]] = {key: [] for key in taught}
    for member in members:
        sorted_out[key_of[member.group.cohort.id]].append(member)
    return sorted_out


def _fill_registers(
    plan: Plan, taught: dict[str, Taught], members: dict[str, list[Member]]
) -> None:
    sheets: list[Sheet] = []
    for key, each in taught.items():
        rng = _rng(plan, f"marks:{key}")
        if members[key]:
            sheets += mark_members(each.plan, members[key], plan=plan, rng=rng)
        else:
            sheets += count_heads(each.plan, each.groups, rng=rng)
    sheets.sort(key=lambda sheet: (sheet.session.starts_at, sheet.session.id))
    save_all(sheets, lock_days=current_app.config["LMS_REGISTER_LOCK_DAYS"])


def _rng(plan: Plan, topic: str) -> Random:
    """Draw each topic from a stream of its own: a change in one leaves the others as they are."""
    return Random(f"{plan.seed}:{topic}")
