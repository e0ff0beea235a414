"""Sheets as families' forms and offices make them, for the tests of importing."""

import random
from datetime import date
from pathlib import Path

from lms.imports.planning import Registry, Target
from lms.imports.reading import read_sheet
from lms.imports.services import Dry, account_for, understand

DATA = Path(__file__).parent / "data"
AUTUMN = DATA / "code-club-autumn-2022.google-forms.csv"
SPRING = DATA / "code-club-spring-2022.excel-export.csv"
ON = date(2022, 9, 20)
HEADINGS = "ПІБ дитини;Дата народження;ПІБ мами;Телефон;Пошта;Напрям;Згода;Коментар"


def sheet(*rows: str, headings: str = HEADINGS) -> bytes:
    """Make the bytes of a sheet of rows."""
    return "\n".join([headings, *rows]).encode()


def tried(content: bytes, *, registry: Registry = Registry(), **more: object) -> Dry:  # noqa: B008
    """Try a sheet against people who are known, by default nobody."""
    known: dict[str, object] = {"meanings": None, "answers": {}, "key": b"for tests", "on": ON}
    layout, entries = understand(read_sheet(content), **(known | more))  # type: ignore[arg-type]
    return account_for(layout, entries, registry, Target())


def damage(content: bytes, chance: random.Random) -> bytes:
    """Break a file as disks, mails and people break files."""
    broken = bytearray(content)
    for _time in range(chance.randint(1, 3)):
        how = chance.randrange(7)
        if not broken:
            break
        place = chance.randrange(len(broken))
        if how == 0:
            for _flip in range(chance.randint(1, 40)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        elif how == 1:
            del broken[place:]
        elif how == 2:
            lines = bytes(broken).split(b"\n")
            line = chance.randrange(len(lines))
            lines.insert(line, lines[chance.randrange(len(lines))])
            broken = bytearray(b"\n".join(lines))
        elif how == 3:
            text = bytes(broken).decode("utf-8", errors="replace")
            encoding = chance.choice(["utf-16", "cp1251", "utf-8-sig", "koi8_u", "utf-16-be"])
            broken = bytearray(text.encode(encoding, errors="replace"))
        elif how == 4:
            del broken[place : place + chance.randint(1, 500)]
        elif how == 5:
            broken[place:place] = chance.choice(
                [b'"', b";", b",", b"\x00", b"\r", b"\xff\xfe", b"PK"]
            )
        else:
            broken = bytearray(
                bytes(broken).replace(*chance.choice([(b",", b";"), (b'"', b""), (b"\n", b"\r\n")]))
            )
    return bytes(broken)
