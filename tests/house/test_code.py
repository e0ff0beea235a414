"""The code about the code: names, sizes, words and figures that must not be there."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PYTHON = sorted((ROOT / "lms").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "{% extends" in path.read_text(encoding="utf-8")]
BANNED_FILES = {"utils.py", "helpers.py", "base.py", "manager.py", "common.py"}
# words.md, the column «not», as class or variable names.
BANNED_NAMES = re.compile(
    r"\b(class|def)\s+(ParentOf|CheckIn|Lesson|Ticket|Homework|KPI|Metric|Diploma|Voucher|Venue)\b"
)
BANNED_UKRAINIAN = re.compile(r"зарахуван|опікун|відмітк|редакці[яїю]\b", re.IGNORECASE)
MOST_LINES = 400


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_a_file_is_one_idea(path: Path) -> None:
    assert path.name not in BANNED_FILES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert not BANNED_NAMES.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_has_a_title_and_trusts_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_document = "documents" in path.parts
    assert is_document or "{% block title %}" in text
    assert is_document or "{% block heading %}" in text
    assert "|safe" not in text.replace(" ", "")
    assert is_document or "style=" not in text
    assert "http://" not in text
    assert is_document or "https://" not in text


def test_one_word_for_one_thing_in_ukrainian() -> None:
    catalogue = (ROOT / "lms/translations/uk/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    found = BANNED_UKRAINIAN.findall(catalogue)
    assert found == []


def test_names_keep_the_typographic_apostrophe() -> None:
    catalogue = (ROOT / "lms/translations/uk/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    wrong = re.findall(r"msgstr.*[а-яіїєґ]['`ʼ][а-яіїєґ].*", catalogue, re.IGNORECASE)
    assert wrong == []


def _figures() -> set[int]:
    year = yaml.safe_load((ROOT / "lms/demonstration/year-2022.yaml").read_text(encoding="utf-8"))
    found = {
        row[key] for row in year["indicators"] for key in ("figure", "previous") if row.get(key)
    }
    found |= {row[key] for row in year["split"] for key in ("sessions", "attendance")}
    # Smaller numbers are shares, minutes and limits everywhere; 100, 250 and the like are round;
    # 366 is also the days of a leap year.
    return {number for number in found if number > 70 and number % 50 and number != 366}


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_no_figure_of_the_report_stands_in_code(path: Path) -> None:
    numbers = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, int)
    }
    allowed = {90} if path.name in {"pages.py", "forms.py"} else set()
    assert numbers & (_figures() - allowed) == set()


def test_every_reason_has_a_sentence_in_both_languages(app: object) -> None:
    codes = set()
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_reason = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason"
            if is_reason and node.args and isinstance(node.args[0], ast.Constant):
                codes.add(node.args[0].value)
    assert len(codes) > 10
    sentences = app.extensions["lms"].sentences  # type: ignore[attr-defined]
    assert codes - set(sentences) == set()


def test_the_project_names_no_registry_and_no_path_of_a_machine() -> None:
    suffixes = {".py", ".md", ".toml", ".lock", ".yaml", ".html", ".js", ".css", ".txt", ".po", ""}
    banned = re.compile(
        r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org|/home/[a-z]+/|/work/|/root/"
    )
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        is_ours = path.is_file() and not any(
            part in {".venv", ".git", "var", "build", "node_modules"}
            or part.startswith((".mypy", ".hypothesis"))
            or part.endswith(("_cache", ".egg-info"))
            for part in inside
        )
        if is_ours and path.suffix in suffixes and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not banned.search(text), f"{path}: {banned.search(text)}"
