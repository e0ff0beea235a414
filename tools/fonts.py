"""Make the faces of certificates: static subsets of two open families, with their licences.

The families come from the packages ``fontpkg-eb-garamond`` and ``fontpkg-montserrat``; both are
under the SIL Open Font License without a reserved name. The results are committed, so that
nothing has to be made or fetched where the library works. In an environment of its own::

    pip install fonttools fontpkg-eb-garamond fontpkg-montserrat weasyprint
    PYTHONPATH=. python tools/fonts.py
"""

from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from lms.certificates.faces import CYRILLIC, FACES, FOLDER, NEEDED, Face, check_faces

PACKAGES = {"EB Garamond": "fontpkg_eb_garamond", "Montserrat": "fontpkg_montserrat"}
EXTRA = "\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}\N{SOFT HYPHEN}ȘșȚțẞ€"
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "lnum", "tnum"]
WEIGHTS = {400: "Regular", 600: "SemiBold"}


def source(face: Face) -> Path:
    """Find the variable file of a face inside its package."""
    stem = face.family.replace(" ", "") + ("-Italic" if face.style == "italic" else "")
    return Path(str(files(PACKAGES[face.family]).joinpath("files", f"{stem}[wght].ttf")))


def style_name(face: Face) -> str:
    """Name a style as type founders do: Regular, SemiBold, Italic, SemiBold Italic."""
    words = [WEIGHTS[face.weight]] + (["Italic"] if face.style == "italic" else [])
    return " ".join(words).replace("Regular Italic", "Italic")


def make(face: Face) -> TTFont:
    """Cut one static face out of the variable one and keep only what certificates print."""
    font = TTFont(source(face), recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": face.weight})
    style = style_name(face)
    names = {1: f"{face.family} {style}", 2: "Regular", 4: f"{face.family} {style}"}
    names |= {6: face.file.removesuffix(".ttf"), 16: face.family, 17: style}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    options = Options(hinting=False, notdef_outline=True, glyph_names=False)
    options.name_IDs, options.layout_features = [0, 1, 2, 4, 5, 6, 13, 14, 16, 17], FEATURES
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(NEEDED) + CYRILLIC + EXTRA)
    subsetter.subset(font)
    return font


def main() -> None:
    """Write every face and licence, then put the faces to the check of the program's start."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        make(face).save(FOLDER / face.file)
        licence = files(PACKAGES[face.family]).joinpath("LICENSE").read_text(encoding="utf-8")
        name = f"{face.family.replace(' ', '')}-OFL.txt"
        (FOLDER / name).write_text(licence, encoding="utf-8")
    check_faces()


if __name__ == "__main__":
    main()
