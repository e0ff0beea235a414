"""Both catalogues are complete, and hold what code and templates say, no more and no less."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools.translate import extract, is_done, load


@pytest.fixture(scope="module")
def wanted() -> dict[object, Message]:
    """The texts of code and templates by their id."""
    return {(message.context, message.id): message for message in extract() if message.id}


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_nothing_is_untranslated_and_nothing_is_left_over(
    wanted: dict[object, Message], locale: str
) -> None:
    known = {(message.context, message.id): message for message in load(locale) if message.id}
    assert sorted(map(str, wanted.keys() - known.keys())) == []
    assert sorted(map(str, known.keys() - wanted.keys())) == []
    assert [str(key) for key, message in known.items() if not is_done(message)] == []


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_placeholders_are_those_of_the_text(locale: str) -> None:
    for message in load(locale):
        if not message.id:
            continue
        texts = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        asked = {name for text in texts for name in re.findall(r"%\((\w+)\)", text)}
        for string in strings:
            assert set(re.findall(r"%\((\w+)\)", string)) <= asked, message.id


def test_ukrainian_has_three_plural_forms() -> None:
    plurals = [message for message in load("uk") if isinstance(message.id, (list, tuple))]
    assert plurals
    assert all(len(message.string) == 3 for message in plurals)


def test_ukrainian_says_nothing_in_english() -> None:
    latin = re.compile(r"[A-Za-z]{4,}")
    known = {
        "Python",
        "Scratch",
        "XLSX",
        "JPEG",
        "Viber",
        "Telegram",
        "Signal",
        "xlsx",
        "Excel",
        "Google",
        "Android",
        "iPhone",
        "iPad",
        "Code",
        "Club",
        "Stop",
        "code",
        "club",
        "fill",
        "demonstration",
    }
    wrong = []
    for message in load("uk"):
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        for string in strings if message.id else ():
            bare = re.sub(r"%\(\w+\)[sd]|\{\w+\}", "", string)
            if set(latin.findall(bare)) - known:
                wrong.append(string)
    assert wrong == []


def test_catalogues_lie_where_the_application_looks() -> None:
    assert Path("lms/translations/uk/LC_MESSAGES/messages.po").exists()
