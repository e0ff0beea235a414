"""Two records of one person become one: everything moves, nobody sees more, a while it can be undone.

What moves is read from the catalogue of foreign keys; what becomes of it is declared by the hook
``register_mergers``. A column that neither the hook nor the safe default knows stops the merge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.contracts import LMSError, Merger, Reason
from lms.db import db
from lms.people.gains import Gain, gains
from lms.people.models import ContactRule, Gender, Guardianship, Merge, Person
from lms.people.moving import (
    CannotUndo,
    Moving,
    count_rows,
    is_who_did_it,
    pointing_to,
    undo_steps,
)
from lms.people.services import NewPerson, make_person
from lms.plugins import hooks, suite

UNDO_HOURS = 48
FIELDS = (
    "family_name",
    "given_name",
    "patronymic",
    "birth_date",
    "gender",
    "phone",
    "email",
    "latin_name",
    "workplace",
    "position",
    "locale",
)
# The merge itself remembers both numbers.
OWN = frozenset({"merge.kept_id", "merge.gone_id"})
_STRICT = (ContactRule.USUAL, ContactRule.CALL_ONLY, ContactRule.DO_NOT_WRITE)
_BLANK: Mapping[str, Any] = {
    "family_name": "",
    "given_name": "",
    "patronymic": "",
    "latin_name": "",
    "sort_key": "",
    "folded": "",
    "gender": Gender.UNKNOWN,
    "birth_date": None,
    "phone": "",
    "email": "",
    "workplace": "",
    "position": "",
    "locale": None,
    "family_key": "",
    "given_key": "",
    "phone_key": "",
}


class CannotMerge(LMSError):
    """These two records can't become one, and the reason says why."""

    code = "cannot_merge"


class NotAgreed(LMSError):
    """Somebody would see more than before, and nobody agreed to it."""

    code = "merge_not_agreed"


class CannotTakeBack(LMSError):
    """The merge can't be undone any more, and the reason says why."""

    code = "cannot_unmerge"


@dataclass(frozen=True)
class Choices:
    """What the coordinator chose: fields to take from the record that goes, and what was agreed."""

    from_gone: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Weighed:
    """What a merge would move, what speaks against it, and what somebody must agree to."""

    counts: tuple[tuple[Merger, int], ...]
    others: int
    gains: tuple[Gain, ...]
    objections: tuple[Reason, ...]


def mergers() -> list[Merger]:
    """List what the plug-ins declare, in the order in which it is done."""
    declared = [merger for answer in hooks().register_mergers() for merger in answer]
    return sorted(declared, key=lambda merger: (merger.weight, merger.column))


def columns_of_people() -> list[str]:
    """List by the catalogue every column that is a foreign key to a person."""
    found = [f"{table.name}.{name}" for table, name in pointing_to("person")]
    return [column for column in found if column not in OWN]


def uncovered(declared: Sequence[Merger]) -> list[str]:
    """List the columns of which nobody says what becomes of them."""
    known = {merger.column for merger in declared}
    return [
        f"{table.name}.{name}"
        for table, name in pointing_to("person")
        if f"{table.name}.{name}" not in known | OWN and not is_who_did_it(table, name)
    ]


def weigh(kept: Person, gone: Person, *, from_gone: frozenset[str], on: date) -> Weighed:
    """Tell what a merge would move and to what somebody must agree; nothing is changed."""
    declared = mergers()
    counts = [(merger, count_rows(merger.column, gone.id)) for merger in declared]
    known = {merger.column for merger in declared}
    others = sum(
        count_rows(column, gone.id) for column in columns_of_people() if column not in known
    )
    moved = tuple((merger, number) for merger, number in counts if number)
    address = "email" in from_gone and bool(gone.email) and gone.email != kept.email
    is_seen = any(merger.is_seen for merger, _number in moved)
    return Weighed(
        counts=moved,
        others=others,
        gains=tuple(gains(kept, gone, is_seen=is_seen, address=address, on=on)),
        objections=tuple(_objections(kept, gone, declared)),
    )


def _objections(kept: Person, gone: Person, declared: Sequence[Merger]) -> list[Reason]:
    if kept.id == gone.id:
        return [Reason("merge_same_record")]
    if kept.erased_at is not None or gone.erased_at is not None:
        return [Reason("merge_erased")]
    found = _ties_between(kept.id, gone.id)
    if suite().off:
        found.append(Reason("merge_module_off"))
    if uncovered(declared):
        found.append(Reason("merge_uncovered", {"column": uncovered(declared)[0]}))
    return found


def _ties_between(kept_id: int, gone_id: int) -> list[Reason]:
    both = [kept_id, gone_id]
    tie = select(Guardianship.id).where(
        Guardianship.guardian_id.in_(both), Guardianship.child_id.in_(both)
    )
    return [Reason("merge_family")] if db.session.scalar(tie.limit(1)) is not None else []


def default_fields(kept: Person, gone: Person) -> frozenset[str]:
    """Name the fields that the record that goes knows and the kept one does not."""
    unknown = {"", None, Gender.UNKNOWN}
    return frozenset(
        name
        for name in FIELDS
        if getattr(kept, name) in unknown and getattr(gone, name) not in unknown
    )


def merge(
    kept: Person, gone: Person, choices: Choices, *, by_id: int, now: datetime, on: date
) -> Merge:
    """Make one record of two; the other becomes empty and says where it went.

    :raises CannotMerge: when the two can't be one person, or a table is not covered.
    :raises NotAgreed: when somebody would see more than before and it was not agreed to.
    """
    _lock(kept, gone)
    weighed = weigh(kept, gone, from_gone=choices.from_gone, on=on)
    if gone.id == by_id:
        raise CannotMerge(reason=Reason("merge_own_record"))
    if weighed.objections:
        raise CannotMerge(reason=weighed.objections[0])
    for gain in weighed.gains:
        if gain.is_needed and gain.key not in choices.agreed:
            raise NotAgreed(reason=Reason("merge_not_agreed", {"what": gain.name}))
    agreed = choices.agreed | {gain.key for gain in weighed.gains if gain.follows(choices.agreed)}
    moving = Moving(kept.id, gone.id, by_id, now, on, frozenset(agreed))
    _move_rows(moving)
    _move_fields(kept, gone, choices.from_gone, moving)
    row = Merge(
        kept_id=kept.id, gone_id=gone.id, merged_at=now, merged_by_id=by_id, steps=moving.steps
    )
    db.session.add(row)
    was = kept.contact_rule
    db.session.flush()
    db.session.expire_all()
    if kept.contact_rule is not was:
        hooks().contact_rule_changed(person=kept)
    return row


def _lock(kept: Person, gone: Person) -> None:
    """Let nobody else change either record until the transaction ends."""
    db.session.flush()
    db.session.execute(
        select(Person.id)
        .where(Person.id.in_([kept.id, gone.id]))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    # Whoever was erased or merged while this waited is not brought back by what was read before.
    for person in (kept, gone):
        db.session.refresh(person)


def _move_rows(moving: Moving) -> None:
    declared = mergers()
    for merger in declared:
        if merger.is_ended:
            moving.end(merger.column)
        elif merger.move is not None:
            merger.move(moving)
        else:
            moving.follow(merger.column)
    known = {merger.column for merger in declared}
    for column in columns_of_people():
        if column not in known:
            moving.follow(column)
    left = [column for column in columns_of_people() if count_rows(column, moving.gone_id)]
    if left:
        raise CannotMerge(reason=Reason("merge_uncovered", {"column": left[0]}))


def _move_fields(kept: Person, gone: Person, from_gone: frozenset[str], moving: Moving) -> None:
    chosen = {name: getattr(gone if name in from_gone else kept, name) for name in FIELDS}
    chosen["contact_rule"] = max(kept.contact_rule, gone.contact_rule, key=_STRICT.index)
    new = NewPerson(
        chosen["family_name"], chosen["given_name"], chosen["patronymic"], phone=chosen["phone"]
    )
    made = make_person(new, now=kept.created_at)
    for name in ("sort_key", "folded", "family_key", "given_key", "phone_key"):
        chosen[name] = getattr(made, name)
    (kept_row,) = moving.rows("person.id", kept.id)
    (gone_row,) = moving.rows("person.id", gone.id)
    moving.set("person", kept_row, **chosen)
    moving.set("person", gone_row, **_BLANK, erased_at=moving.now, merged_into_id=kept.id)


def undo(done: Merge, *, now: datetime) -> None:
    """Give both records back what they were, sign-ins excepted: those stay ended.

    :raises CannotTakeBack: when the time has passed or something depends on the merge.
    """
    if done.undone_at is not None:
        raise CannotTakeBack(reason=Reason("unmerge_done"))
    if done.forgotten_at is not None or now > done.merged_at + timedelta(hours=UNDO_HOURS):
        raise CannotTakeBack(reason=Reason("unmerge_late", {"hours": UNDO_HOURS}))
    try:
        with db.session.begin_nested():
            undo_steps(done.steps)
    except (CannotUndo, IntegrityError) as error:
        db.session.expire_all()
        raise CannotTakeBack(reason=Reason("unmerge_depends")) from error
    done.undone_at, done.steps = now, []
    db.session.flush()
    db.session.expire_all()


def forget_steps(*, now: datetime) -> int:
    """Erase what undoing needs once its time has passed; answer how many merges became final."""
    late = (Merge.merged_at < now - timedelta(hours=UNDO_HOURS), Merge.forgotten_at.is_(None))
    ids = db.session.scalars(
        update(Merge).where(*late).values(steps=[], forgotten_at=now).returning(Merge.id)
    ).all()
    return len(ids)


def forget_person(person_id: int, *, now: datetime) -> None:
    """Erase what merges remember of somebody who is erased: they can't be undone any more."""
    touched = (Merge.kept_id == person_id) | (Merge.gone_id == person_id)
    db.session.execute(update(Merge).where(touched).values(steps=[], forgotten_at=now))


def recent_merges(*, now: datetime) -> list[Merge]:
    """List the merges that can still be undone, the newest first."""
    return list(
        db.session.scalars(
            select(Merge)
            .where(
                Merge.undone_at.is_(None),
                Merge.forgotten_at.is_(None),
                Merge.merged_at >= now - timedelta(hours=UNDO_HOURS),
            )
            .order_by(Merge.id.desc())
        )
    )
