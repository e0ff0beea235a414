"""The register: open and save, for 20 and for 100, beside two floors that no program goes under."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.client import Answer, Client, Unexpected, hidden_fields
from bench.seed import add_cohort, add_session, add_staff, add_teaching
from bench.site import filled, folder, make_app, served
from bench.table import Line, middle, slow
from lms.attendance.models import AttendanceRecord, MarkChange
from lms.cli import upgrade_database
from lms.clock import now
from lms.db import PRAGMAS, db

SIZES = {20: 3.0, 100: 4.0}
AIMS = {20: 20.0, 100: 40.0}
OPEN_AIM = 20.0
MOST_QUERIES = 12
WARM, RUNS = 5, 50
# Each run changes every mark: the same two marks by turns.
TURNS = ("present", "absent")


def measure(*, runs: int = RUNS) -> list[Line]:
    """Measure opening and saving; the floors are taken in between, under the same weather."""
    with folder() as place:
        app = make_app(place)
        with app.app_context():
            upgrade_database()
        with filled(app):
            staff, teaching = add_staff(), add_teaching()
            moment = now().astimezone(ZoneInfo("Europe/Kyiv"))
            sessions = {
                size: add_session(add_cohort(teaching, staff, size=size), moment=moment).id
                for size in SIZES
            }
        with served(place, staff.links) as site:
            client = site.signed_in("mentor")
            lines = [
                line
                for size, session_id in sessions.items()
                for line in _measure_one(client, place, size, session_id, runs)
            ]
        with app.app_context():
            _check_rows(runs)
            db.engine.dispose()
    return _with_equal_queries(lines)


def _measure_one(
    client: Client, place: Path, size: int, session_id: int, runs: int
) -> Iterator[Line]:
    path, commit = f"/registers/{session_id}", Floor(place / "floor.sqlite", size)
    times: dict[str, list[float]] = defaultdict(list)
    queries: dict[str, set[int]] = defaultdict(set)
    weight = 0
    for run in range(WARM + runs):
        page = client.ask("GET", path)
        saved = client.ask("POST", path, _every_mark(page, size, TURNS[run % 2]), status=303)
        view = client.ask("GET", "/bench/empty")
        committed = commit.once()
        weight = len(page.body)
        if run < WARM:
            continue
        for name, answer in (("open", page), ("save", saved), ("view", view)):
            times[name].append(answer.ms)
            queries[name].add(answer.queries)
        times["commit"].append(committed)
    commit.close()
    floor = middle(times["view"]) + middle(times["commit"])
    ratio = round(middle(times["save"]) / floor, 2)
    yield Line(
        "register_open",
        size,
        middle(times["open"]),
        slow(times["open"]),
        max(queries["open"]),
        runs,
        bytes=weight,
        aim_ms=OPEN_AIM,
    )
    yield Line(
        "register_save",
        size,
        middle(times["save"]),
        slow(times["save"]),
        max(queries["save"]),
        runs,
        aim_ms=AIMS[size],
        view_ms=middle(times["view"]),
        commit_ms=middle(times["commit"]),
        ratio=ratio,
        most_ratio=SIZES[size],
        holds=ratio <= SIZES[size],
    )


def _every_mark(page: Answer, size: int, mark: str) -> dict[str, str]:
    fields = hidden_fields(page.text)
    people = [name.removeprefix("seen-") for name in fields if name.startswith("seen-")]
    people = [number for number in people if number.isdigit()]
    if len(people) != size:
        raise Unexpected(f"the register lists {len(people)} learners, not {size}")
    return fields | {f"mark-{number}": mark for number in people}


def _check_rows(runs: int) -> None:
    """Make sure that what was measured was done: every mark stands, every change is in history."""
    learners = sum(SIZES)
    marks = db.session.query(AttendanceRecord).count()
    changes = db.session.query(MarkChange).count()
    if (marks, changes) != (learners, learners * (WARM + runs)):
        raise Unexpected(f"{marks} marks and {changes} changes were recorded")


def _with_equal_queries(lines: list[Line]) -> list[Line]:
    saves = [line for line in lines if line.work == "register_save"]
    is_equal = len({line.queries for line in saves}) == 1
    if not is_equal or max(line.queries for line in saves) > MOST_QUERIES:
        raise Unexpected(f"queries of a save: {[line.queries for line in saves]}")
    return lines


class Floor:
    """One commit of as many rows, by the driver itself, on the same disk with the same pragmas."""

    def __init__(self, path: Path, rows: int) -> None:
        self.rows = rows
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, session_id INTEGER,"
            " person_id INTEGER, status TEXT, mode TEXT, version INTEGER, marked_by_id INTEGER,"
            " marked_at TEXT)"
        )

    def once(self) -> float:
        """Insert the rows and commit; answer the milliseconds."""
        at = datetime.now(UTC).isoformat()
        rows = [(1, number, "present", "online", 1, 1, at) for number in range(self.rows)]
        begun = time.perf_counter()
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(
            "INSERT INTO row"
            " (session_id, person_id, status, mode, version, marked_by_id, marked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self.connection.execute("COMMIT")
        return (time.perf_counter() - begun) * 1000

    def close(self) -> None:
        """Close the database of the floor."""
        self.connection.close()
