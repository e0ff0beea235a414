"""Check codes: drawn at random, typed by people, and every single slip found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.codes import (
    ALPHABET,
    check_character,
    display,
    is_wellformed,
    new_code,
    normalise,
    registration_number,
)

BODIES = st.text(alphabet=ALPHABET, min_size=20, max_size=20)
LOOK_ALIKES = {
    "A": "АаA", "B": "ВвB", "C": "СсC", "E": "ЕеE", "H": "НнH", "K": "КкK", "M": "МмM",
    "P": "РрP", "T": "ТтT", "X": "ХхX", "Y": "УуY", "0": "ОоOo", "1": "ІіIiLl", "3": "Зз",
}  # fmt: skip


@given(BODIES)
def test_it_finds_every_change_of_one_character(body: str) -> None:
    code = body + check_character(body)
    assert is_wellformed(code)
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            assert not is_wellformed(code[:place] + wrong + code[place + 1 :])


@given(BODIES, st.integers(0, 19))
def test_it_finds_swapped_neighbours_but_for_the_one_known_pair(body: str, place: int) -> None:
    code = body + check_character(body)
    left, right = code[place], code[place + 1]
    swapped = code[:place] + right + left + code[place + 2 :]
    assert is_wellformed(swapped) == (left == right or {left, right} == {"0", "Z"})


@given(BODIES, st.randoms())
def test_it_reads_whatever_looks_the_same(body: str, random) -> None:
    code = body + check_character(body)
    typed = "".join(random.choice(LOOK_ALIKES.get(letter, letter)) for letter in code)
    for separator in ("", " ", "-", "–", "—", "‑", "−", "\u00a0", "\u00ad", "-\n"):
        spread = separator.join(typed[at : at + 5] for at in range(0, 21, 5))
        assert normalise(f"\t{spread} ") == code


@given(st.text(max_size=60))
def test_what_is_no_code_is_refused_whatever_it_is(typed: str) -> None:
    code = normalise(typed)
    assert not {" ", "-", "\n"} & set(code)
    assert not is_wellformed(code + "Ж")


def test_codes_are_wellformed_and_never_the_same() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(is_wellformed(code) and len(code) == 21 for code in codes)
    assert set("".join(codes)) == set(ALPHABET)


@given(BODIES)
def test_what_is_shown_reads_back(body: str) -> None:
    code = body + check_character(body)
    shown = display(code)
    assert [len(group) for group in shown.split("-")] == [5, 5, 5, 5, 1]
    assert normalise(shown) == code


def test_it_refuses_a_character_outside_the_alphabet() -> None:
    with pytest.raises(ValueError, match="substring"):
        check_character("U" * 20)


@pytest.mark.parametrize(
    ("year", "number", "serial", "text"),
    [
        (2022, 2, 17, "№ 2022/2-017"),
        (2022, 1, 1, "№ 2022/1-001"),
        (2026, 12, 1017, "№ 2026/12-1017"),
    ],
)
def test_the_registration_number(year: int, number: int, serial: int, text: str) -> None:
    assert registration_number(year, number, serial) == text
