"""Papers as PDF: the only file that knows the layout engine.

Set-up is done once for each process and shared by its threads: one font configuration (a new
one for each document leaks), style sheets parsed once, and the embroidery drawn once and reused as
a ready PDF object, since drawing it anew takes most of the time of a document. Nothing is ever
fetched: the faces are handed in by value, everything else is refused. The clock is not read:
equal snapshots give equal bytes.
"""

import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pydyf
import segno
import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.text import ffi
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lms.certificates.documents import Paper, Snapshot, Template, compose
from lms.certificates.faces import (
    FACES,
    FOLDER,
    NAME,
    FacesError,
    check_faces,
    metrics,
    unprintable,
)
from lms.certificates.fitting import Slot, fit_name
from lms.certificates.frozen import Frozen, freeze_squares
from lms.contracts import LMSError
from lms.ui import template_folder

ARTWORK = Path(__file__).parent / "artwork"
DENSITIES = {"airy": 1.0, "close": 0.8, "dense": 0.62}
"""How close a paper is set, and how large its name may be; the first that fits is taken."""

SIGNATORIES = 3

OPAQUE = (b"/a1 gs", b"/A1.0 gs")
"""What the engine writes before each opaque shape; a drawing without transparency needs neither."""

POINT = 72 / 25.4
"""PDF units in a millimetre."""


class PrintingError(LMSError):
    """A paper cannot be printed as it should be."""

    code = "unprintable"


@dataclass(frozen=True)
class Layout:
    """The sheet of a template: how many pages, and the room for the name."""

    pages: int
    slot: Slot


LAYOUTS = {
    Template.CODE_CLUB: Layout(1, Slot(width=562.0, largest=46.0)),
    Template.IT_SCHOOL: Layout(1, Slot(width=560.0, largest=46.0)),
    Template.PARTICIPATION: Layout(1, Slot(width=660.0, largest=42.0)),
    Template.TRAINING: Layout(1, Slot(width=640.0, largest=38.0)),
    Template.MENTOR_CREDENTIAL: Layout(2, Slot(width=212.0, largest=15.0, smallest=9.0)),
}


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Answer only what was handed in by value; whatever else is asked for stops the rendering."""

    def __init__(self, handed: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.handed = handed

    def fetch(self, url: str, _headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Give what was handed in under this address.

        :raises FatalURLFetchingError: for any other address, of a file, the network or data.
        """
        if url not in self.handed:
            raise FatalURLFetchingError(f"a document asked for something from outside: {url:.80}")
        return URLFetcherResponse(url, self.handed[url], {"Content-Type": "font/ttf"})


@dataclass(frozen=True)
class Press:
    """What is set up once for a process."""

    fonts: FontConfiguration
    sheet: weasyprint.CSS
    sheets: Mapping[Template, weasyprint.CSS]
    artwork: Mapping[str, Frozen]
    pages: Environment


_setting_up = threading.Lock()


def check_press() -> None:
    """Make sure that papers can be printed right; call it when the program starts.

    :raises FacesError: when a shipped face is unfit, or when the system library that embeds
        faces is absent: without it one paper takes thirty times as long.
    """
    if not ffi.harfbuzz_subset:
        raise FacesError(
            "Certificates cannot be made: the Debian package libharfbuzz-subset0 is missing. "
            "Install it with: apt-get install libharfbuzz-subset0"
        )
    check_faces()


def press() -> Press:
    """Give the process's press, setting it up at the first call, whichever thread makes it."""
    with _setting_up:
        return _set_up()


@cache
def _set_up() -> Press:
    fonts = FontConfiguration()
    faces = {f"face:{face.file}": (FOLDER / face.file).read_bytes() for face in FACES}

    def parse(name: str) -> weasyprint.CSS:
        text = (ARTWORK / f"{name}.css").read_text(encoding="utf-8")
        return weasyprint.CSS(string=text, font_config=fonts, url_fetcher=ClosedFetcher(faces))

    drawings = sorted(ARTWORK.glob("*.svg"))
    pages = Environment(
        loader=FileSystemLoader(template_folder() / "certificates" / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    frozen = {f"art:{drawing.stem}": freeze(drawing) for drawing in drawings}
    return Press(fonts, parse("documents"), {each: parse(each) for each in Template}, frozen, pages)


def render(snapshot: Snapshot) -> bytes:
    """Print a snapshot: one A4 sheet, or the two sides of a card.

    :raises PrintingError: when a character has no glyph in the shipped faces, or when the texts
        do not fit the sheet even at the closest setting.
    :raises NameTooLongError: when the name does not fit at a size that can be read.
    """
    paper, layout, ready = compose(snapshot), LAYOUTS[snapshot.template], press()
    if len(paper.signatories) > SIGNATORIES:
        raise PrintingError("A certificate has room for the signatures of three people.")
    if strange := unprintable("".join(texts_of(paper))):
        raise PrintingError(f"These characters cannot be printed: {' '.join(strange)}")
    images = {**ready.artwork, "qr:code": qr(snapshot.verify_url)}
    page = ready.pages.get_template(f"{snapshot.template}.html")
    sheets = [ready.sheet, ready.sheets[snapshot.template]]
    for density, scale in DENSITIES.items():
        slot = replace(layout.slot, largest=layout.slot.largest * scale)
        name = fit_name(paper.holder, slot, metrics(NAME))
        html = page.render(
            paper=paper, name=name, density=density, issued_on=snapshot.issued_on.isoformat()
        )
        document = weasyprint.HTML(string=html, url_fetcher=ClosedFetcher({})).render(
            font_config=ready.fonts, stylesheets=sheets, cache=images, pdf_tags=True
        )
        if len(document.pages) == layout.pages:
            pdf: bytes = document.write_pdf(pdf_tags=True)
            return pdf
    raise PrintingError("The texts of this certificate are too long for its sheet.")


def texts_of(value: Any) -> list[str]:
    """Collect every text of a paper, however deep, to be checked for glyphs."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Paper):
        value = vars(value)
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, tuple):
        return []
    return [text for part in value for text in texts_of(part)]


def qr(address: str) -> Frozen:
    """Draw the address as a QR code with its quiet zone, correcting 15 % of damage."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    return freeze_squares("qr", [bytes(row) for row in code.matrix], border=4)


def freeze(drawing: Path) -> Frozen:
    """Let the engine draw an SVG once, and keep the operators.

    The drawing may use plain colours only: no gradients, transparency, text or pictures, for
    these need resources beside the operators. Its width and height are given in millimetres.

    :raises ValueError: when the drawing needs such a resource.
    """
    svg = drawing.read_text(encoding="utf-8")
    width, height = (float(part.split('"')[1].removesuffix("mm")) for part in svg.split("=")[2:4])
    page = f"@page{{margin:0;size:{width}mm {height}mm}}body{{margin:0}}svg{{display:block}}"
    kept: list[bytes] = []

    def keep(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        streams = [each for each in pdf.objects if isinstance(each, pydyf.Stream)]
        kept.extend(part for part in streams[0].stream if part not in OPAQUE)

    html = weasyprint.HTML(string=f"<style>{page}</style>{svg}", url_fetcher=ClosedFetcher({}))
    html.write_pdf(finisher=keep, uncompressed_pdf=True)
    if any(part.endswith((b" gs", b" Do", b" sh", b" scn", b"Tj")) for part in kept):
        raise ValueError(f"{drawing.name} uses more than plain colours")
    operators = zlib.compress(b"\n".join(kept), 9)
    return Frozen(drawing.stem, width * POINT, height * POINT, operators)
