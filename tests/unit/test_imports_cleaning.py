"""Columns, values and rows: what is certain is cleaned, what is not is asked."""

import pytest

from lms.imports.columns import recognise
from lms.imports.names import Evidence, read_name
from lms.imports.planning import Status
from lms.imports.reading import read_sheet
from lms.imports.values import read_date, read_email, read_phone, read_yes
from tests.sheets import AUTUMN, SPRING, sheet, tried


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("26 квітня 2016 р.", "2016-04-26"),
        ("15 вересня 2004", "2004-09-15"),
        ("26.09.05", "2005-09-26"),
        ("16/3/2015", "2015-03-16"),
        ("3/16/2015", "2015-03-16"),
        ("5/5/2009", "2009-05-05"),
        ("2011-04-14", "2011-04-14"),
        ("2011-04-14 00:00:00", "2011-04-14"),
        ("1 May 2012", "2012-05-01"),
        ("40674", "2011-05-11"),
    ],
)
def test_a_day_is_read_in_any_form(text, value):
    read = read_date(text)
    assert (read.value, read.doubt) == (value, None)


@pytest.mark.parametrize(
    ("text", "code", "options"),
    [
        ("9/3/2007", "import_date_two_ways", ("2007-03-09", "2007-09-03")),
        ("2007", "import_only_a_year", ()),
        ("31.02.2012", "import_date_unclear", ()),
        ("влітку", "import_date_unclear", ()),
    ],
)
def test_a_day_that_is_not_certain_is_asked(text, code, options):
    read = read_date(text)
    assert (read.value, read.doubt.code, read.options) == ("", code, options)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("099 400 91 71 (мама)", "+380994009171"),
        ("+38 (050) 384-66-48", "+380503846648"),
        ("380504139706", "+380504139706"),
        ("8 067 123 45 67", "+380671234567"),
        ("501234567", "+380501234567"),
        ("+48 601 029 247", "+48601029247"),
        ("380501234567.0", "+380501234567"),
        ("0501234567, 0671234567", "+380501234567"),
        ("067498177", ""),
        ("немає", ""),
        ("@SUM(1+1)", ""),
    ],
)
def test_a_telephone_becomes_e164_or_nothing(text, number):
    assert read_phone(text).value == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("user3@example.or g", "user3@example.org"),
        ("USER79@EXAMPLE.ORG ", "user79@example.org"),
        ("a@b.ua; dad24@b.ua", "a@b.ua"),
        ("usеr@example.org", "user@example.org"),
        ("user79example.org", ""),
        ("user@example,org", ""),
        ("немає", ""),
    ],
)
def test_an_address_is_mended_only_where_that_is_certain(text, address):
    assert read_email(text).value == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+", True),
        ("Так, я даю згоду", True),
        ("погоджуюся", True),
        ("Ні", False),
        ("не даю згоди", False),
        ("-", False),
        ("подумаю", None),
        ("", None),
    ],
)
def test_yes_is_told_from_no(text, said):
    assert read_yes(text) is said


@pytest.mark.parametrize(
    ("text", "family", "full"),
    [
        ("  Кучма   Ярослав ", "", "Кучма Ярослав"),
        ("ШЕВЧЕНКО ДАР'Я", "", "Шевченко Дар’я"),
        ("Дем’Яненко Єлизавета", "", "Дем’яненко Єлизавета"),
        ("О'КОННОР МАРІЯ", "", "О’Коннор Марія"),
        ("Гончар Святослав 🙂", "", "Гончар Святослав"),
        ("Поліна Кравець", "", "Кравець Поліна"),
        ("Їванна В'юнник", "В’юнник", "В’юнник Їванна"),
        ("Гончар Лев Ігорович", "", "Гончар Лев Ігорович"),
        ("Лев Ігорович Гончар", "", "Гончар Лев Ігорович"),
        ("нечуй - левицький любов", "", "Нечуй-Левицький Любов"),
        ("Oлена Koваль", "", "Коваль Олена"),
        ("Роман Богдан", "Роман", "Роман Богдан"),
        ("Богдан Роман", "Роман", "Роман Богдан"),
        ("Коваленко, Анна", "", "Коваленко Анна"),
    ],
)
def test_a_name_is_cleaned_and_put_in_order(text, family, full):
    read = read_name(text, Evidence((family,) if family else ()))
    assert ([name.full for name in read.names], read.doubt) == ([full], None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ткач Лев та Дар'я", ["Ткач Лев", "Ткач Дар’я"]),
        ("Лев і Дар'я Ткач", ["Ткач Лев", "Ткач Дар’я"]),
        ("Ткач Лев, Ткач Дар'я", ["Ткач Лев", "Ткач Дар’я"]),
        ("Ткач Лев Ткач Дар'я", ["Ткач Лев", "Ткач Дар’я"]),
    ],
)
def test_two_children_in_a_cell_are_told_apart_and_asked(text, names):
    read = read_name(text)
    assert [name.full for name in read.names] == names
    assert read.doubt.code == "import_two_children"


@pytest.mark.parametrize(
    "text", ["Назар Тимур", "Кіт", "Лев 5 років", "Анна Марія Петрівна Ткач Зоя"]
)
def test_a_name_that_is_not_certain_is_asked(text):
    assert read_name(text).doubt is not None


def test_columns_are_recognised_in_both_samples():
    autumn = recognise(read_sheet(AUTUMN.read_bytes())).by_heading
    assert autumn["Прізвище та ім’я дитини"] == "person_name"
    assert autumn["ПІБ одного з батьків"] == "guardian_name"
    assert autumn["Дозвіл на фото та відео"] == "consent_photographs"
    assert autumn["Даю згоду на обробку персональних даних"] == "consent"
    spring = recognise(read_sheet(SPRING.read_bytes())).by_heading
    assert (spring["Д.н."], spring["Мати/батько"]) == ("birth_date", "guardian_name")


def test_columns_are_recognised_without_headings_and_below_a_title():
    bare = b"\n".join(
        sheet(
            *[
                f"Ткач Лев;1{n}.03.2012;Ткач Ольга Іванівна;050123456{n};t{n}@x.ua;Scratch;+;"
                for n in range(5)
            ]
        ).split(b"\n")[1:]
    )
    meanings = set(recognise(read_sheet(bare)).by_heading.values())
    assert {"person_name", "birth_date", "guardian_name", "phone", "email", "consent"} <= meanings
    titled = recognise(read_sheet(b"2022;;\n" + sheet("Ткач Лев;1.3.2012;Ткач Ольга;;t@x.ua;;+;")))
    assert (titled.heading_row, len(titled.rows)) == (2, 1)


@pytest.mark.parametrize(
    ("row", "status", "code"),
    [
        ("Ткач Лев;12.03.2012;Ткач Ольга Іванівна;0501234567;t@x.ua;Scratch;+;", Status.NEW, ""),
        (
            "Ткач Лев;12.03.2012;Ткач Ольга;0501234567;t@x.ua;Scratch;;",
            Status.REFUSED,
            "import_no_consent",
        ),
        (
            "Ткач Лев;12.03.2012;Ткач Ольга;0501234567;t@x.ua;Scratch;ні;",
            Status.REFUSED,
            "import_consent_refused",
        ),
        (
            "Ткач Лев;12.03.1988;Ткач Ольга;0501234567;t@x.ua;Scratch;+;",
            Status.DECIDE,
            "import_parents_date",
        ),
        (
            "Ткач Лев;2012;Ткач Ольга;0501234567;t@x.ua;Scratch;+;",
            Status.DECIDE,
            "import_only_a_year",
        ),
        (
            "Ткач Лев;;Ткач Ольга;0501234567;t@x.ua;Scratch;+;",
            Status.DECIDE,
            "import_birth_date_missing",
        ),
        (
            "Ткач Лев;12.03.2012;;0501234567;t@x.ua;Scratch;+;",
            Status.DECIDE,
            "import_guardian_missing",
        ),
        (
            "Ткач Лев;12.03.2012;Ткач Ольга;050123456;t@x.ua;Scratch;+;",
            Status.DECIDE,
            "import_phone_unclear",
        ),
        ("Ткач Лев;12.03.2012;Ткач Ольга;-;-;Scratch;+;", Status.DECIDE, "import_no_contact"),
        (
            "Ткач Лев та Зоя;12.03.2012;Ткач Ольга;0501234567;;Scratch;+;",
            Status.DECIDE,
            "import_two_children",
        ),
        ("Ткач Лев;12.03.2012;Ткач Ольга;0501234567;t@x.ua;Scratch;+;@SUM(1+1)", Status.NEW, ""),
    ],
)
def test_a_row_comes_to_what_it_can_and_says_why(row, status, code):
    (planned,) = tried(sheet(row)).rows
    assert planned.status is status
    assert not code or code in {reason.code for reason in planned.all_reasons}


def test_an_answer_settles_a_row():
    row = "Ткач Лев та Зоя;;Ткач Ольга;050123456;t@x.ua;Scratch;+;"
    said = {"children": "split", "birth_date": "1.3.2012", "birth_date_2": "5.6.2014", "phone": "-"}
    (planned,) = tried(sheet(row), answers={"2": said}).rows
    assert (planned.status, len(planned.entry.children)) == (Status.NEW, 2)


def test_the_same_child_again_is_recognised_in_any_spelling():
    rows = tried(
        sheet(
            "Дем'яненко Лев;12.03.2012;Дем'яненко Ольга;0501234567;t@x.ua;Scratch;+;",
            "лев дем’Яненко;12/3/2012;Дем’яненко Ольга;0671234567;t@x.ua;Scratch;+;",
            "Дем’яненко Лев;12.03.2012;Сорока Зоя;0671111111;z@x.ua;Scratch;+;",
            "Дем’яненко Зоя;1.1.2014;Дем’яненко Ольга;0501234567;t@x.ua;Scratch;+;",
        ).replace(b"12/3/2012", b"2012-03-12")
    ).rows
    assert [row.status for row in rows] == [Status.NEW, Status.CHANGED, Status.DECIDE, Status.NEW]
    assert rows[3].guardian_ref == "row-2-guardian"


def test_only_a_child_whom_the_row_offers_is_taken_for_the_same():
    content = sheet(
        "Дем’яненко Лев;12.03.2012;Дем’яненко Ольга;0501234567;t@x.ua;Scratch;+;",
        "Мороз Зоя;1.2.2013;Мороз Інна;0501234568;m@x.ua;Scratch;+;",
        "Дем’яненко Лев;12.03.2012;Сорока Зоя;0671111111;z@x.ua;Scratch;+;",
    )
    asked = tried(content).rows[2]
    (offered, another) = asked.questions[0].options
    stranger = offered.replace("row-2", "row-3")
    assert another == "another"
    for said, status in ((stranger, Status.DECIDE), (offered, Status.KNOWN)):
        row = tried(content, answers={"4": {"same": said}}).rows[2]
        assert row.status is status or (said == offered and row.status is not Status.DECIDE)


def test_every_row_of_the_samples_is_accounted_for():
    autumn, spring = tried(AUTUMN.read_bytes()), tried(SPRING.read_bytes())
    assert autumn.counts == {"new": 75, "known": 0, "changed": 7, "decide": 29, "refused": 12}
    assert sum(spring.counts.values()) == 44
    assert all(row.all_reasons for row in autumn.rows if row.status is not Status.NEW)


def test_a_delimiter_without_quotes_does_not_move_the_cells():
    headings = "ПІБ дитини,Дата народження,ПІБ мами,Телефон,Пошта,Напрям,Згода,Коментар"
    good = 'Мороз Зоя,1.2.2012,Мороз Інна,050123456{0},m{0}@x.ua,Scratch,"Так, я даю згоду",'
    broken = 'Ткач Лев,12.03.2012,Ткач Ольга,0501234567,t@x.ua,Scratch, Python,"Так, я даю згоду",'
    rows = tried(sheet(good.format(1), good.format(2), broken, headings=headings)).rows
    assert rows[2].entry.directions == ("Scratch", "Python")
    assert (rows[2].status, rows[2].entry.has_consent) == (Status.NEW, True)
