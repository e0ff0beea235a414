"""Reading a journal: dates, signs, the row of dates, names, rows without a name."""

from datetime import date

import pytest

from lms.imports.grid import NoGrid, RowKind, find_grid
from lms.imports.grid_days import Span, read_day
from lms.imports.grid_names import Match, Member, match_name
from lms.imports.reading import read_sheet
from lms.imports.signs import SignMeaning, may_be_remembered, read_number, read_sign

AUTUMN = Span(date(2022, 9, 5), date(2022, 12, 20))
OVER_NEW_YEAR = Span(date(2022, 11, 1), date(2023, 2, 28))
GROUP = [
    Member(1, "Знам’янська", "Соломія", "Андріївна"),
    Member(2, "Знам’янський", "Лук’ян", "Андрійович"),
    Member(3, "Швець", "Ярина"),
    Member(4, "Ґалаґан", "Микита"),
    Member(5, "Драй-Хмара", "Анна"),
]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05.09", "2022-09-05"),
        ("5.9", "2022-09-05"),
        ("5.9.22", "2022-09-05"),
        ("05.09.2022", "2022-09-05"),
        ("05,09", "2022-09-05"),
        ("5/9", "2022-09-05"),
        ("9/26", "2022-09-26"),
        ("05-09", "2022-09-05"),
        ("2022-09-05", "2022-09-05"),
        ("2022-09-05 00:00:00", "2022-09-05"),
        ("44809", "2022-09-05"),
        ("5 вересня", "2022-09-05"),
        ("5 вер.", "2022-09-05"),
        ("5 вересня 2022", "2022-09-05"),
        ("вересень, 5", "2022-09-05"),
        ("пн\n05.09", "2022-09-05"),
        ("05.09 (пн)", "2022-09-05"),
        ("Заняття 1 05.09", "2022-09-05"),
        ("5 сентября", "2022-09-05"),
        ("5.1", "2022-10-05"),
        ("31.09", None),
        ("12.03.2012", None),
        ("5", None),
        ("Всього", None),
        ("0501234567", None),
        ("10:30", None),
        ("", None),
    ],
)
def test_a_date_over_a_column_is_read_in_every_form(text, day):
    found = read_day(text, AUTUMN)
    assert (str(found) if found else None) == day


@pytest.mark.parametrize(("text", "day"), [("12.12", "2022-12-12"), ("09.01", "2023-01-09")])
def test_a_date_takes_the_year_of_the_module(text, day):
    assert str(read_day(text, OVER_NEW_YEAR)) == day


SIGNS = {
    SignMeaning.PRESENT: ["+", "✓", "✔", "є", "Є", "1", "1.0", "1,0", "п", "П", "TRUE", " + "],
    SignMeaning.ABSENT: ["н", "Н", "H", "-", "–", "—", "0", "нб", "FALSE", "н.", "не було"],
    SignMeaning.EXCUSED: [
        "хв",
        "ХВ",
        "хв.",
        "х",
        "хворіла",
        "хворів",
        "поважна причина",
        "хв (грип)",
    ],
    SignMeaning.LATE: ["з", "зап", "зап.", "запізнилась"],
    None: ["x", "Ω", "2", "вд", "грип"],
}


@pytest.mark.parametrize(
    ("text", "meaning"), [(text, meaning) for meaning, texts in SIGNS.items() for text in texts]
)
def test_a_sign_is_read_or_asked_about(text, meaning):
    assert read_sign(text) == meaning


def test_what_was_said_of_a_sign_goes_before_what_is_usual():
    assert read_sign("п", {"п": "excused"}) is SignMeaning.EXCUSED
    assert read_sign("п", {"п": "nonsense"}) is SignMeaning.PRESENT


def test_no_word_about_health_is_remembered_as_a_sign():
    assert not any(may_be_remembered(word) for word in ("грип", "ангіна", "у лікаря", "covid"))


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("0", 0), ("7 дітей", 7), ("+", None)])
def test_a_number_without_a_name_counts_people(text, number):
    assert read_number(text) == number


def found(*rows: str, span: Span = AUTUMN):
    return find_grid(read_sheet("\n".join(rows).encode()), span)


def people(grid) -> list[str]:
    return [row.label for row in grid.people]


def days(grid) -> list[str]:
    return [f"{column.day:%d.%m}" for column in grid.columns]


def test_titles_numbering_totals_and_remarks_are_no_people():
    grid = found(
        "Журнал групи Scratch;;;;;",
        "Ментор: Остап;;;;;",
        "№;ПІБ;05.09;12.09;Всього;Примітка",
        "1;Знам’янська Соломія;+;н;1;чудово",
        "2;Швець Ярина;хв;+;1;",
        ";;;;;",
        ";Всього;1;1;2;",
        ";Тема;змінні;цикли;;",
        ";Умовні позначки: н – не був;;;;",
    )
    assert days(grid) == ["05.09", "12.09"]
    assert people(grid) == ["Знам’янська Соломія", "Швець Ярина"]
    assert [row.kind for row in grid.rows][-1] is RowKind.TOTAL
    assert grid.people[0].cells == {0: "+", 1: "н"}


def test_a_row_of_months_stands_over_a_row_of_days():
    grid = found("ПІБ;вересень;;;жовтень;", ";5;12;19;3;10", "Швець Ярина;+;+;н;+;+")
    assert days(grid) == ["05.09", "12.09", "19.09", "03.10", "10.10"]
    assert grid.people[0].cells[2] == "н"


def test_each_header_row_begins_a_part_of_its_own():
    grid = found(
        "Вересень;05.09;12.09", "Швець Ярина;+;н", "Жовтень;03.10;10.10", "Швець Ярина;+;+"
    )
    assert days(grid) == ["05.09", "12.09", "03.10", "10.10"]
    assert [sorted(row.cells) for row in grid.people] == [[0, 1], [2, 3]]


def test_family_name_and_first_name_may_stand_in_two_columns():
    grid = found("№;Прізвище;Ім’я;05.09", "1;Швець;Ярина;+", "2;Знам’янська;Соломія;н")
    assert people(grid) == ["Швець Ярина", "Знам’янська Соломія"]


def test_a_table_may_have_numbers_only():
    grid = found("Дата;05.09;12.09", "Кількість;12;9")
    assert [(row.kind, row.cells) for row in grid.rows] == [(RowKind.TOTAL, {0: "12", 1: "9"})]


def test_a_birth_date_is_no_session():
    grid = found("ПІБ;Дата народження;05.09;12.09", "Швець Ярина;30.11.2011;+;н")
    assert days(grid) == ["05.09", "12.09"]
    assert grid.people[0].cells == {0: "+", 1: "н"}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["ПІБ;Телефон", "Швець Ярина;0501234567"], "grid_no_dates"),
        (["ПІБ;05.09;12.09", "Швець Ярина;;"], "grid_no_rows"),
        (["ПІБ;05.09.2019;12.09.2019", "Швець Ярина;+;+"], "grid_no_dates"),
    ],
)
def test_what_is_no_journal_is_refused_with_its_reason(rows, code):
    with pytest.raises(NoGrid) as refusal:
        found(*rows)
    assert refusal.value.reason.code == code


@pytest.mark.parametrize(
    ("label", "match"),
    [
        ("Знам’янська Соломія", Match(1)),
        ("Соломія Знам'янська", Match(1)),
        ("Знамянська Соломія Андріївна", Match(1)),
        ("ЗНАМ’ЯНСЬКА С.", Match(1)),
        ("С. Знам’янська", Match(1)),
        ("Соломія З.", Match(1)),
        ("Соломія", Match(1)),
        ("Лук'ян", Match(2)),
        ("Галаган Нікіта", Match(4)),
        ("Драй Хмара Анна", Match(5)),
        ("Ярина Швець", Match(3)),
        ("Швець Іван", None),
        ("Швецова Ярина", (3,)),
        ("Знам’янська Л.", None),
        ("Кіт Мурко", ()),
    ],
)
def test_a_name_means_one_of_the_group_or_is_asked(label, match):
    got = match_name(label, GROUP)
    if isinstance(match, Match):
        assert got == match
    else:
        assert got.person_id is None
        if match is not None:
            assert got.candidates == match


def test_namesakes_are_asked_about():
    twins = [Member(1, "Ткач", "Лев"), Member(2, "Ткач", "Лев")]
    assert match_name("Ткач Лев", twins) == Match(candidates=(1, 2))
    assert match_name("Лев", [*twins, Member(3, "Кіт", "Лев")]).person_id is None
