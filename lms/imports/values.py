"""One value of a sheet to a clean one, with an account of what was done: pure rules.

What can't be understood for certain is a question with its possible readings, never a guess.
"""

# ruff: noqa: E501  (tables of words are read better in one line)

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import phonenumbers

from lms.contracts import Reason

NOTHING = frozenset({"", "-", "–", "—", "--", "---", ".", "0", "немає", "нема", "нет", "н/д", "n/a", "none", "null", "відсутній", "відсутня", "відсутнє", "не маю", "no", "/", "?", "ні"})  # fmt: skip
MONTHS = ("січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру")
OTHER_MONTHS = {
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10, "ноя": 11, "дек": 12, "jan": 1, "feb": 2, "apr": 4, "may": 5,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
MONTHS_A_YEAR = 12
EARLIEST = date(1900, 1, 1)
SERIAL = range(29_000, 60_000)
EMAIL = re.compile(r"[a-z0-9._%+'-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}")
TWINS = str.maketrans("асеіорхуАСЕІОРХУк", "aceiopxyACEIOPXYk")


@dataclass(frozen=True)
class Reading:
    """What a cell says: a value, or possible ones, with what was done and what is in doubt."""

    value: str = ""
    options: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()
    doubt: Reason | None = None


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is nothing to say.

    >>> is_nothing(" Немає "), is_nothing("-"), is_nothing("Лев")
    (True, True, False)
    """
    return plain(text).casefold().strip(" .") in NOTHING


def plain(text: str) -> str:
    r"""Give text in one line with single spaces, without signs that nobody sees.

    >>> plain("  Кучма \u00a0 Лев\u200b ")
    'Кучма Лев'
    """
    if text.isprintable():
        return " ".join(text.split())
    seen = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    return " ".join(seen.replace("\ufeff", "").split())


def read_date(text: str) -> Reading:
    """Read a day in any of the forms people write; two possible readings are a question.

    Between dots the day comes first, as everybody in the country writes; with slashes either may.

    >>> read_date("26 квітня 2016 р.").value, read_date("26.09.05").value
    ('2016-04-26', '2005-09-26')
    >>> read_date("9/3/2007").options
    ('2007-03-09', '2007-09-03')
    >>> read_date("2007").doubt.code
    'import_only_a_year'
    """
    shown = plain(text)
    if is_nothing(shown):
        return Reading()
    short = re.sub(r"[\s,]*(року|рік|год|года|г\.?|р\.?\s?н?\.?)$", "", shown.casefold())
    short = re.sub(r"^(д\.?\s?н\.?|народ\w*|born)[\s:]*", "", short).strip(" .,;")
    for read in (_iso, _words, _figures, _joined, _serial):
        found = read(short)
        if found is not None:
            return found
    if re.fullmatch(r"(19|20)\d\d", short):
        return Reading(doubt=Reason("import_only_a_year", {"text": shown}))
    return Reading(doubt=Reason("import_date_unclear", {"text": shown[:60]}))


def _made(year: int, month: int, day: int) -> str | None:
    try:
        made = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return made.isoformat() if made >= EARLIEST else None


def _iso(text: str) -> Reading | None:
    found = re.fullmatch(
        r"(\d{4})[-./\s]{1,2}(\d{1,2})[-./\s]{1,2}(\d{1,2})(?:[t\s].*)?", text, re.IGNORECASE
    )
    if not found:
        return None
    value = _made(*(int(part) for part in found.groups()))
    return Reading(value) if value else None


def _words(text: str) -> Reading | None:
    found = re.fullmatch(r"(\d{1,2})[\s.-]*([^\W\d_]{3,})\.?[\s.,-]*(\d{4}|\d\d)", text)
    if found:
        day, month, year = found.groups()
    else:
        found = re.fullmatch(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text)
        if not found:
            return None
        month, day, year = found.groups()
    number = _month(month)
    value = _made(_year(year), number, int(day)) if number else None
    return Reading(value) if value else None


def _month(word: str) -> int:
    stem = word[:3].translate(str.maketrans("aceiopxy", "асеіорху"))
    if stem in MONTHS:
        return MONTHS.index(stem) + 1
    return OTHER_MONTHS.get(stem) or OTHER_MONTHS.get(word[:3]) or 0


def _year(text: str) -> int:
    number = int(text)
    if len(text) > 2:
        return number
    return number + (2000 if number <= 40 else 1900)


def _figures(text: str) -> Reading | None:
    found = re.fullmatch(
        r"(\d{1,2})\s*([./,-]|\s)\s*(\d{1,2})\s*[./,-]?\s*(\d{4}|\d\d)(?:\s+\d.*)?", text
    )
    if not found:
        return None
    first, sign, second, year = found.groups()
    by_day = _made(_year(year), int(second), int(first))
    by_month = _made(_year(year), int(first), int(second))
    if by_day and (sign != "/" or not by_month or by_day == by_month):
        return Reading(by_day)
    if by_day and by_month:
        doubt = Reason("import_date_two_ways", {"text": text})
        return Reading(options=(by_day, by_month), doubt=doubt)
    if by_month:
        # A month first is another country's habit: certain with a slash, odd with a dot.
        if sign == "/":
            return Reading(by_month)
        return Reading(options=(by_month,), doubt=Reason("import_date_unclear", {"text": text}))
    return None


def order_of_slashes(text: str) -> str:
    """Tell what comes first in a date with slashes, where only one reading is possible.

    >>> order_of_slashes("16/9/2005"), order_of_slashes("9/16/2005"), order_of_slashes("9/3/2007")
    ('day', 'month', '')
    """
    found = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4}|\d\d)\b.*", text)
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > MONTHS_A_YEAR >= second:
        return "day"
    return "month" if second > MONTHS_A_YEAR >= first else ""


def by_day(read: Reading) -> Reading:
    """Read a date with two readings with its day first, as the other rows of its column do.

    >>> by_day(read_date("9/3/2007")).value
    '2007-03-09'
    """
    if read.doubt is None or read.doubt.code != "import_date_two_ways":
        return read
    note = Reason("import_date_by_day", {"text": read.doubt.values["text"]})
    return Reading(read.options[0], notes=(*read.notes, note))


def _joined(text: str) -> Reading | None:
    found = re.fullmatch(r"(\d\d)(\d\d)((?:19|20)\d\d)", text)
    if not found:
        return None
    value = _made(int(found[3]), int(found[2]), int(found[1]))
    return (
        Reading(options=(value,), doubt=Reason("import_date_unclear", {"text": text}))
        if value
        else None
    )


def _serial(text: str) -> Reading | None:
    """Read the number that a spreadsheet shows when it forgets that a cell is a date."""
    if not re.fullmatch(r"\d{5}(\.0*)?", text) or int(float(text)) not in SERIAL:
        return None
    day = date(1899, 12, 30) + timedelta(days=int(float(text)))
    return Reading(day.isoformat(), notes=(Reason("import_date_serial", {"text": text}),))


def find_dates(text: str) -> list[str]:
    """Find several days in one cell, in order.

    >>> find_dates("12.03.2012, 5.06.2014")
    ['2012-03-12', '2014-06-05']
    """
    parts = [
        part for part in re.split(r"\s*[,;\n+&]\s*|\s+(?:та|і|й|and)\s+", text) if part.strip()
    ]
    days = [read_date(part).value for part in parts]
    return days if len(days) > 1 and all(days) else []


def read_moment(text: str) -> datetime | None:
    """Read when a form was sent; without a zone, as a sheet has none.

    >>> read_moment("2022/08/31 02:42:00 PM")
    datetime.datetime(2022, 8, 31, 14, 42)
    >>> read_moment("29.08.2022 12:52:00")
    datetime.datetime(2022, 8, 29, 12, 52)
    """
    shown = plain(text)
    found = re.search(r"[\sT](\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([AaPp])?", shown)
    day = read_date(shown[: found.start()] if found else shown)
    known = day.value or (day.options[0] if day.options else "")
    if not known:
        return None
    hour, minute = (int(found[1]), int(found[2])) if found else (0, 0)
    if found and found[4]:
        hour = hour % 12 + (12 if found[4] in "Pp" else 0)
    try:
        return datetime.fromisoformat(known).replace(hour=hour, minute=minute)
    except ValueError:
        return None


def read_phone(text: str, *, region: str = "UA") -> Reading:
    """Read a phone number as E.164; one that no telephone can have is a question.

    >>> read_phone("099 411 91 71 (мама)").value, read_phone("380500994846").value
    ('+380994119171', '+380500994846')
    >>> read_phone("8 (050) 123-45-67").value, read_phone("067498177").doubt.code
    ('+380501234567', 'import_phone_unclear')
    """
    shown = plain(text)
    if is_nothing(shown):
        return Reading()
    found: list[str] = []
    notes: list[Reason] = []
    for part in _phones_in(shown):
        number, code = _number(part, region)
        if number and number not in found:
            found.append(number)
            notes += [Reason(code, {"phone": number})] if code else []
    if not found:
        return Reading(doubt=Reason("import_phone_unclear", {"text": shown[:60]}))
    notes += [Reason("import_phone_second", {"phone": other}) for other in found[1:]]
    return Reading(found[0], options=tuple(found[1:]), notes=tuple(notes))


def _phones_in(text: str) -> list[str]:
    parts = [part for part in re.split(r"[,;/|\n]|\b(?:або|та|і|и|or)\b", text) if _digits(part)]
    if len(parts) > 1 and all(len(_digits(part)) >= 9 for part in parts):
        return parts
    whole = re.findall(r"(?:\+?38)?\s?\(?0\d{2}\)?(?:[\s-]?\d){7}(?!\d)", text)
    return whole if len(whole) > 1 else [text]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _number(text: str, region: str) -> tuple[str, str]:
    """Answer the number as E.164 and the code of what was done beyond signs, or two blanks."""
    for candidate, code in _candidates(text):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), code
    return "", ""


def _candidates(text: str) -> list[tuple[str, str]]:
    """List the ways in which digits may be meant as a number, the plainest first."""
    text = re.sub(r"\.0+$", "", text).replace("O", "0").replace("О", "0").replace("о", "0")
    digits = _digits(text)
    # Letters inside the number, or fewer digits than any number has.
    if not 9 <= len(digits) <= 15 or re.search(r"\d[\d\s()-]*[^\W\d_][^\d]*\d", text):
        return []
    tries = [("+" + digits, "")] if text.strip().startswith("+") else []
    if digits.startswith("00"):
        tries.append(("+" + digits[2:], ""))
    if re.match(r"380\d{9}$", digits) or (re.match(r"38\(?0", digits) and len(digits) == 12):
        tries.append(("+" + digits, ""))
    if len(digits) == 10 and digits.startswith("0"):
        tries.append((digits, ""))
    if len(digits) == 11 and digits.startswith("80"):
        tries.append((digits[1:], "import_phone_eight"))
    if len(digits) == 9 and not digits.startswith("0"):
        tries.append(("0" + digits, "import_phone_zero"))
    if len(digits) >= 11 and not digits.startswith(("0", "8")):
        tries.append(("+" + digits, "import_phone_foreign"))
    return tries


def read_email(text: str) -> Reading:
    """Read an e-mail address; blanks inside and look-alike letters are mended, no more.

    >>> read_email("user3@example.or g").value, read_email("USER79@EXAMPLE.ORG ").value
    ('user3@example.org', 'user79@example.org')
    >>> read_email("a@b.ua; dad@b.ua").value, read_email("user79example.org").doubt.code
    ('a@b.ua', 'import_email_unclear')
    """
    shown = plain(text)
    if is_nothing(shown):
        return Reading()
    parts = [
        part for part in re.split(r"[,;|]+|\s+(?:та|і|або|or)\s+|\s*/\s*", shown) if part.strip()
    ]
    if len(parts) < 2 and shown.count("@") > 1:
        parts = shown.split()
    read = [_address(part) for part in parts]
    good = [(address, code) for address, code in read if address]
    if not good or (len(good) < len(parts) and "," in shown and shown.count("@") == 1):
        return Reading(doubt=Reason("import_email_unclear", {"text": shown[:120]}))
    notes = [Reason(code, {"email": address}) for address, code in good if code]
    notes += [Reason("import_email_second", {"email": address}) for address, _code in good[1:]]
    broken = len(good) < len(parts)
    notes += [Reason("import_email_part_left", {"text": shown[:120]})] if broken else []
    others = tuple(address for address, _code in good[1:])
    return Reading(good[0][0], options=others, notes=tuple(notes))


def _address(part: str) -> tuple[str, str]:
    part = re.sub(r"^(mailto:|e-?mail:?)", "", part.strip().casefold()).strip("<>()[]\"' .,:")
    joined = "".join(part.split()).replace("＠", "@")
    latin = joined.translate(TWINS)
    if not EMAIL.fullmatch(latin) or len(latin) > 254 or ".." in latin:
        return "", ""
    if latin != joined:
        return latin, "import_email_letters"
    return latin, "import_email_blanks" if joined != part else ""


YES = re.compile(r"^(\+|✓|✔|☑|v|y|1|так|да|yes|true|істина|згод\w*|погодж\w*|да[ює]\w*|нада[ює]\w*|підтвердж\w*|соглас\w*|agree|i agree|ok|ок|є)\b|^(\+|✓|✔|☑)")  # fmt: skip
NO = re.compile(r"^(ні|нi|не|нет|no|not|false|хиба|без|відмов\w*|заперечу\w*|0|-|–|—)\b|^[-–—]$|\b(не (даю|згод|погодж|нада|дозвол|хоч|бажа)\w*)")  # fmt: skip


def read_yes(text: str) -> bool | None:
    """Tell yes from no in words and signs; ``None`` where it is neither.

    >>> [read_yes(text) for text in ("+", "Так, я даю згоду", "ні", "не даю згоди", "потім")]
    [True, True, False, False, None]
    """
    said = plain(text).casefold().strip(" .!«»\"'")
    if NO.search(said):
        return False
    return True if YES.search(said) else None
