"""The report of a year as PDF: the printout that a director signs and sends.

Like the papers' renderer it fetches nothing: faces and drawings are handed in by value, anything
else stops the rendering; the font configuration is made once for the process.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from lms.certificates.faces import FACES, FOLDER
from lms.certificates.pdf import ClosedFetcher
from lms.ui import template_folder


@dataclass(frozen=True)
class Press:
    """What is set up once for a process."""

    fonts: FontConfiguration
    sheet: weasyprint.CSS


_setting_up = threading.Lock()


def print_report(html: str, drawings: Mapping[str, bytes]) -> bytes:
    """Print a report.

    :param html: a whole document that names its drawings by the keys of ``drawings``.
    :raises FatalURLFetchingError: when it asks for anything that was not handed in.
    """
    with _setting_up:
        press = _set_up()
    pdf: bytes = weasyprint.HTML(string=html, url_fetcher=ClosedFetcher(drawings)).write_pdf(
        font_config=press.fonts, stylesheets=[press.sheet], pdf_tags=True
    )
    return pdf


@cache
def _set_up() -> Press:
    fonts = FontConfiguration()
    faces = {f"face:{face.file}": (FOLDER / face.file).read_bytes() for face in FACES}
    text = (template_folder() / "reports" / "annual.css").read_text(encoding="utf-8")
    sheet = weasyprint.CSS(string=text, font_config=fonts, url_fetcher=ClosedFetcher(faces))
    return Press(fonts, sheet)
