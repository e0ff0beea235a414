"""Every letter that the program writes has a name in the log and an example to look at."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from lms.i18n import CODES
from lms.letters.rules import Text

ROOT = Path(__file__).parents[2]


def _kinds_written() -> set[str]:
    found = set()
    for path in sorted((ROOT / "lms").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_draft = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Draft"
            if is_draft and node.args:
                found.add(_value(path, node.args[0]))
    return found


def _value(path: Path, node: Any) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return str(getattr(import_module(module), node.id))


def test_every_kind_is_registered(app: Flask) -> None:
    written = _kinds_written()
    assert len(written) > 10
    assert written <= set(app.extensions["lms"].letter_kinds)


def test_every_example_is_a_whole_letter_in_both_languages(app: Flask) -> None:
    from flask_babel import force_locale

    for kind in app.extensions["lms"].letter_kinds.values():
        for locale in CODES:
            with app.test_request_context(), force_locale(locale):
                text = kind.example()
                assert isinstance(text, Text)
                assert text.subject
                assert len(text.parts) > 1
                assert str(kind.label)
                assert str(kind.when)
