"""What a paper says: the snapshot taken on the day, and its words in either language.

A snapshot holds plain values only and is stored as JSON on the certificate's row; nothing that
is issued changes by itself, so neither a new course name nor a new translation reaches it. It
has no field for a club, a town or a place, because no paper may tell where a child can be found.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self
from unicodedata import normalize

from babel import Locale
from babel.dates import format_date

from lms.certificates.codes import display
from lms.contracts import LMSError

SCHEMA = 1
WORDS = Path(__file__).parent / "artwork"


class SnapshotError(LMSError):
    """A stored snapshot cannot be read by this version of the program."""

    code = "snapshot_unreadable"


class Language(StrEnum):
    """The language of a paper."""

    UKRAINIAN = "uk"
    ENGLISH = "en"


class Gender(StrEnum):
    """Which form the verb takes; unknown prints both: «завершив(ла)»."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Template(StrEnum):
    """The designed papers: one for each kind that issues something."""

    CODE_CLUB = "code_club"
    IT_SCHOOL = "it_school"
    PARTICIPATION = "participation"
    TRAINING = "training"
    MENTOR_CREDENTIAL = "mentor_credential"


@dataclass(frozen=True)
class Text:
    """One text in Ukrainian and, where there is one, in English."""

    uk: str = ""
    en: str = ""

    def in_language(self, language: Language) -> str:
        """Give the text in a language; the other one where this is not known.

        Letters are composed, since the faces hold «й» and not «и» with a breve laid over it.

        >>> Text("курс").in_language(Language.ENGLISH)
        'курс'
        """
        first, second = (self.uk, self.en) if language == "uk" else (self.en, self.uk)
        return normalize("NFC", first or second)

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> Self:
        """Read a text back from JSON."""
        return cls(stored["uk"], stored["en"])


@dataclass(frozen=True)
class Signatory:
    """Somebody who signs: a position, and the name where it is to be printed."""

    position: Text
    name: Text = Text()


@dataclass(frozen=True)
class Snapshot:
    """Everything that one paper says, as it was on the day of issue.

    ``hours`` are academic hours; ``code`` is stored without separators; ``verify_url`` is what
    the QR code holds; ``category`` is a mentor's. Empty texts and ``None`` are simply not printed.
    """

    template: Template
    language: Language
    holder: Text
    number: str
    code: str
    verify_url: str
    issued_on: date
    issuer: Text
    programme: Text
    template_version: int = 1
    award: str = ""
    gender: Gender = Gender.UNKNOWN
    course: Text = Text()
    direction: Text = Text()
    level: Text = Text()
    module: Text = Text()
    category: Text = Text()
    hours: int | None = None
    sessions: int | None = None
    topics: tuple[Text, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    signatories: tuple[Signatory, ...] = ()
    is_minor: bool = False

    def in_language(self, language: Language) -> "Snapshot":
        """Give the twin of this paper in a language: same number, same code."""
        return replace(self, language=language)

    def to_json(self) -> dict[str, Any]:
        """Give the snapshot as values that JSON knows, with the version of their form."""
        stored = asdict(self)
        for key in ("issued_on", "period_from", "period_to"):
            stored[key] = stored[key].isoformat() if stored[key] else None
        for key in ("template", "language", "gender"):
            stored[key] = str(stored[key])
        stored["topics"] = list(stored["topics"])
        stored["signatories"] = list(stored["signatories"])
        return {"schema": SCHEMA, **stored}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a stored snapshot.

        :raises SnapshotError: when it has another form, or misses or adds a field.
        """
        values = dict(stored)
        known = {each.name for each in fields(cls)}
        if values.pop("schema", None) != SCHEMA or set(values) != known:
            raise SnapshotError("This certificate was stored in a form that is not known here.")
        try:
            for key in ("issued_on", "period_from", "period_to"):
                values[key] = date.fromisoformat(values[key]) if values[key] else None
            for each in fields(cls):
                if each.type is Text:
                    values[each.name] = Text.read(values[each.name])
            values["topics"] = tuple(map(Text.read, values["topics"]))
            values["signatories"] = tuple(
                Signatory(Text.read(one["position"]), Text.read(one["name"]))
                for one in values["signatories"]
            )
            values["template"] = Template(values["template"])
            values["language"] = Language(values["language"])
            values["gender"] = Gender(values["gender"])
        except (KeyError, TypeError, ValueError) as error:
            raise SnapshotError("This certificate was stored damaged.") from error
        return cls(**values)


@dataclass(frozen=True)
class Paper:
    """The words of one paper in its language, ready to be laid out; empty means not printed."""

    template: Template
    language: Language
    heading: str
    title: str
    number: str
    holder: str
    opening: str
    deed: str
    subject: str
    within: str
    issued: str
    issuer: str
    code: str
    verify_url: str
    labels: Mapping[str, str]
    topics: tuple[str, ...] = ()
    signatories: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def is_tight(self) -> bool:
        """Tell whether the signatures need small type: many of them, or long positions."""
        longest = max((len(text) for pair in self.signatories for text in pair), default=0)
        return len(self.signatories) > 2 or longest > 48


def inside(module: str, programme: str) -> str:
    """Word a module after its programme: the programme is not said twice, a sentence goes on.

    >>> inside("Літня ІТ-школа, липень 2022", "Літня ІТ-школа"), inside("Осінь 2022", "Code Club")
    ('липень 2022', 'осінь 2022')
    >>> inside("ІТ-осінь 2022", "Code Club")
    'ІТ-осінь 2022'
    """
    rest = module.removeprefix(programme).lstrip(" ,:·–-") or module
    return rest[:1].lower() + rest[1:] if rest[1:2].islower() else rest


def compose(snapshot: Snapshot) -> Paper:
    """Say a snapshot in the words of its language.

    The Ukrainian sentence opens with «Цим засвідчується, що», so the name stands in the
    nominative and is never declined; only the verb follows the gender.
    """
    language, words = snapshot.language, words_of(snapshot.language)
    own = words["template"][snapshot.template]

    def say(text: Text) -> str:
        return text.in_language(language)

    course, programme = say(snapshot.course), say(snapshot.programme)
    deed = own["course" if course else "programme"]
    within = own["within"].format(quoted(programme, language)) if course else ""
    facts = {
        "programme": programme,
        "category": say(snapshot.category),
        "module": say(snapshot.module),
        "direction": say(snapshot.direction),
        "level": say(snapshot.level),
        "volume": joined(
            [
                counted(snapshot.hours, words["hours"], language),
                counted(snapshot.sessions, words["sessions"], language),
            ],
            " · ",
        ),
        "period": spell_period(snapshot.period_from, snapshot.period_to, language),
    }
    return Paper(
        template=snapshot.template,
        language=language,
        heading=own["heading"],
        title=f"{own['heading']} {snapshot.number} – {say(snapshot.holder)}",
        number=snapshot.number,
        holder=say(snapshot.holder),
        opening=words["opening"],
        deed=deed[snapshot.gender] if isinstance(deed, dict) else deed,
        subject=quoted(course or programme, language),
        within=joined([within, inside(say(snapshot.module), programme)], ", ") if within else "",
        issued=words["issued"].format(spell_date(snapshot.issued_on, language)),
        issuer=say(snapshot.issuer),
        code=display(snapshot.code),
        verify_url=snapshot.verify_url,
        labels=words["labels"],
        topics=tuple(say(topic) for topic in snapshot.topics),
        signatories=tuple((say(one.position), say(one.name)) for one in snapshot.signatories),
        facts=tuple((words["labels"][key], facts[key]) for key in own["facts"] if facts[key]),
    )


@cache
def words_of(language: Language) -> Mapping[str, Any]:
    """Read the words of papers in a language.

    They belong to the templates, not to the catalogue, so that a changed translation of the
    pages leaves the papers as they are.
    """
    return tomllib.loads((WORDS / f"words.{language}.toml").read_text(encoding="utf-8"))


def joined(parts: Any, separator: str) -> str:
    """Join what is not empty.

    >>> joined(["a", "", "b"], ", ")
    'a, b'
    """
    return separator.join(part for part in parts if part)


def quoted(text: str, language: Language) -> str:
    """Put a title in the language's quotation marks, unless it brings its own.

    >>> quoted("Python", Language.UKRAINIAN), quoted("Python", Language.ENGLISH)
    ('«Python»', '“Python”')
    >>> quoted("Розмовні клуби «Йой»", Language.UKRAINIAN)
    'Розмовні клуби «Йой»'
    """
    if not text or "«" in text or "“" in text:
        return text
    return f"«{text}»" if language == "uk" else f"“{text}”"


def counted(number: int | None, forms: Mapping[str, str], language: Language) -> str:
    r"""Count in the language's own plural; nothing for an unknown number.

    >>> hours = words_of(Language.UKRAINIAN)["hours"]
    >>> [counted(n, hours, Language.UKRAINIAN) for n in (1, 2, 5, 21)]  # doctest: +ELLIPSIS
    ['1\xa0академічна година', '2\xa0академічні години', '5\xa0академічних годин', '21\xa0...
    >>> counted(None, hours, Language.UKRAINIAN)
    ''
    """
    if number is None:
        return ""
    return f"{number}\N{NO-BREAK SPACE}{forms[Locale(language).plural_form(number)]}"


def spell_date(day: date, language: Language) -> str:
    r"""Spell a date out in full, its parts kept on one line.

    >>> spell_date(date(2022, 12, 14), Language.UKRAINIAN).replace("\xa0", " ")
    '14 грудня 2022 року'
    >>> spell_date(date(2022, 12, 14), Language.ENGLISH).replace("\xa0", " ")
    '14 December 2022'
    """
    pattern = "d MMMM y 'року'" if language == "uk" else "d MMMM y"
    return format_date(day, pattern, locale=language).replace(" ", "\N{NO-BREAK SPACE}")


def spell_period(start: date | None, end: date | None, language: Language) -> str:
    r"""Spell a period, saying the year once where it is one year.

    >>> spell_period(date(2022, 9, 5), date(2022, 12, 14), Language.UKRAINIAN).replace("\xa0", " ")
    '5 вересня – 14 грудня 2022 року'
    >>> spell_period(date(2022, 7, 4), date(2022, 7, 29), Language.ENGLISH).replace("\xa0", " ")
    '4–29 July 2022'
    >>> spell_period(date(2022, 7, 4), None, Language.ENGLISH).replace("\xa0", " ")
    '4 July 2022'
    """
    if start is None or end is None or start == end:
        day = start or end
        return spell_date(day, language) if day else ""
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{spell_date(end, language)}"
    if start.year == end.year:
        first = format_date(start, "d MMMM", locale=language)
    else:
        first = spell_date(start, language)
    return f"{first.replace(' ', chr(0xA0))} – {spell_date(end, language)}"
