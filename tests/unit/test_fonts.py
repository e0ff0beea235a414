"""The shipped faces: plain, whole, licensed; and names set so that they fit."""

import shutil
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates import pdf
from lms.certificates.faces import (
    FACES,
    FOLDER,
    MARKS,
    NAME,
    UKRAINIAN,
    Face,
    FacesError,
    check_face,
    check_faces,
    metrics,
    unprintable,
)
from lms.certificates.fitting import SMALLEST, NameTooLongError, Slot, fit_name

SLOT = Slot(width=560.0, largest=46.0)


def test_the_shipped_faces_are_fit() -> None:
    check_faces()
    pdf.check_press()


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.file)
def test_every_ukrainian_letter_has_an_outline_of_its_own(face: Face) -> None:
    with TTFont(FOLDER / face.file) as font:
        names = font.getBestCmap()
        glyphs = {letter: names[ord(letter)] for letter in UKRAINIAN + MARKS.strip()}
        drawn = [font["glyf"][glyphs[letter]] for letter in UKRAINIAN]
        assert all(glyph.numberOfContours != 0 for glyph in drawn)
        assert glyphs["Ґ"] != glyphs["Г"]
        assert font["OS/2"].usWeightClass == face.weight


@pytest.mark.parametrize("family", sorted({face.family for face in FACES}))
def test_every_family_brings_its_licence(family: str) -> None:
    licence = (FOLDER / f"{family.replace(' ', '')}-OFL.txt").read_text(encoding="utf-8")
    assert "SIL Open Font License, Version 1.1" in licence


def test_a_face_without_a_letter_is_refused(tmp_path: Path) -> None:
    font = TTFont(FOLDER / NAME.file)
    subsetter = Subsetter(Options(glyph_names=False))
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if code != ord("ґ")])
    subsetter.subset(font)
    font.save(tmp_path / NAME.file)
    with pytest.raises(FacesError, match=r"cannot print: ґ$"):
        check_face(tmp_path / NAME.file)


def test_a_variable_face_is_refused(tmp_path: Path) -> None:
    builder = FontBuilder(font=TTFont(FOLDER / NAME.file))
    builder.setupFvar([("wght", 400, 400, 800, "Weight")], [])
    builder.save(tmp_path / NAME.file)
    with pytest.raises(FacesError, match="variable"):
        check_face(tmp_path / NAME.file)


def test_a_missing_or_broken_face_is_refused(tmp_path: Path) -> None:
    for face in FACES[1:]:
        shutil.copy(FOLDER / face.file, tmp_path)
    with pytest.raises(FacesError, match="missing or cannot be read"):
        check_faces(tmp_path)
    (tmp_path / NAME.file).write_bytes(b"not a face at all")
    with pytest.raises(FacesError, match="missing or cannot be read"):
        check_faces(tmp_path)


def test_it_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weasyprint.text.ffi.harfbuzz_subset", None)
    with pytest.raises(FacesError, match="libharfbuzz-subset0"):
        pdf.check_press()


def test_it_names_what_cannot_be_printed() -> None:
    assert unprintable("Їжакевич-Ґалаґан’єва, Łukasz Ærø № 5 «так»") == ""
    assert unprintable("Лі 李明 Я 😀") == "李明😀"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Лі Я", 1),
        ("Ковальчук Олександра Миколаївна", 1),
        ("Хмельницька-Драй-Бондаренко Анастасія-Єлизавета Святославівна", 2),
    ],
)
def test_names_are_set_large_and_on_whole_words(name: str, lines: int) -> None:
    setting = fit_name(name, SLOT, metrics(NAME))
    assert len(setting.lines) == lines
    assert " ".join(setting.lines) == name
    assert setting.size >= 30


@given(st.text(alphabet=UKRAINIAN + " -’", min_size=1, max_size=400))
def test_no_name_is_wider_than_its_slot_or_too_small(name: str) -> None:
    try:
        setting = fit_name(name, SLOT, metrics(NAME))
    except NameTooLongError:
        # Three full lines of the smallest type hold some 180 letters: a shorter one must fit.
        assert len(" ".join(name.split())) > 120
        return
    widest = max(metrics(NAME).width(line) * setting.size for line in setting.lines)
    assert widest <= SLOT.width
    assert SMALLEST <= setting.size <= SLOT.largest
    assert len(setting.lines) <= 3
    assert "".join(setting.lines).replace(" ", "") == "".join(name.split())
