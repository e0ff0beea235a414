"""What was measured, as a table for people or one JSON object on each line for programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Line:
    """One measured piece of work. ``aim_ms`` is what is aimed at, limits are in ``holds``."""

    work: str
    size: int | None
    ms: float
    p95_ms: float
    queries: int
    runs: int
    bytes: int | None = None
    aim_ms: float | None = None
    view_ms: float | None = None
    commit_ms: float | None = None
    ratio: float | None = None
    most_ratio: float | None = None
    holds: bool | None = None


def middle(times: list[float]) -> float:
    """Give the median in milliseconds, to a hundredth."""
    return round(median(times), 2)


def slow(times: list[float]) -> float:
    """Give what 95 of 100 stay under."""
    return round(quantiles(times, n=20)[-1], 2)


def show(lines: Iterable[Line], *, is_json: bool) -> None:
    """Print what was measured; with JSON nothing else goes to standard output."""
    lines = list(lines)
    if is_json:
        for line in lines:
            known = {key: value for key, value in asdict(line).items() if value is not None}
            print(json.dumps(known, ensure_ascii=False))
        return
    print(f"{'work':<20}{'size':>6}{'ms':>9}{'p95':>9}{'aim':>6}{'queries':>9}  floors")
    for line in lines:
        size, aim = line.size or "", f"{line.aim_ms:.0f}" if line.aim_ms else ""
        print(
            f"{line.work:<20}{size:>6}{line.ms:>9.2f}{line.p95_ms:>9.2f}{aim:>6}{line.queries:>9}"
            f"{_floors(line)}"
        )


def _floors(line: Line) -> str:
    if line.ratio is None:
        return ""
    verdict = "holds" if line.holds else "DOES NOT HOLD"
    return (
        f"  view {line.view_ms:.2f} + commit {line.commit_ms:.2f}: × {line.ratio:.2f}"
        f" ≤ {line.most_ratio:.0f}: {verdict}"
    )
