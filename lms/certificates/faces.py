"""The shipped faces of documents: what each must be able to print, and how wide a text is.

Print goes wrong silently when a face lacks a letter (another face is put in its place, while
the text layer still reads right), so the faces are checked when the program starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from fontTools.ttLib import TTFont, TTLibError

from lms.contracts import LMSError

FOLDER = Path(__file__).resolve().parents[1] / "static" / "fonts"

UKRAINIAN = "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
MARKS = "’ʼ«»„“”‘–—№₴…·•−×\N{NO-BREAK SPACE}\N{COMBINING ACUTE ACCENT}"
ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN = "".join(map(chr, [*range(0xC0, 0x149), *range(0x14A, 0x17F)])) + "§°©®¡¿"
CYRILLIC = "".join(map(chr, range(0x400, 0x460)))
NEEDED = frozenset(UKRAINIAN + MARKS + ASCII + LATIN)
"""What every face must be able to print; the rest of ``CYRILLIC`` comes along for other names."""


class FacesError(LMSError):
    """The shipped faces, or the library that embeds them, are not fit to print with."""

    code = "faces_unfit"


@dataclass(frozen=True)
class Face:
    """One face as the style sheet names it: family, weight, slant, and its one static file."""

    family: str
    weight: int
    style: str
    file: str


NAME = Face("EB Garamond", 600, "normal", "EBGaramond-SemiBold.ttf")
LINE = Face("EB Garamond", 400, "italic", "EBGaramond-Italic.ttf")
TEXT = Face("Montserrat", 400, "normal", "Montserrat-Regular.ttf")
STRONG = Face("Montserrat", 600, "normal", "Montserrat-SemiBold.ttf")
FACES = (NAME, LINE, TEXT, STRONG)


@dataclass(frozen=True)
class Metrics:
    """The advance widths of a face, in parts of the type size, by character."""

    widths: Mapping[str, float]

    def width(self, text: str) -> float:
        """Measure a line of text in parts of the type size; unknown characters count a full one.

        Kerning is left out: it only ever makes a line of a name a little narrower.
        """
        return sum(self.widths.get(character, 1.0) for character in text)


def check_faces(folder: Path = FOLDER) -> None:
    """Make sure that every face can print what papers hold.

    :raises FacesError: when a face is missing, variable or lacks a letter.
    """
    for face in FACES:
        check_face(folder / face.file)


def check_face(path: Path) -> None:
    """Make sure that one file is a static face which covers every needed character.

    :raises FacesError: with a sentence that names the file and what is wrong with it.
    """
    try:
        with TTFont(path, lazy=True) as font:
            covered = {chr(code) for code in font.getBestCmap() or ()}
            if font.flavor is not None or "glyf" not in font:
                raise FacesError(f"The face {path.name} is not a plain TrueType file.")
            if "fvar" in font:
                raise FacesError(f"The face {path.name} is variable; a static one is needed.")
    except (OSError, TTLibError) as error:
        raise FacesError(f"The face {path.name} is missing or cannot be read.") from error
    if missing := sorted(NEEDED - covered):
        raise FacesError(f"The face {path.name} cannot print: {' '.join(missing)}")


@cache
def metrics(face: Face) -> Metrics:
    """Read the widths of a face, once for the process.

    :raises FacesError: when the file is missing or cannot be read.
    """
    try:
        with TTFont(FOLDER / face.file, lazy=True) as font:
            unit, advances = font["head"].unitsPerEm, font["hmtx"].metrics
            widths = {chr(c): advances[name][0] / unit for c, name in font.getBestCmap().items()}
    except (OSError, TTLibError) as error:
        raise FacesError(f"The face {face.file} is missing or cannot be read.") from error
    return Metrics(MappingProxyType(widths))


def unprintable(text: str) -> str:
    """Name the characters of a text which some shipped face cannot print, each once.

    >>> unprintable("Ґалаґан’єва Ółafur")
    ''
    >>> unprintable("Лі 李 Я 李")
    '李'
    """
    known = frozenset.intersection(*(frozenset(metrics(face).widths) for face in FACES))
    return "".join(dict.fromkeys(c for c in text if c not in known))
