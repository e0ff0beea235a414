"""The register's own logic: merging marks, when it is finished and locked, what a head-count is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.contracts import Reason, Verdict


class Status(StrEnum):
    """A mark: є · із запізненням · немає · поважна причина · надолужив(ла)."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    MADE_UP = "made_up"


class Mode(StrEnum):
    """How somebody took part."""

    IN_PERSON = "in_person"
    ONLINE = "online"


class AbsenceReason(StrEnum):
    """Why somebody could not come, in the family's words (domain/library.md, Attendance)."""

    NO_POWER = "no_power"
    NO_CONNECTION = "no_connection"
    AIR_RAID = "air_raid"
    OTHER = "other"


# The order in which a tap goes through the marks (design/interface.md, Steps).
CYCLE = (Status.PRESENT, Status.ABSENT, Status.EXCUSED, Status.LATE)
CAME = frozenset({Status.PRESENT, Status.LATE})
MISSED = frozenset({Status.ABSENT, Status.EXCUSED, Status.MADE_UP})
EVENING = time(21, 0)
REMINDED_AT = time(17, 0)
GRACE = timedelta(hours=2)


@dataclass(frozen=True)
class Mark:
    """What is said of one person at one session; blank is ``None`` instead of a mark."""

    status: Status
    mode: Mode


# Every mark there can be: a register of a hundred needs the same few again and again.
MARKS = {(status, mode): Mark(status, mode) for status in Status for mode in Mode}


@dataclass(frozen=True)
class StoredMark:
    """A mark as it stands, who put it, and at which version of the register."""

    mark: Mark
    version: int
    by_id: int | None = None


@dataclass(frozen=True)
class SubmittedMark:
    """One row of a form: what was seen when it was opened, and what stands in it now.

    ``is_fill`` says that «Everybody is present» put it there, which never overrules anybody.
    """

    person_id: int
    mark: Mark | None
    seen: Mark | None = None
    seen_version: int = 0
    is_fill: bool = False


@dataclass(frozen=True)
class Write:
    """One change to record; ``mark`` is ``None`` where a mark goes back to blank."""

    person_id: int
    mark: Mark | None
    was: Mark | None


@dataclass(frozen=True)
class Conflict:
    """Two people changed the same mark to different things; nothing was overwritten."""

    person_id: int
    mine: Mark | None
    theirs: Mark | None
    version: int


@dataclass(frozen=True)
class Plan:
    """What a submitted form comes to: changes to record, and conflicts to show."""

    writes: tuple[Write, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def offered_statuses(standing: Status | None, *, is_over: bool) -> tuple[Status, ...]:
    """Tell which marks a row offers: made up only later, and only for what was missed.

    >>> [str(status) for status in offered_statuses(None, is_over=False)]
    ['present', 'late', 'absent', 'excused']
    >>> offered_statuses(Status.ABSENT, is_over=True)[-1]
    <Status.MADE_UP: 'made_up'>
    """
    usual = (Status.PRESENT, Status.LATE, Status.ABSENT, Status.EXCUSED)
    is_made_up = standing is Status.MADE_UP or (is_over and standing in MISSED)
    return (*usual, Status.MADE_UP) if is_made_up else usual


def next_mark(standing: Status | None) -> Status:
    """Answer the mark that one more tap gives; a blank becomes present.

    >>> next_mark(None), next_mark(Status.LATE)
    (<Status.PRESENT: 'present'>, <Status.PRESENT: 'present'>)
    """
    if standing not in CYCLE:
        return CYCLE[0]
    return CYCLE[(CYCLE.index(standing) + 1) % len(CYCLE)]


def plan_save(
    stored: Mapping[int, StoredMark],
    submitted: Iterable[SubmittedMark],
    *,
    by_id: int | None = None,
) -> Plan:
    """Merge a form with what stands by now: untouched rows never overwrite, clashes are shown.

    A row is touched when it differs from what the form was opened with. A touched row is written
    when nobody else changed that mark since; when both came to the same mark there is nothing to
    do. One's own earlier mark is no clash: its answer was lost on the way, or it was tapped anew.

    >>> here = Mark(Status.PRESENT, Mode.ONLINE)
    >>> plan_save({}, [SubmittedMark(7, here)]).writes == (Write(7, here, None),)
    True
    >>> plan_save({7: StoredMark(here, 3)}, [SubmittedMark(7, None, here, 2)]).conflicts[0].theirs
    Mark(status=<Status.PRESENT: 'present'>, mode=<Mode.ONLINE: 'online'>)
    """
    writes: list[Write] = []
    conflicts: list[Conflict] = []
    for row in submitted:
        standing = stored.get(row.person_id)
        now = standing.mark if standing else None
        version = standing.version if standing else 0
        if row.mark in (row.seen, now):
            continue
        is_as_seen = version == row.seen_version and now == row.seen
        is_own = standing is not None and by_id is not None and standing.by_id == by_id
        if is_as_seen or (is_own and not row.is_fill):
            writes.append(Write(row.person_id, row.mark, now))
        elif not row.is_fill:
            conflicts.append(Conflict(row.person_id, row.mark, now, version))
    return Plan(tuple(writes), tuple(conflicts))


def fill_blanks(
    person_ids: Iterable[int],
    submitted: Iterable[SubmittedMark],
    mark: Mark,
    *,
    announced: Mapping[int, Mark] | None = None,
) -> list[SubmittedMark]:
    """Put a mark on every row that is blank both in the form and when it was opened.

    :param announced: the marks of those whose family said beforehand that they will not come.

    >>> here = Mark(Status.PRESENT, Mode.ONLINE)
    >>> away = Mark(Status.ABSENT, Mode.ONLINE)
    >>> [row.mark.status for row in fill_blanks([1, 2], [SubmittedMark(1, away)], here)]
    [<Status.ABSENT: 'absent'>, <Status.PRESENT: 'present'>]
    """
    rows = {row.person_id: row for row in submitted}
    for person_id in person_ids:
        row = rows.get(person_id)
        if row is None or (row.mark is None and row.seen is None):
            given = (announced or {}).get(person_id, mark)
            rows[person_id] = SubmittedMark(person_id, given, is_fill=True)
    return list(rows.values())


def finish_moment(
    day: date, ends_at: datetime, zone: str, *, entered_at: datetime | None = None
) -> datetime:
    """Answer when a register finishes by itself: the later of 21:00 and two hours after the end.

    What is entered for the first time later than that (a session told by telephone, a phone that
    was without power for days) is finished by the same rule, counted from its entry.

    >>> ends = datetime(2022, 9, 5, 15, 0, tzinfo=UTC)
    >>> finish_moment(date(2022, 9, 5), ends, "Europe/Kyiv").isoformat()
    '2022-09-05T18:00:00+00:00'
    """
    first = max(datetime.combine(day, EVENING, ZoneInfo(zone)).astimezone(UTC), ends_at + GRACE)
    if entered_at is None or entered_at < first:
        return first
    entered_on = entered_at.astimezone(ZoneInfo(zone)).date()
    evening = datetime.combine(entered_on, EVENING, ZoneInfo(zone)).astimezone(UTC)
    return max(evening, entered_at + GRACE)


def lock_moment(finished_at: datetime, days: int) -> datetime:
    """Answer when a finished register is locked: a change then needs a reason.

    >>> lock_moment(datetime(2022, 9, 5, 18, tzinfo=UTC), 3).day
    8
    """
    return finished_at + timedelta(days=days)


def is_reminder_due(day: date, starts_at: datetime, zone: str, *, now: datetime) -> bool:
    """Tell whether a reminder leaves now: from 17:00 of the day before, while it is of use.

    The day before is that of the group's wall. Where the machine was off in the evening, the
    reminder comes in the morning, and never less than two hours before the start.

    >>> begins = datetime(2022, 9, 5, 14, 0, tzinfo=UTC)
    >>> at = lambda day, hour: datetime(2022, 9, day, hour, tzinfo=UTC)
    >>> [is_reminder_due(date(2022, 9, 5), begins, "Europe/Kyiv", now=at(4, hour)) for hour in (13, 14)]
    [False, True]
    >>> [is_reminder_due(date(2022, 9, 5), begins, "Europe/Kyiv", now=at(5, hour)) for hour in (12, 13)]
    [True, False]
    """
    eve = datetime.combine(day - timedelta(days=1), REMINDED_AT, ZoneInfo(zone))
    return eve <= now <= starts_at - GRACE


@dataclass(frozen=True)
class Stamps:
    """What is known of a register's end: stored stamps, and what the rule reckons with."""

    day: date
    ends_at: datetime
    zone: str
    is_held: bool
    entered_at: datetime | None = None
    finished_at: datetime | None = None
    locked_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """Where a register stands at a moment; true of itself, whether or not it was written down."""

    finished_at: datetime | None
    locked_at: datetime | None

    @property
    def is_finished(self) -> bool:
        """Tell whether everything counts as entered."""
        return self.finished_at is not None

    @property
    def is_locked(self) -> bool:
        """Tell whether a change needs a reason."""
        return self.locked_at is not None


def standing_at(stamps: Stamps, *, now: datetime, lock_days: int) -> Standing:
    """Tell where a register stands now. One in which nothing was entered is not finished by time.

    >>> stamps = Stamps(date(2022, 9, 5), datetime(2022, 9, 5, 15, tzinfo=UTC), "Europe/Kyiv", True)
    >>> standing_at(stamps, now=datetime(2022, 9, 5, 17, tzinfo=UTC), lock_days=3).is_finished
    False
    >>> standing_at(stamps, now=datetime(2022, 9, 9, 17, tzinfo=UTC), lock_days=3).is_locked
    True
    """
    finished = stamps.finished_at
    if finished is None and stamps.is_held:
        moment = finish_moment(
            stamps.day, stamps.ends_at, stamps.zone, entered_at=stamps.entered_at
        )
        finished = moment if moment <= now else None
    locked = stamps.locked_at
    if locked is None and finished is not None:
        moment = lock_moment(finished, lock_days)
        locked = moment if moment <= now else None
    return Standing(finished, locked)


@dataclass(frozen=True)
class Heads:
    """How many were there without a name."""

    in_person: int = 0
    online: int = 0
    first_time: int = 0

    @property
    def total(self) -> int:
        """Everybody counted."""
        return self.in_person + self.online


def assess_heads(heads: Heads) -> Verdict:
    """Tell whether a head-count can be: nobody is there for the first time who is not there.

    >>> assess_heads(Heads(3, 1, 5)).objections[0].code
    'more_first_time_than_there'
    """
    if min(heads.in_person, heads.online, heads.first_time) < 0:
        return Verdict((Reason("heads_negative"),))
    if heads.first_time > heads.total:
        values = {"first_time": heads.first_time, "total": heads.total}
        return Verdict((Reason("more_first_time_than_there", values),))
    return Verdict()


@dataclass(frozen=True)
class Sitting:
    """A session as today's page sees it."""

    session_id: int
    starts_at: datetime
    ends_at: datetime


def nearest(sittings: Iterable[Sitting], *, now: datetime) -> Sitting | None:
    """Pick the session whose register should lie open: the one that is now, else the nearest.

    >>> at = lambda hour: datetime(2022, 9, 5, hour, tzinfo=UTC)
    >>> nearest([Sitting(1, at(9), at(10)), Sitting(2, at(14), at(15))], now=at(13)).session_id
    2
    """
    return min(
        sittings,
        key=lambda sitting: (_distance(sitting, now), sitting.starts_at, sitting.session_id),
        default=None,
    )


def _distance(sitting: Sitting, now: datetime) -> timedelta:
    return max(sitting.starts_at - now, now - sitting.ends_at, timedelta())
