"""Names: cleaned once, in Ukrainian order, found whatever apostrophe was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.names import ALPHABET, clean_name, fold, short_name, sort_key

# The reference order of design/certificates.md: Ґ after Г, Є after Е, І and Ї after И, a space
# before any letter, apostrophes ignored.
ORDERED = [
    "Бойко Анна",
    "Бойко Яна",
    "Бойкова Анна",
    "Гай",
    "Гнатюк",
    "Ґалаґан",
    "Ґудзь",
    "Ева",
    "Євген",
    "Жук",
    "Ирій",
    "Іваненко",
    "Ївга",
    "Їжак",
    "Йосип",
    "Мар’яна",
    "Нечуй-Левицький",
    "Щерба Яна",
    "Щербак Анна",
    "Юрій",
    "Яна",
]


def test_names_stand_in_ukrainian_order() -> None:
    shuffled = [*ORDERED[1::2], *ORDERED[::2]]
    assert sorted(shuffled, key=sort_key) == ORDERED


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Мар'яна", "Мар’яна"),
        ("Марʼяна", "Мар’яна"),
        ("Мар`яна", "Мар’яна"),
        ("Мар‘яна", "Мар’яна"),
        ("  Лі   Я ", "Лі Я"),
        ("Oлена", "Олена"),
        ("Cтеп", "Степ"),
        ("О'Connor", "О’Соnnоr"),
        ("O'Connor", "O’Connor"),
        ("и\u0306", "й"),
        ("Нечуй-Левицький", "Нечуй-Левицький"),
        ("Іва\u200bн", "Іван"),
    ],
)
def test_a_name_is_brought_to_one_form(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize(
    ("one", "other"),
    [("Знам'янська", "знам’ЯНСЬКА"), ("Драй-Хмара", "драй хмара"), ("Oлена", "олена")],
)
def test_the_same_name_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(alphabet=ALPHABET + "'’ʼ -", min_size=1, max_size=30))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_name(text)
    assert clean_name(once) == once
    assert sort_key(once) == sort_key(clean_name(once))


@given(st.lists(st.text(alphabet=ALPHABET, min_size=1, max_size=8), min_size=2, max_size=8))
def test_the_key_orders_as_the_alphabet_does(words: list[str]) -> None:
    by_alphabet = sorted(words, key=lambda word: [ALPHABET.index(letter) for letter in word])
    assert sorted(words, key=sort_key) == by_alphabet


def test_a_short_name_tells_least() -> None:
    assert short_name("Знам’янська", "Соломія") == "Соломія З."
    assert short_name("", "Лі") == "Лі"
