"""Reading a document with eyes: a picture of its page, and the letters recognised in it."""

import html
import subprocess
from pathlib import Path
from urllib.parse import quote

DOTS_PER_INCH = 200


def read_picture(document: Path, *, language: str = "ukr") -> str:
    """Draw the first page of a PDF and read it by OCR; extracted text would hide wrong glyphs."""
    picture = document.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", "-singlefile", str(document), str(picture)],
        check=True,
        capture_output=True,
    )
    read = subprocess.run(
        ["tesseract", f"{picture}.png", "-", "-l", language, "--psm", "3"],
        check=True,
        capture_output=True,
        text=True,
    )
    return " ".join(read.stdout.split())


def spellings(name: str) -> list[bytes]:
    """List the ways in which a name may hide in an answer, in small letters.

    >>> len(spellings("Їжак"))
    11
    """
    found = set()
    for word in (name, name.upper(), name.casefold()):
        found |= {
            word,
            quote(word),
            quote(word).lower(),
            "".join(f"&#{ord(letter)};" for letter in word),
            "".join(f"&#x{ord(letter):x};" for letter in word),
            html.escape(word),
            word.encode("unicode_escape").decode(),
        }
    encoded = {text.encode() for text in found} | {name.encode("utf-16-le"), name.encode("cp1251")}
    return sorted(encoded)
