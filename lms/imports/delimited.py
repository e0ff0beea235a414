"""CSV as it is found: any encoding of the country, any delimiter, quotes that are not closed."""

import re
from collections import Counter

ENCODINGS = ("cp1251", "koi8_u", "cp866", "iso8859_5")
DELIMITERS = (",", ";", "\t", "|")
MOST_LINES_IN_CELL = 40
HINT = re.compile(r"^\ufeff?sep=(.)\r?\n", re.IGNORECASE)
# How often letters stand in Ukrainian text, roughly: enough to tell one code page from another.
COMMON = frozenset("аоиніетрвсклдмупязьбгчхйєжшїюцщфґ")


def read_delimited(content: bytes) -> tuple[list[list[str]], str, str]:
    """Read the rows of a delimited text; answer its encoding and delimiter as well.

    :raises ValueError: when the bytes are no text.
    """
    text, encoding = decode(content)
    hint = HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint.group(1) if hint else find_delimiter(text)
    return split_rows(text, delimiter), encoding, delimiter


def decode(content: bytes) -> tuple[str, str]:
    """Turn bytes into text: by mark, by pattern, as UTF-8, else by the likeliest code page.

    Broken bytes in UTF-8 become U+FFFD, so that the cells they stand in are shown, not guessed.

    :raises ValueError: when the bytes are no text.

    >>> decode("Їжак".encode("utf-16"))
    ('Їжак', 'utf-16')
    >>> decode("Їжак, Ґалаґан".encode("cp1251"))[1]
    'cp1251'
    """
    text, encoding = _decoded(content)
    text = text.replace("\x00", "")
    strange = sum(ord(letter) < 32 and letter not in "\r\n\t\x0b\x0c" for letter in text[:20_000])
    if not text.strip() or strange > max(3, len(text[:20_000]) // 50):
        raise ValueError("no text")
    return text.removeprefix("\ufeff"), encoding


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "utf-16"
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace"), "utf-8-sig"
    wide = _wide(content)
    if wide:
        return content.decode(wide, errors="replace"), wide
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _damaged_or_older(content)


def _wide(content: bytes) -> str:
    """Tell UTF-16 without a mark by where the bytes 0x00 and 0x04 stand."""
    part = content[:4000]
    high, low = part[1::2], part[::2]
    for encoding, upper, lower in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        marks = sum(byte in {0, 4} for byte in upper)
        if upper and marks > len(upper) * 0.8 > sum(byte in {0, 4} for byte in lower) * 2:
            return encoding
    return ""


def _damaged_or_older(content: bytes) -> tuple[str, str]:
    mended = content.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if sum(letter.lower() in COMMON for letter in mended) > 8 * broken:
        return mended, "utf-8"
    tried = {name: content.decode(name, errors="replace") for name in ENCODINGS}
    best = max(ENCODINGS, key=lambda name: _likeness(tried[name]))
    return tried[best], best


def _likeness(text: str) -> float:
    """Weigh small letters of the alphabet; capitals inside words speak against a code page."""
    part = text[:50_000]
    small = sum(letter in COMMON for letter in part)
    inside = len(re.findall(r"[а-яґєії][А-ЯҐЄІЇ]", part))
    strange = sum(0x2500 <= ord(letter) < 0x2600 or letter == "\ufffd" for letter in part)
    return small - 3 * inside - 5 * strange


def find_delimiter(text: str) -> str:
    r"""Find the delimiter by which most rows have the same number of columns, and several.

    >>> find_delimiter("№;ПІБ;Напрям\n1;Лев;Scratch, Python\n2;Зоя;Scratch")
    ';'
    """
    part = text[:60_000]

    def weight(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in split_rows(part, delimiter)[:200] if any(row))
        if not widths:
            return 0.0, 0
        width, times = widths.most_common(1)[0]
        return (times / widths.total() * min(width - 1, 3), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=weight)


def split_rows(text: str, delimiter: str) -> list[list[str]]:
    r"""Split text into rows and cells; a quote that is never closed is only a sign.

    >>> split_rows('a,"b\nc",d\ne,"f,g\nh,i,j', ",")
    [['a', 'b\nc', 'd'], ['e', '"f', 'g'], ['h', 'i', 'j']]
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows: list[list[str]] = []
    row: list[str] = []
    place, end = 0, len(text)
    width = text.split("\n", 1)[0].count(delimiter)
    stop = re.compile(f"[{re.escape(delimiter)}\n]")
    closing = re.compile(rf'"(?=[ \t]*(?:{re.escape(delimiter)}|\n|\Z))')
    while place <= end:
        cell, place = _cell(text, place, delimiter, width, stop, closing)
        row.append(cell)
        if place >= end or text[place] == "\n":
            rows.append(row)
            row = []
            if place >= end:
                break
        place += 1
    if rows and rows[-1] == [""]:
        rows.pop()
    return rows


def _cell(
    text: str,
    place: int,
    delimiter: str,
    width: int,
    stop: "re.Pattern[str]",
    closing: "re.Pattern[str]",
) -> tuple[str, int]:
    if text.startswith('"', place):
        after = _closed(text, place, delimiter, width, closing)
        if after is not None:
            cell = text[place + 1 : after].replace('""', '"')
            found = stop.search(text, after + 1)
            return cell, found.start() if found else len(text)
    found = stop.search(text, place)
    after = found.start() if found else len(text)
    return text[place:after], after


def _closed(
    text: str, place: int, delimiter: str, width: int, closing: "re.Pattern[str]"
) -> int | None:
    """Find the quote that closes a cell; ``None`` when whole rows would lie between."""
    start = place + 1
    while True:
        found = closing.search(text, start)
        if found is None:
            return None
        after = found.start()
        quotes = 0
        while after - quotes > place + 1 and text[after - quotes - 1] == '"':
            quotes += 1
        if quotes % 2 == 0:
            break
        start = after + 1
    span = text[place + 1 : after]
    # A quote right after a delimiter opens the next cell; inside one it would be doubled.
    if re.search(rf'{re.escape(delimiter)}"(?!")', span):
        return None
    lines = span.split("\n")
    if len(lines) > MOST_LINES_IN_CELL:
        return None
    if width >= 2 and any(line.count(delimiter) >= width for line in lines[1:]):
        return None
    return after
