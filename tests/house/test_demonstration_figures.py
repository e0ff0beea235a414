"""The figures of the report stand in one file; Python counts them and never repeats them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.demonstration.year import FOLDER, read_document

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "lms").rglob("*.py"))

# A number of three digits is not there by chance, unless it is one of these.
MEANS_SOMETHING_ELSE = {
    ("lms/people/models.py", 250): "length of a column",
    ("lms/people/forms.py", 250): "length of a field",
    ("lms/hub/rules.py", 366): "days of a year",
    ("lms/events/rules.py", 366): "days of a year",
    ("lms/calendars/gathering.py", 400): "days that a calendar looks ahead",
    ("lms/ui.py", 400): "status of HTTP",
    ("lms/certificates/faces.py", 400): "weight of a face",
}
# Where figures are laid and counted, two digits are enough to look twice.
NEAR = ("lms/demonstration/", "lms/reports/")


def figures() -> set[int]:
    page = read_document("year-2022.yaml")
    found = {
        row[key] for row in page["indicators"] for key in ("figure", "previous") if row.get(key)
    }
    return found | {row[key] for row in page["split"] for key in ("sessions", "attendance")}


def constants(path: Path) -> Iterator[tuple[int, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            yield node.value, node.lineno
        elif isinstance(node.value, str):
            for digits in re.findall(r"(?<![\w.:#-])\d{3,5}(?![\w.:-])", node.value):
                yield int(digits), node.lineno


def repeated(path: Path, name: str) -> list[str]:
    least = 27 if name.startswith(NEAR) else 100
    wanted = {figure for figure in figures() if figure >= least}
    return [
        f"{name}:{line}: {number}"
        for number, line in constants(path)
        if number in wanted and (name, number) not in MEANS_SOMETHING_ELSE
    ]


def test_no_python_file_repeats_a_figure_of_the_report() -> None:
    found = [hit for path in SOURCES for hit in repeated(path, path.relative_to(ROOT).as_posix())]
    assert found == []


@pytest.mark.parametrize("line", ["total = 1527", "text = 'було 4560 відвідувань'"])
def test_a_repeated_figure_would_be_found(tmp_path: Path, line: str) -> None:
    path = tmp_path / "counted.py"
    path.write_text(line, encoding="utf-8")
    assert repeated(path, "lms/hub/counted.py")


def test_every_exception_is_still_needed() -> None:
    for name, number in MEANS_SOMETHING_ELSE:
        assert number in {value for value, _line in constants(ROOT / name)}, name


def test_the_figures_lie_beside_the_generator() -> None:
    assert (FOLDER / "year-2022.yaml").is_file()
    assert (FOLDER / "plan.yaml").is_file()
