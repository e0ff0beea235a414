"""How the rows of people follow when two records become one: the stricter of two always stays."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import ngettext

from lms.contracts import Merger, RoleName
from lms.people.models import Relation
from lms.people.moving import Moving, Row
from lms.people.rules import Purpose


def is_open(row: Row, on: date) -> bool:
    """Tell whether a dated row holds on a day or later."""
    return row["until"] is None or row["until"] >= on


def _roles(moving: Moving) -> None:
    """Keep what the kept record may do; further roles only where the coordinator agreed."""
    for row in moving.rows("role.person_id"):
        mine = moving.rows("role.person_id", moving.kept_id)
        same_day = [
            one for one in mine if (one["name"], one["since"]) == (row["name"], row["since"])
        ]
        is_past = not is_open(row, moving.on)
        is_new = f"role:{row['name']}" in moving.agreed and not _holds(moving, row["name"])
        if not is_past and not is_new:
            moving.drop("role", row)
        elif not same_day:
            moving.set("role", row, person_id=moving.kept_id)
        else:
            moving.drop("role", row)
            if is_new:
                moving.set("role", same_day[0], until=row["until"])


def _holds(moving: Moving, name: RoleName) -> bool:
    return any(
        row["name"] == name and is_open(row, moving.on)
        for row in moving.rows("role.person_id", moving.kept_id)
    )


def _guardians(moving: Moving) -> None:
    """Keep a guardian who had both records, and whom the coordinator agreed to; by the stricter."""
    mine = moving.rows("guardianship.child_id", moving.kept_id)
    for row in moving.rows("guardianship.child_id"):
        _tie(moving, row, mine, "guardian_id", "child_id", f"guardian:{row['guardian_id']}")


def _children(moving: Moving) -> None:
    mine = moving.rows("guardianship.guardian_id", moving.kept_id)
    for row in moving.rows("guardianship.guardian_id"):
        _tie(moving, row, mine, "child_id", "guardian_id", f"child:{row['child_id']}")


def _tie(moving: Moving, row: Row, mine: Sequence[Row], other: str, moved: str, word: str) -> None:
    twins = [one for one in mine if one[other] == row[other]]
    is_current = is_open(row, moving.on)
    open_twin = next((one for one in twins if is_open(one, moving.on)), None)
    if open_twin is not None and is_current:
        moving.set("guardianship", open_twin, **_stricter(open_twin, row))
        moving.absorb("guardianship", row, into=open_twin)
        return
    is_double = any(one["since"] == row["since"] for one in twins)
    if (is_current and word not in moving.agreed) or is_double:
        if twins:
            moving.absorb("guardianship", row, into=twins[-1])
        else:
            # What hangs on a tie alone goes with it.
            moving.forsake("guardianship", row)
        return
    # Whoever comes by a merge is a second guardian: what such a one sees is the domain's rule.
    hidden = {"sees_place": False} if "sees_place" in row and is_current else {}
    moving.set("guardianship", row, **{moved: moving.kept_id}, **hidden)


def _stricter(kept: Row, gone: Row) -> dict[str, Any]:
    both: dict[str, Any] = {}
    if Relation.ACCOMPANYING in {kept["relation"], gone["relation"]}:
        both["relation"] = Relation.ACCOMPANYING
    if "sees_place" in kept:
        both["sees_place"] = kept["sees_place"] and gone["sees_place"]
    return both


def _consents(moving: Moving) -> None:
    """Let the ledger follow, and let no yes reach further than it was given.

    The later act wins: what was withdrawn on one record stays withdrawn against an older yes on
    the other. A yes to anything beyond taking part holds only if it held on both records, or the
    other one was never asked at all.
    """
    kept = moving.rows("consent.person_id", moving.kept_id)
    gone = moving.rows("consent.person_id")
    for purpose in Purpose:
        ours = [row for row in kept if row["purpose"] == purpose]
        theirs = [row for row in gone if row["purpose"] == purpose]
        is_optional = purpose is not Purpose.TAKING_PART
        is_one_sided = bool(kept and gone) and _is_yes(ours, moving) != _is_yes(theirs, moving)
        ended = max(
            (row["withdrawn_at"] for row in (*ours, *theirs) if row["withdrawn_at"]), default=None
        )
        for row in (*ours, *theirs):
            if row["withdrawn_at"] is not None:
                continue
            if is_optional and is_one_sided:
                moving.set("consent", row, withdrawn_at=moving.now)
            elif ended is not None and row["given_at"] <= ended:
                moving.set("consent", row, withdrawn_at=ended)
    moving.follow("consent.person_id")


def _is_yes(rows: Sequence[Row], moving: Moving) -> bool:
    return any(
        row["withdrawn_at"] is None
        and not row["is_assent"]
        and (row["expires_on"] is None or row["expires_on"] >= moving.on)
        for row in rows
    )


def _account(moving: Moving) -> None:
    """Close the way in of the record that goes, unless the person keeps it by agreement."""
    own = moving.rows("account.person_id", moving.kept_id)
    for row in moving.rows("account.person_id"):
        moving.wipe("account", row["id"])
        if not own and "way_in" in moving.agreed:
            moving.set("account", row, person_id=moving.kept_id)
        else:
            moving.drop("account", row)


def _different(moving: Moving, column: str) -> None:
    """Let «two people» follow for the pairs that still make sense."""
    for row in moving.rows(column):
        other = row["second_id"] if column.endswith("first_id") else row["first_id"]
        first, second = sorted((other, moving.kept_id))
        known = [
            one
            for one in moving.rows("different_people.first_id", first)
            if one["second_id"] == second
        ]
        if other == moving.kept_id or known:
            moving.drop("different_people", row)
        else:
            moving.set("different_people", row, first_id=first, second_id=second)


def joined(rows: Sequence[Mapping[str, Any]]) -> dict[str, date | None]:
    """Answer the dates of one row in the place of several.

    >>> joined([{"since": 1, "until": 5}, {"since": 3, "until": None}])
    {'since': 1, 'until': None}
    """
    untils = [row["until"] for row in rows]
    return {
        "since": min(row["since"] for row in rows),
        "until": None if None in untils else max(untils),
    }


def overlap(one: Row, other: Row) -> bool:
    """Tell whether two dated rows share a day."""
    return (one["until"] is None or other["since"] <= one["until"]) and (
        other["until"] is None or one["since"] <= other["until"]
    )


MERGERS = [
    Merger(
        "role.person_id",
        say=lambda n: ngettext("%(num)d role", "%(num)d roles", n),
        move=_roles,
        weight=10,
    ),
    Merger(
        "guardianship.child_id",
        say=lambda n: ngettext("%(num)d tie to a guardian", "%(num)d ties to guardians", n),
        move=_guardians,
        weight=20,
    ),
    Merger(
        "guardianship.guardian_id",
        say=lambda n: ngettext("%(num)d tie to a child", "%(num)d ties to children", n),
        move=_children,
        weight=20,
    ),
    Merger(
        "consent.person_id",
        say=lambda n: ngettext("%(num)d consent", "%(num)d consents", n),
        move=_consents,
        is_seen=True,
        weight=60,
    ),
    Merger(
        "consent.giver_id",
        say=lambda n: ngettext("%(num)d consent given", "%(num)d consents given", n),
        weight=61,
    ),
    Merger(
        "adult_check.person_id",
        say=lambda n: ngettext("%(num)d check", "%(num)d checks", n),
        weight=50,
    ),
    Merger(
        "account.person_id",
        say=lambda n: ngettext("%(num)d account", "%(num)d accounts", n),
        move=_account,
        weight=95,
    ),
    Merger(
        "different_people.first_id", move=lambda one: _different(one, "different_people.first_id")
    ),
    Merger(
        "different_people.second_id", move=lambda one: _different(one, "different_people.second_id")
    ),
]
