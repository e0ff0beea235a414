"""Papers: what they say, how they look, and that nothing gets in or out while they are printed."""

import html
import json
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import date
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
import segno
import weasyprint
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from lms.certificates import pdf
from lms.certificates.documents import (
    Gender,
    Language,
    Signatory,
    Snapshot,
    SnapshotError,
    Template,
    Text,
    compose,
)
from lms.certificates.fitting import NameTooLongError
from lms.certificates.pdf import PrintingError, render

LONG = Text(
    "Хмельницька-Драй-Бондаренко Анастасія-Єлизавета Святославівна",
    "Khmelnytska-Drai-Bondarenko Anastasiia-Yelyzaveta Sviatoslavivna",
)
SHORT = Text("Лі Я", "Li Ya")
SNAPSHOT = Snapshot(
    template=Template.CODE_CLUB,
    language=Language.UKRAINIAN,
    holder=LONG,
    number="№ 2022/2-017",
    code="7ZQ4H2M9XK0B3TDW5RN8D",
    verify_url="https://library.example/verify/7ZQ4H2M9XK0B3TDW5RN8D",
    issued_on=date(2022, 12, 14),
    issuer=Text("Луганська обласна універсальна наукова бібліотека", "Luhansk Regional Library"),
    programme=Text("Code Club Луганщина", "Code Club Luhanshchyna"),
    award="code_club_course",
    gender=Gender.FEMALE,
    course=Text("Мова програмування Python", "The Python programming language"),
    direction=Text("Python", "Python"),
    level=Text("базовий", "basic"),
    module=Text("осінньо-зимовий модуль 2022 року", "autumn and winter module of 2022"),
    category=Text("вчитель", "teacher"),
    hours=8,
    sessions=8,
    topics=(Text("Перевірка фактів", "Checking facts"), Text("Сторітелінг", "Storytelling")),
    period_from=date(2022, 9, 12),
    period_to=date(2022, 12, 9),
    signatories=(
        Signatory(Text("Директорка бібліотеки", "Director"), Text("Інна Риб’янцева", "I. Ryb")),
        Signatory(Text("Координаторка програми", "Coordinator"), Text("Оксана Ґалаґан", "O. G.")),
    ),
    is_minor=True,
)
EVERY = [
    pytest.param(template, language, holder, id=f"{template}-{language}-{length}")
    for template in Template
    for language in Language
    for length, holder in (("long", LONG), ("short", SHORT))
]


def run(*command: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def words(paper: bytes) -> list[list[tuple[str, float, float, float, float]]]:
    """Give the words of each page with their boxes, in points."""
    page = re.compile(r'<page width="(.*?)" height="(.*?)">(.*?)</page>', re.DOTALL)
    word = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
    text = run("pdftotext", "-bbox", "-", "-", given=paper).decode()
    return [
        [(html.unescape(w[4]), *map(float, w[:4])) for w in word.findall(content)]
        for _width, _height, content in page.findall(text)
    ]


def text_of(paper: bytes) -> str:
    return " ".join(word[0] for page in words(paper) for word in page)


def picture(paper: bytes, dpi: int, *, page: int = 1) -> Image.Image:
    at = ("-r", str(dpi), "-f", str(page), "-l", str(page))
    return Image.open(BytesIO(run("pdftoppm", *at, "-png", "-", given=paper)))


def assert_nothing_collides(paper: bytes, snapshot: Snapshot) -> None:
    """No word leaves the printable part of its sheet, and no word lies on another."""
    reader = PdfReader(BytesIO(paper))
    margin = 6 if snapshot.template == Template.MENTOR_CREDENTIAL else 28
    assert len(reader.pages) == (2 if snapshot.template == Template.MENTOR_CREDENTIAL else 1)
    for sheet, placed in zip(reader.pages, words(paper), strict=True):
        width, height = map(float, sheet.mediabox[2:])
        for text, left, top, right, bottom in placed:
            assert left >= margin, text
            assert right <= width - margin, text
            assert top >= margin - 4, text
            assert bottom <= height - margin + 4, text
        for one, other in combinations(placed, 2):
            across = min(one[3], other[3]) - max(one[1], other[1])
            down = min(one[4], other[4]) - max(one[2], other[2])
            lower = min(one[4] - one[2], other[4] - other[2])
            assert across <= 1 or down <= 0.5 * lower, (one[0], other[0])


@pytest.mark.parametrize(("template", "language", "holder"), EVERY)
def test_every_paper_fits_its_sheet(template: Template, language: Language, holder: Text) -> None:
    snapshot = replace(SNAPSHOT, template=template, language=language, holder=holder)
    paper = render(snapshot)
    assert_nothing_collides(paper, snapshot)
    found = text_of(paper)
    for part in holder.in_language(language).split():
        assert part in found
    assert "7ZQ4H-2M9XK-0B3TD-W5RN8-D" in found
    assert "№ 2022/2-017" in found
    sizes = [bottom - top for page in words(paper) for _word, _l, top, _r, bottom in page]
    assert min(sizes) > 5


@pytest.mark.parametrize("template", [each for each in Template if each != "mentor_credential"])
def test_a_paper_with_much_to_say_is_set_closer(template: Template) -> None:
    wordy = replace(
        SNAPSHOT,
        template=template,
        course=Text("Основи програмування мовою Python та створення ігор для початківців " * 3),
        programme=Text("Літня школа інформаційних технологій і медіаграмотності для всіх"),
        module=Text("осінньо-зимовий навчальний модуль дві тисячі двадцять другого року"),
        topics=tuple(Text(f"Тема {n}: як перевіряти факти й джерела") for n in range(16)),
        signatories=(Signatory(Text("Заступниця директорки з наукової та методичної роботи " * 2)),)
        * 3,
    )
    assert_nothing_collides(render(wordy), wordy)


def test_texts_beyond_any_setting_are_refused() -> None:
    with pytest.raises(PrintingError, match="too long for its sheet"):
        render(replace(SNAPSHOT, course=Text("Дуже довга назва курсу " * 100)))
    with pytest.raises(NameTooLongError):
        render(replace(SNAPSHOT, holder=Text("Анастасія " * 60)))
    with pytest.raises(PrintingError, match="李"):
        render(replace(SNAPSHOT, holder=Text("Лі 李")))
    with pytest.raises(PrintingError, match="three people"):
        render(replace(SNAPSHOT, signatories=SNAPSHOT.signatories * 2))


@pytest.mark.parametrize(
    ("template", "language", "expected"),
    [
        (Template.CODE_CLUB, "uk", ["Хмельницька-Драй-Бондаренко", "Мова програмування Python",
                                       "8 академічних годин", "2022/2-017", "завершила"]),
        (Template.IT_SCHOOL, "uk", ["Святославівна", "Мова програмування", "8 занять"]),
        (Template.PARTICIPATION, "uk", ["Анастасія-Єлизавета", "взяла участь"]),
        (Template.TRAINING, "uk", ["Хмельницька-Драй-Бондаренко", "Сторітелінг"]),
        (Template.MENTOR_CREDENTIAL, "uk", ["Посвідчення ментора-волонтера", "Святославівна"]),
        (Template.CODE_CLUB, "en", ["Khmelnytska-Drai-Bondarenko", "8 academic hours"]),
    ],
)  # fmt: skip
def test_a_machine_reads_it_off_the_picture(
    template: Template, language: str, expected: list[str], tmp_path: Path
) -> None:
    paper = render(replace(SNAPSHOT, template=template, language=Language(language)))
    dpi = 400 if template == Template.MENTOR_CREDENTIAL else 150
    picture(paper, dpi).convert("L").save(tmp_path / "page.png")
    tongue = {"uk": "ukr+eng", "en": "eng"}[language]
    read = run("tesseract", tmp_path / "page.png", "-", "-l", tongue, "--psm", "11").decode()
    flat = " ".join(read.replace("—", "-").split())
    for words_expected in expected:
        assert words_expected in flat


HOSTILE = [
    "<img src=file:///etc/passwd>",
    "<script>alert(1)</script>",
    "{{7*7}} {% include 'a4.html' %}",
    "&lt;b&gt; & </p><h1>",
    '" style=background:url(http://127.0.0.1:9/)',
    "@import url(http://127.0.0.1:9/x.css);",
]


@pytest.mark.parametrize("template", list(Template))
@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_printed_as_it_is_and_nothing_is_fetched(
    name: str, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf.press()
    asked = []
    monkeypatch.setattr(
        pdf.ClosedFetcher, "fetch", lambda _self, url, _headers=None: asked.append(url)
    )
    hostile = Text(name, name)
    snapshot = replace(
        SNAPSHOT, template=template, holder=hostile, course=hostile, topics=(hostile,)
    )
    paper = render(snapshot)
    assert "".join(name.split()) in "".join(text_of(paper).split())
    assert asked == []
    assert b"/URI" not in paper


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "https://library.example/x.png",
        "data:,x",
        "ftp://a/b",
    ],
)
def test_a_template_that_asks_for_anything_stops(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        weasyprint.HTML(
            string=f'<img src="{address}">', url_fetcher=pdf.ClosedFetcher({})
        ).write_pdf()


@pytest.mark.parametrize("template", list(Template))
def test_equal_snapshots_give_equal_bytes(template: Template, tmp_path: Path) -> None:
    snapshot = replace(SNAPSHOT, template=template)
    (tmp_path / "snapshot.json").write_text(json.dumps(snapshot.to_json()), encoding="utf-8")
    again = (
        "import json, sys; from lms.certificates.documents import Snapshot;"
        "from lms.certificates.pdf import render;"
        "sys.stdout.buffer.write(render(Snapshot.from_json(json.load(open(sys.argv[1])))))"
    )
    render(replace(snapshot, holder=SHORT))
    elsewhere = run(sys.executable, "-c", again, tmp_path / "snapshot.json")
    assert render(snapshot) == elsewhere


def test_threads_share_one_press_and_give_the_same_bytes() -> None:
    snapshots = [
        replace(SNAPSHOT, template=template, language=language)
        for template in Template
        for language in Language
    ]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(render, snapshots))
    assert together == [render(snapshot) for snapshot in snapshots]


def test_a_letter_typed_in_two_parts_is_printed_as_one() -> None:
    typed = Text(unicodedata.normalize("NFD", "Їжак Андрій"))
    assert typed.uk != "Їжак Андрій"
    assert "Їжак Андрій" in text_of(render(replace(SNAPSHOT, holder=typed)))


@pytest.mark.parametrize("language", list(Language))
def test_a_paper_says_what_it_is_to_a_screen_reader(
    language: Language, caplog: pytest.LogCaptureFixture
) -> None:
    reader = PdfReader(BytesIO(render(replace(SNAPSHOT, language=language))))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert LONG.in_language(language) in str(reader.metadata.title)
    assert reader.metadata.creation_date_raw == "D:20221214"
    assert not caplog.records


def test_only_the_shipped_faces_are_embedded() -> None:
    for template in Template:
        listed = run("pdffonts", "-", given=render(replace(SNAPSHOT, template=template))).decode()
        lines = listed.splitlines()[2:]
        assert lines
        for line in lines:
            assert re.match(r"[A-Z]{6}\+(EB-?Garamond|Montserrat)", line), line
            assert re.search(r"Identity-H +yes yes yes", line), line


def test_the_qr_code_holds_the_address_and_has_its_quiet_zone() -> None:
    frozen = pdf.qr(SNAPSHOT.verify_url)
    matrix = segno.make(SNAPSHOT.verify_url, error="m", micro=False, boost_error=False).matrix
    side = len(matrix) + 8
    page = f"<style>@page{{size:{side * 10}px;margin:0}}body{{margin:0}}img{{width:100%}}</style>"
    paper = weasyprint.HTML(string=f'{page}<img src="qr:code">').write_pdf(
        cache={"qr:code": frozen}
    )
    image = picture(paper, 96).convert("L")
    dark = [
        [image.getpixel((x * 10 + 5, y * 10 + 5)) < 128 for x in range(side)] for y in range(side)
    ]
    assert [row[4:-4] for row in dark[4:-4]] == [list(map(bool, row)) for row in matrix]
    assert not any(any(row) for row in dark[:4] + dark[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in dark)


@pytest.mark.parametrize("drawing", sorted(pdf.ARTWORK.glob("*.svg")), ids=lambda path: path.stem)
def test_frozen_artwork_looks_like_the_drawing(drawing: Path) -> None:
    svg = drawing.read_text(encoding="utf-8")
    size = re.search(r'width="(.*?)" height="(.*?)"', svg)
    assert size
    page = (
        f"<style>@page{{size:{size[1]} {size[2]};margin:0}}body{{margin:0}}svg,img{{display:block}}"
    )
    page += f"img{{width:{size[1]};height:{size[2]}}}</style>"
    drawn = picture(weasyprint.HTML(string=page + svg).write_pdf(), 60)
    cache = {"art:it": pdf.press().artwork[f"art:{drawing.stem}"]}
    frozen = picture(weasyprint.HTML(string=f'{page}<img src="art:it">').write_pdf(cache=cache), 60)
    assert drawn.getextrema() != ((255, 255),) * 3
    difference = ImageStat.Stat(ImageChops.difference(drawn.convert("RGB"), frozen.convert("RGB")))
    assert max(difference.mean) < 0.5
    assert max(high for _low, high in difference.extrema) <= 48


def test_a_snapshot_survives_being_stored() -> None:
    for template in Template:
        snapshot = replace(SNAPSHOT, template=template)
        assert Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot
    bare = replace(
        SNAPSHOT, hours=None, period_from=None, period_to=None, topics=(), signatories=()
    )
    assert Snapshot.from_json(json.loads(json.dumps(bare.to_json()))) == bare


def test_a_snapshot_of_another_form_is_refused() -> None:
    stored = SNAPSHOT.to_json()
    without_code = {key: value for key, value in stored.items() if key != "code"}
    for strange in ({**stored, "schema": 99}, without_code, {**stored, "town": "…"}):
        with pytest.raises(SnapshotError, match="not known here"):
            Snapshot.from_json(strange)
    for damaged in ({**stored, "issued_on": "yesterday"}, {**stored, "topics": [{}]}):
        with pytest.raises(SnapshotError, match="damaged"):
            Snapshot.from_json(damaged)


def test_no_paper_can_tell_where_a_child_is() -> None:
    names = {each.name for each in fields(Snapshot)}
    assert not names & {"club", "town", "place", "zone", "cohort", "venue", "address", "born_on"}


@pytest.mark.parametrize(
    ("template", "gender", "deed"),
    [
        (Template.CODE_CLUB, Gender.FEMALE, "успішно завершила курс"),
        (Template.CODE_CLUB, Gender.MALE, "успішно завершив курс"),
        (Template.CODE_CLUB, Gender.UNKNOWN, "успішно завершив(ла) курс"),
        (Template.PARTICIPATION, Gender.MALE, "взяв участь у заняттях"),
        (Template.TRAINING, Gender.UNKNOWN, "успішно завершив(ла) навчання на тему"),
    ],
)
def test_the_verb_follows_the_gender(template: Template, gender: Gender, deed: str) -> None:
    paper = compose(replace(SNAPSHOT, template=template, gender=gender))
    assert paper.opening == "Цим засвідчується, що"
    assert paper.deed == deed


@pytest.mark.parametrize(
    ("hours", "volume"),
    [(1, "1 академічна година · 8 занять"), (2, "2 академічні години · 8 занять"),
     (5, "5 академічних годин · 8 занять"), (21, "21 академічна година · 8 занять"),
     (None, "8 занять")],
)  # fmt: skip
def test_hours_are_counted_in_ukrainian(hours: int | None, volume: str) -> None:
    facts = dict(compose(replace(SNAPSHOT, hours=hours)).facts)
    assert facts["обсяг"].replace("\xa0", " ") == volume


def test_the_english_twin_has_the_same_numbers_and_falls_back_where_there_is_no_english() -> None:
    own, twin = compose(SNAPSHOT), compose(SNAPSHOT.in_language(Language.ENGLISH))
    assert (own.number, own.code, own.verify_url) == (twin.number, twin.code, twin.verify_url)
    assert twin.subject == "“The Python programming language”"
    assert dict(twin.facts)["duration"].replace("\xa0", " ") == "8 academic hours · 8 sessions"
    untranslated = replace(SNAPSHOT, language=Language.ENGLISH, course=Text("Скретч"))
    assert compose(untranslated).subject == "“Скретч”"
