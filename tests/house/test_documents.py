"""What is documented is what is there: hooks, settings, decisions."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from lms import hookspecs
from lms.contracts import Setting
from lms.plugins import load_suite
from lms.settings import SETTINGS

ROOT = Path(__file__).parents[2]
HOOKS = {
    name: function
    for name, function in vars(hookspecs).items()
    if hasattr(function, "lms_spec") and inspect.isfunction(function)
}


def _sources(folder: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py"))
    )


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_is_documented_used_and_tested(name: str) -> None:
    documented = (ROOT / "docs/hooks.md").read_text(encoding="utf-8")
    signature = ", ".join(inspect.signature(HOOKS[name]).parameters)
    assert f"## `{name}({signature})`" in documented
    assert HOOKS[name].__doc__
    assert re.search(rf"@hook\ndef {name}\(", _sources("lms")), "no bundled plug-in uses it"
    assert f"def test_hook_{name}(" in _sources("tests/plugins")


def _settings() -> list[Setting]:
    """The settings of the core and of every bundled slice."""
    given = load_suite(frozenset(), None).manager.hook.register_settings()
    return [*SETTINGS, *(setting for group in given for setting in group)]


@pytest.mark.parametrize("setting", _settings(), ids=lambda setting: setting.name)
def test_a_setting_is_documented_as_it_is(setting: Setting) -> None:
    documented = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    default = f"`{setting.default}`" if setting.default else "–"
    assert f"| `{setting.name}` | {default} | {setting.help} |" in documented


def test_each_setting_stands_once() -> None:
    documented = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(LMS_\w+)` \|", documented, re.M)
    assert sorted(rows) == sorted(setting.name for setting in _settings())


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{n:04d}" for n in range(1, len(names) + 1)]
    for name in names:
        text = (ROOT / "docs/decisions" / name).read_text(encoding="utf-8")
        for heading in ("Context", "Decision", "Consequences", "Rejected"):
            assert f"## {heading}" in text, f"{name} has no {heading}"


def test_public_functions_have_docstrings() -> None:
    without = []
    for path in sorted((ROOT / "lms").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"
            if is_public and not ast.get_docstring(node):
                without.append(f"{path.name}:{node.name}")
    assert without == []
