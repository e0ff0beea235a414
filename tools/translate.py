"""Bring the catalogues up to date with the texts in code and templates.

Usage: python -m tools.translate [MORE.po …]

Extracts all texts, keeps what is translated, takes further Ukrainian translations from the files
named, fills the English catalogue with the texts themselves, compiles both, and lists what is
still untranslated. Ends with 1 when something is.
"""

import io
import os
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
TRANSLATIONS = ROOT / "lms" / "translations"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "_l": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
    "_ln": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SOURCES = (
    (ROOT / "lms", [("**.py", "python")]),
    (ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
)


def extract() -> Catalog:
    """Collect every text of code and templates, in the order of files."""
    catalogue = Catalog(project="lms", charset="utf-8", fuzzy=False)
    for folder, method_map in SOURCES:
        options = {"**.html": {"trimmed": "true", "silent": "false"}}
        for name, line, texts, comments, context in extract_from_dir(
            folder,
            method_map=method_map,
            keywords=KEYWORDS,
            options_map=options,
            directory_filter=is_source,
        ):
            place = (str((folder / name).relative_to(ROOT)), line)
            catalogue.add(texts, None, [place], auto_comments=comments, context=context)
    return catalogue


def is_source(folder: str | os.PathLike[str]) -> bool:
    # Babel's own filter passes over names that begin with "_", and with them over the macros.
    return Path(folder).name != "__pycache__"


def path_of(locale: str) -> Path:
    return TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"


def load(locale: str) -> Catalog:
    path = path_of(locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    return read_po(io.BytesIO(path.read_bytes()), locale=locale)


def is_done(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return all(texts) and not message.fuzzy


def merge(known: Catalog, wanted: Catalog) -> Catalog:
    merged = Catalog(
        locale=known.locale,
        project="lms",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Ukrainian and English texts of the programme.",
    )
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id, context=message.context)
        same_shape = old is not None and isinstance(old.id, tuple) == isinstance(message.id, tuple)
        string = old.string if old is not None and same_shape else None
        places = sorted({(name, None) for name, _line in message.locations})
        merged.add(message.id, string, places, context=message.context)
    return merged


def take(catalogue: Catalog, path: Path) -> None:
    more = read_po(io.BytesIO(path.read_bytes()), locale="uk")
    for message in more:
        target = catalogue.get(message.id, context=message.context) if message.id else None
        if target is None or not is_done(message):
            continue
        if is_done(target) and target.string != message.string:
            print(f"kept {target.string!r}, not {message.string!r} of {path.name}", file=sys.stderr)
            continue
        if isinstance(target.id, tuple) and not isinstance(message.id, tuple):
            continue
        target.string = message.string


def speak_english(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            message.string = message.id


def write(locale: str, catalogue: Catalog) -> None:
    path = path_of(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    for header in ("creation_date", "revision_date"):
        setattr(catalogue, header, None)
    text = io.BytesIO()
    write_po(text, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=False)
    lines = [
        line
        for line in text.getvalue().decode().splitlines()
        if not line.startswith(
            (
                '"POT-Creation',
                '"PO-Revision',
                '"Last-Translator',
                '"Report-Msgid',
                '"Generated-By',
                '"Language-Team',
                "#, fuzzy",
            )
        )
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with path.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(io.BytesIO(path.read_bytes()), locale=locale))


def main() -> int:
    wanted = extract()
    uk = merge(load("uk"), wanted)
    for name in sys.argv[1:]:
        take(uk, Path(name))
    en = merge(load("en"), wanted)
    speak_english(en)
    write("uk", uk)
    write("en", en)
    missing = [message for message in uk if message.id and not is_done(message)]
    for message in missing:
        print(f"untranslated: {message.id!r}  {[name for name, _ in message.locations][:2]}")
    print(f"{len(uk)} texts, {len(missing)} untranslated", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
