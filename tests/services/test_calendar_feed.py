"""A calendar read by two parsers that know nothing of each other, on both days of clock change."""

import json
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from lms.calendars.gathering import FAMILY, LEARNING, TODAY, entries_of
from lms.calendars.ics import write_calendar
from lms.calendars.services import find_reader, make_feed, token_of
from lms.clock import now
from lms.contracts import RoleName
from lms.courses.models import Cohort, NotHeldReason
from lms.courses.services import cancel_session, move_session, plan_session, restore_session
from lms.db import db
from lms.people.models import Relation
from lms.people.services import add_guardian
from tests.cast import Cast, enrol_row

DATABASES = ("sqlite",)

READER = Path(__file__).parents[1] / "javascript" / "read_calendar.js"
PATHS = {FAMILY: "/family", LEARNING: "/learning", TODAY: "/today"}
SITE = "https://library.example"
ON = date(2026, 9, 1)
GUARDIAN, MENTOR = frozenset({RoleName.GUARDIAN}), frozenset({RoleName.MENTOR})
# Days around a change of clocks, what the wall shows, and the hour of Greenwich by hand.
KYIV = [
    (date(2026, 10, 24), time(17), datetime(2026, 10, 24, 14, tzinfo=UTC)),
    (date(2026, 10, 25), time(2), datetime(2026, 10, 24, 23, tzinfo=UTC)),
    (date(2026, 10, 25), time(17), datetime(2026, 10, 25, 15, tzinfo=UTC)),
    (date(2026, 10, 26), time(17), datetime(2026, 10, 26, 15, tzinfo=UTC)),
    (date(2027, 3, 27), time(17), datetime(2027, 3, 27, 15, tzinfo=UTC)),
    (date(2027, 3, 28), time(17), datetime(2027, 3, 28, 14, tzinfo=UTC)),
]
TORONTO = [
    (date(2026, 10, 31), time(10), datetime(2026, 10, 31, 14, tzinfo=UTC)),
    (date(2026, 11, 1), time(10), datetime(2026, 11, 1, 15, tzinfo=UTC)),
    (date(2027, 3, 13), time(10), datetime(2027, 3, 13, 15, tzinfo=UTC)),
    (date(2027, 3, 14), time(10), datetime(2027, 3, 14, 14, tzinfo=UTC)),
]


def _read_in_python(written: bytes) -> dict[str, Any]:
    calendar = Calendar.from_ical(written)
    assert calendar.errors == []
    sessions = []
    for event in calendar.walk("VEVENT"):
        assert event.errors == []
        starts = event["dtstart"].dt
        sessions.append(
            {
                "uid": str(event["uid"]),
                "title": str(event["summary"]),
                "status": str(event["status"]),
                "sequence": int(event["sequence"]),
                "zone": event["dtstart"].params.get("TZID", "UTC"),
                "wall": starts.strftime("%Y-%m-%dT%H:%M:%S"),
                "starts": int(starts.timestamp()),
                "ends": int(event["dtend"].dt.timestamp()),
            }
        )
    return {"name": str(calendar["x-wr-calname"]), "sessions": sessions}


def _read_in_javascript(written: bytes) -> dict[str, Any]:
    read = subprocess.run(["node", READER], input=written, capture_output=True, check=False)
    assert (read.returncode, read.stderr.decode()) == (0, "")
    found: dict[str, Any] = json.loads(read.stdout)
    return found


def _read(written: bytes) -> dict[str, Any]:
    """Read a calendar in both ways, which must agree in everything."""
    found = _read_in_python(written)
    assert found == _read_in_javascript(written)
    # Lines of at most 75 bytes that end as the standard asks.
    assert all(len(line) <= 75 and not line.endswith(b"\n") for line in written.split(b"\r\n"))
    return found


def _feed(person: Any, roles: frozenset[RoleName], on: date = ON) -> bytes:
    db.session.flush()
    db.session.expire_all()
    since = datetime(2026, 8, 1, tzinfo=UTC)
    entries = entries_of(person, roles, paths=PATHS, since=since, on=on)
    return write_calendar(entries, public_url=SITE)


@pytest.fixture
def abroad(cast: Cast) -> Cast:
    """The cast with a group on the wall of Toronto, and sessions around each change of clocks."""
    cohort = Cohort(
        module_id=cast.module.id,
        course_id=cast.course.id,
        name="Scratch, Торонто",
        zone="America/Toronto",
        capacity=5,
    )
    db.session.add(cohort)
    db.session.flush()
    enrol_row(cast.sibling, cohort)
    for group, rows in ((cast.cohort, KYIV), (cohort, TORONTO)):
        for day, wall, _moment in rows:
            plan_session(group, day=day, starts_at=wall)
    return cast


def test_both_read_exact_times_on_both_days_of_clock_change(abroad: Cast) -> None:
    found = _read(_feed(abroad.guardian, GUARDIAN))
    seen = {
        (one["zone"], one["wall"], datetime.fromtimestamp(one["starts"], UTC))
        for one in found["sessions"]
    }
    assert seen == {
        (zone, datetime.combine(day, wall).isoformat(), moment)
        for zone, rows in (("Europe/Kyiv", KYIV), ("America/Toronto", TORONTO))
        for day, wall, moment in rows
    }
    assert {one["ends"] - one["starts"] for one in found["sessions"]} == {3600}


def test_the_hour_that_clocks_show_twice_is_told_by_greenwich(abroad: Cast) -> None:
    plan_session(abroad.cohort, day=date(2026, 10, 25), starts_at=time(3, 30))
    found = _read(_feed(abroad.guardian, GUARDIAN))
    twice = [one for one in found["sessions"] if one["zone"] == "UTC"]
    assert [one["starts"] for one in twice] == [
        int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp())
    ]


def test_two_children_in_one_group_are_one_entry_and_nobody_is_named(abroad: Cast) -> None:
    written = _feed(abroad.guardian, GUARDIAN)
    found = _read(written)
    uids = [one["uid"] for one in found["sessions"]]
    assert len(set(uids)) == len(uids) == len(KYIV) + len(TORONTO)
    text = written.decode().replace("\r\n ", "")
    for person in (abroad.child, abroad.sibling, abroad.guardian, abroad.mentor):
        assert person.given_name not in text
        assert person.family_name not in text
    for hidden in (abroad.place.town, abroad.place.name, abroad.club.name, abroad.cohort.link):
        assert hidden not in text
    assert "LOCATION" not in text
    assert {one["title"] for one in found["sessions"]} == {abroad.course.name}


def test_who_only_accompanies_a_child_learns_no_zone(abroad: Cast) -> None:
    add_guardian(abroad.learner, abroad.sibling, relation=Relation.ACCOMPANYING, since=ON)
    written = _feed(abroad.learner, GUARDIAN)
    assert b"Toronto" not in written
    assert b"TZID" not in written
    moments = {one["starts"] for one in _read(written)["sessions"]}
    assert {int(moment.timestamp()) for _day, _wall, moment in TORONTO} <= moments


def test_a_cancelled_session_stays_marked_and_counts_up(abroad: Cast) -> None:
    def first() -> tuple[str, str, int]:
        one = min(
            _read(_feed(abroad.guardian, GUARDIAN))["sessions"], key=lambda row: row["starts"]
        )
        return one["status"], one["title"], one["sequence"]

    before = first()
    session = plan_session(abroad.cohort, day=date(2026, 9, 7), starts_at=time(17))
    db.session.commit()
    assert before[2] == first()[2] == 0
    cancel_session(session, reason=NotHeldReason.AIR_RAID)
    db.session.commit()
    assert first() == ("CANCELLED", f"Скасовано: {abroad.course.name}", 1)
    restore_session(session)
    db.session.commit()
    assert first() == ("CONFIRMED", abroad.course.name, 2)


def test_a_moved_session_is_two_rows_that_keep_their_names(abroad: Cast) -> None:
    session = plan_session(abroad.cohort, day=date(2026, 9, 7), starts_at=time(17))
    db.session.commit()
    before = _read(_feed(abroad.mentor, MENTOR))["sessions"]
    move_session(session, reason=NotHeldReason.NO_POWER, day=date(2026, 9, 9), starts_at=time(18))
    db.session.commit()
    after = _read(_feed(abroad.mentor, MENTOR))["sessions"]
    old, new = sorted(after, key=lambda row: row["starts"])[:2]
    assert old["uid"] == min(before, key=lambda row: row["starts"])["uid"]
    assert (old["status"], old["title"]) == ("CANCELLED", f"Перенесено: {abroad.course.name}")
    assert (new["status"], new["wall"]) == ("CONFIRMED", "2026-09-09T18:00:00")
    assert new["uid"] not in {one["uid"] for one in before}


def test_a_sensitive_kind_has_no_title(cast: Cast) -> None:
    leader = frozenset({RoleName.LEADER})
    written = _feed(cast.leader, leader, on=date(2022, 9, 1)).decode()
    assert "йога" not in written.lower()
    titles = {one["title"] for one in _read(written.encode())["sessions"]}
    assert titles == {"Заняття", "Кібербезпека для бібліотекарів"}


def test_nothing_in_it_is_a_calendar_too(cast: Cast) -> None:
    assert _read(_feed(cast.director, GUARDIAN)) == {"name": "Заняття", "sessions": []}


def test_the_address_can_be_copied_again_until_there_is_a_new_one(cast: Cast) -> None:
    first = make_feed(cast.guardian.id, secret="a key", now=now())
    assert len(first) == 43
    assert token_of(cast.guardian.id, secret="a key") == first
    assert token_of(cast.guardian.id, secret="another key") == ""
    on = now().date() + timedelta(days=1)
    assert find_reader(first, on=on)
    second = make_feed(cast.guardian.id, secret="a key", now=now())
    assert second != first
    assert find_reader(first, on=on) is None
    assert find_reader(second, on=on)
    assert find_reader("x" * 43, on=on) is None
