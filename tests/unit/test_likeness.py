"""Which two records may be one person: spellings, slips and swaps, and who only looks alike."""

from datetime import date

import pytest

from lms.people.likeness import Certainty, Features, assess_likeness, phone_key, skeleton

NONE, POSSIBLE, LIKELY, SURE = Certainty
BORN = date(2012, 10, 8)


def _who(name: str, born: date | None = BORN, **more: object) -> Features:
    family, given, *rest = name.split()
    return Features(family, given, " ".join(rest), born, **more)  # type: ignore[arg-type]


def _mail(*addresses: str) -> dict[str, frozenset[str]]:
    return {"emails": frozenset(addresses)}


ONE_MOTHER = _mail("user7@example.org")

SPELLINGS = [
    ("Дем’Яненко Іван", "дем’яненко іван"),
    ("В'Юнник Лев", "В'юнник Лев"),
    ("В’юнник Лев", "Вюнник Лев"),
    ("МОРОЗ ІЛЛЯ", "Мороз Ілля"),
    ("Kоваленко Tимур", "Коваленко Тимур"),
    ("Ґалаґан Софія", "Галаган София"),
    ("Єрьоменко Назар", "Еременко Назар"),
    ("Кучма Микита", "Кучма Никита"),
    ("Сорока Їванна", "Сорока Іванна"),
    ("Юрченко Олександр", "Юрченко Саша"),
    ("Павлюк Наталія", "Павлюк Наталья"),
    ("Нечуй-Левицька Любов", "Нечуй Левицька Любовь".replace(" Л", "Л", 1)),
    ("Shevchenko Solomiia", "Шевченко Соломія"),
    ("Demianenko Yaroslav", "Дем’яненко Ярослав"),
    ("Юрченко Ярослав", "Ярослав Юрченко"),
    ("В'юнник Їванна", "Їванна В’юнник"),
    ("Знам’янська Саша", "Знам’янський Саша"),
    ("Яблонська Назар", "Яблонський Назар"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_one_child_is_found_however_it_is_spelt(one: str, other: str) -> None:
    assert assess_likeness(_who(one), _who(other)).certainty >= LIKELY
    assert assess_likeness(_who(other), _who(one)).certainty >= LIKELY
    assert assess_likeness(_who(one, **ONE_MOTHER), _who(other, **ONE_MOTHER)).certainty is SURE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Знам’янська Соломія", "Знам’янський Лук’ян"),
        ("Павлюк Анна", "Павлюк Яна"),
        ("Павлюк Аліна", "Павлюк Еліна"),
        ("Павлюк Поліна", "Павлюк Аліна"),
        ("Павлюк Олександр", "Павлюк Олександра"),
        ("Павлюк Євген", "Павлюк Євгенія"),
        ("Павлюк Валерій", "Павлюк Валерія"),
        ("Павлюк Мирослав", "Павлюк Мирослава"),
        ("Павлюк Марко", "Павлюк Макар"),
        ("Пономарьов Орест", "Пономарьова Ніколь"),
        ("Кравець Лев", "Кравець Марія"),
        ("Ткач Саша Андрійович", "Ткач Саша Андріївна"),
    ],
)
def test_twins_and_siblings_are_two_children(one: str, other: str) -> None:
    family = {**ONE_MOTHER, "guardian_ids": frozenset({7}), "phones": frozenset({"501112233"})}
    assert not assess_likeness(_who(one, **family), _who(other, **family))
    assert not assess_likeness(_who(other, **family), _who(one, **family))


@pytest.mark.parametrize(
    ("born", "alone", "with_one_mother"),
    [
        (BORN, SURE, SURE),
        (date(2012, 8, 10), POSSIBLE, LIKELY),
        (date(2012, 10, 3), POSSIBLE, LIKELY),
        (date(2021, 10, 8), POSSIBLE, LIKELY),
        (date(2013, 10, 8), POSSIBLE, LIKELY),
        (None, POSSIBLE, LIKELY),
        (date(1988, 1, 22), NONE, POSSIBLE),
        (date(2009, 5, 30), NONE, POSSIBLE),
    ],
)
def test_the_birth_date_says_how_sure_a_name_is(
    born: date | None, alone: Certainty, with_one_mother: Certainty
) -> None:
    name = "Мороз Ілля"
    assert assess_likeness(_who(name), _who(name, born)).certainty is alone
    met = assess_likeness(_who(name, **ONE_MOTHER), _who(name, born, **ONE_MOTHER))
    assert met.certainty is with_one_mother


@pytest.mark.parametrize(
    ("one", "other", "certainty"),
    [
        ("Коваленко Тимур", "Ковалнко Тимур", POSSIBLE),
        ("Коваленко Вероніка", "Коваленко Вероніак", POSSIBLE),
        ("Коваленко Тимур", "Бондаренко Тимур", NONE),
        ("Коваленко Тимур", "Ковальчук Тимур", NONE),
        ("Лі Ян", "Ли Ян", SURE),
        ("Лі Ян", "Лук Ян", NONE),
    ],
)
def test_a_slip_of_the_pen_is_possible_and_no_more(
    one: str, other: str, certainty: Certainty
) -> None:
    found = assess_likeness(_who(one), _who(other)).certainty
    assert found is certainty or (certainty is SURE and found is LIKELY)
    assert assess_likeness(_who(one), _who(other, date(2010, 1, 30))).certainty is NONE


def test_another_family_name_needs_birth_date_and_family() -> None:
    mother, father = "Мороз Наталія", "Ґалаґан Наталія"
    assert assess_likeness(_who(mother, **ONE_MOTHER), _who(father, **ONE_MOTHER)).certainty is (
        POSSIBLE
    )
    assert not assess_likeness(_who(mother), _who(father))


def test_a_mother_who_bears_the_childs_name_is_another_person() -> None:
    child = _who("Сорока Ніколь", person_id=1, guardian_ids=frozenset({2}), **ONE_MOTHER)
    mother = _who("Сорока Ніколь", None, person_id=2, child_ids=frozenset({1}), **ONE_MOTHER)
    assert not assess_likeness(child, mother)
    assert not assess_likeness(mother, child)


def test_adults_are_told_apart_by_the_patronymic() -> None:
    def adult(patronymic: str, **more: object) -> Features:
        return _who(f"Ткач Любов {patronymic}", None, **more)

    assert assess_likeness(adult("Юріївна"), adult("Юріївна")).certainty is LIKELY
    assert assess_likeness(adult(""), adult("Юріївна")).certainty is POSSIBLE
    assert not assess_likeness(adult("Іллівна"), adult("Юріївна"))
    shared = assess_likeness(adult("Іллівна", **ONE_MOTHER), adult("Юріївна", **ONE_MOTHER))
    assert shared.certainty is POSSIBLE


def test_a_person_known_by_one_word_is_compared_with_nobody() -> None:
    assert not assess_likeness(Features("", "Оксана"), Features("", "Оксана"))


def test_the_reasons_say_what_speaks_for_it_and_against() -> None:
    found = assess_likeness(
        _who("Кучма Микита", **ONE_MOTHER), _who("Кучма Никита", date(1990, 1, 1), **ONE_MOTHER)
    )
    said = {reason.code: reason.is_met for reason in found.reasons}
    assert said == {
        "alike_name_spelt_otherwise": True,
        "alike_birth_other": False,
        "alike_tie_email": True,
    }


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("+380508650309", "508650309"),
        ("380504139706", "508650309"[:0] + "504139706"),
        ("+38 (050) 384-66-48", "503846648"),
        ("067 640 76 53 (мама)", "676407653"),
        ("80501234567", "501234567"),
        ("+48 601 029 247", "48601029247"),
        ("067498177", "067498177"),
        ("немає", ""),
        ("", ""),
    ],
)
def test_phones_are_compared_by_their_digits(typed: str, key: str) -> None:
    assert phone_key(typed) == key


def test_the_key_of_a_name_is_the_same_after_a_second_time() -> None:
    for name in ("Дем’Яненко", "Shcherban", "Ґалаґан", "Єрьоменко", "Юлія"):
        assert skeleton(skeleton(name)) == skeleton(name)
