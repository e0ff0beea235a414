"""The figures of the report, read from ``year-2022.yaml``; no other file knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lms.contracts import LMSError

FOLDER = Path(__file__).parent
Document = Mapping[str, Any]


class PlanMismatch(LMSError):
    """The plan of the demonstration cannot add up to the figures of the report."""

    code = "plan_mismatch"


@dataclass(frozen=True)
class Share:
    """What one line of the split gives to a programme: sessions held and attendance."""

    sessions: int
    attendance: int


@dataclass(frozen=True)
class Figures:
    """What the report of the year prints, and how it splits between the programmes."""

    period: int
    figures: Mapping[str, int]
    previous: Mapping[str, int]
    split: Mapping[str, Share]
    topics: Mapping[str, tuple[str, ...]]

    def __getitem__(self, key: str) -> int:
        return self.figures[key]


def read_document(name: str) -> Document:
    """Read one of the pages beside this file, by libyaml where PyYAML was built with it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Document = loader((FOLDER / name).read_text(encoding="utf-8")).get_single_data()
    return document


def read_figures() -> Figures:
    """Read the figures of the report; lines without a figure are not known and stay out.

    :raises PlanMismatch: when the split does not sum to the report's own totals.
    """
    page = read_document("year-2022.yaml")
    indicators = page["indicators"]
    figures = Figures(
        period=page["period"],
        figures={row["key"]: row["figure"] for row in indicators if row["figure"] is not None},
        previous={row["key"]: row["previous"] for row in indicators if "previous" in row},
        split={
            row["programme"]: Share(row["sessions"], row["attendance"]) for row in page["split"]
        },
        topics={
            "consultation_topics": tuple(page["consultation_topics"]),
            "class_topics": tuple(page["class_topics"]),
        },
    )
    totals = (
        ("events_held", sum(share.sessions for share in figures.split.values())),
        ("event_attendance", sum(share.attendance for share in figures.split.values())),
    )
    for key, total in totals:
        if figures[key] != total:
            raise PlanMismatch(f"the split of {key} sums to {total}")
    return figures
