"""Names of a sheet: which word is the family name, decided by evidence; two children in a cell."""

# ruff: noqa: E501  (tables of words are read better in one line)

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from lms.contracts import Reason
from lms.imports.given_names import FEMALE, GIVEN, MALE
from lms.imports.values import is_nothing, plain
from lms.people.names import APOSTROPHE, clean_name, fold

PATRONYMIC = re.compile(r".{2,}(ович|йович|евич|івна|ївна|овна|евна|їч)$|^(Ілліч|Ілліна|Іллівна|Кузьмич|Лукич|Фомич|Хомич|Савич|Микитич|Ильич|Никитич)$")  # fmt: skip
FEMALE_PATRONYMIC = re.compile(r"(івна|ївна|овна|евна|Ілліна)$")
FAMILY_ENDING = re.compile(r".(енко|ук|юк|чук|як|ський|ська|цький|цька|ський|ко|ов|ова|ев|єв|єва|ева|ін|іна|ин|ина|ець|ик|ів|ишин|чак|аш|ай|ій|ла|ка|ра|за|та|юх|ун|ль|рь|ць|ідзе|швілі|ян)$")  # fmt: skip
CYRILLIC = re.compile(r"[А-ЯҐЄІЇЁЪЫЭа-яґєіїёъыэ]")
LATIN = re.compile(r"[A-Za-z]")
TWINS = dict(zip("ABCEHIKMOPTXYaceiopxyï", "АВСЕНІКМОРТХУасеіорхуї", strict=True))
JOINT = re.compile(r"\s+(?:та|і|й|и|and)\s+|\s*[,;/+&\n|]\s*", re.IGNORECASE)
FAMILY_FIRST, GIVEN_FIRST, UNKNOWN = "family_first", "given_first", ""


@dataclass(frozen=True)
class Name:
    """A name in its parts."""

    family_name: str = ""
    given_name: str = ""
    patronymic: str = ""

    @property
    def full(self) -> str:
        """Say the name, family name first."""
        return " ".join(
            part for part in (self.family_name, self.given_name, self.patronymic) if part
        )

    @cached_property
    def key(self) -> str:
        """Give what two spellings and both orders of a name have in common."""
        return "|".join(sorted(self.folded))

    @cached_property
    def folded(self) -> tuple[str, str]:
        """Give family name and first name as they are compared."""
        return fold(self.family_name), fold(self.given_name)


@dataclass(frozen=True)
class NameReading:
    """The people named in a cell, what was done to it, and what is in doubt."""

    names: tuple[Name, ...] = ()
    options: tuple[Name, ...] = ()
    notes: tuple[Reason, ...] = ()
    doubt: Reason | None = None


@dataclass(frozen=True)
class Evidence:
    """What speaks for an order: the family names beside it, the heading, the rest of the sheet."""

    families: tuple[str, ...] = ()
    order: str = UNKNOWN


def read_name(text: str, evidence: Evidence = Evidence(), *, is_child: bool = True) -> NameReading:
    """Read who is named in a cell: one person, or several children with their parts.

    >>> read_name("  МОРОЗ   ІЛЛЯ 🙂").names[0].full
    'Мороз Ілля'
    >>> read_name("Поліна Кравець").names[0].full
    'Кравець Поліна'
    >>> [one.full for one in read_name("Ткач Лев Та Дар'Я").names]
    ['Ткач Лев', 'Ткач Дар’я']
    >>> read_name("Назар Тимур").doubt.code
    'import_name_order'
    """
    if is_nothing(text):
        return NameReading()
    cleaned, notes = _cleaned(text)
    words = cleaned.split()
    if not words:
        return NameReading(doubt=Reason("import_name_unclear", {"text": plain(text)[:80]}))
    if re.search(r"[\d\ufffd@<>=]", cleaned) or any(_is_mixed(word) for word in words):
        doubt = Reason("import_name_unclear", {"text": plain(text)[:80]})
        return NameReading((_rough(words),), notes=tuple(notes), doubt=doubt)
    if is_child:
        several = _several(cleaned, evidence)
        if several:
            doubt = Reason("import_two_children", {"names": ", ".join(n.full for n in several)})
            return NameReading(several, notes=tuple(notes), doubt=doubt)
    words = [word for word in re.split(r"[\s,;/]+", cleaned) if word]
    read = _ordered(words, evidence)
    if read.names and LATIN.search(read.names[0].full) is not None:
        notes.append(Reason("import_name_latin"))
    return replace(read, notes=(*notes, *read.notes))


def _cleaned(text: str) -> tuple[str, list[Reason]]:
    """Bring a cell to clean words; tell what was changed beyond single spaces."""
    notes: list[Reason] = []
    shown = plain(text.replace("\n", ", "))
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", shown)
    bare = re.sub(r"^(дитина|учень|учениця|піб|мама|тато|мати|батько|бабуся|пан|пані)\s*[:.-]\s*|^\d+\s*[.)]\s*", "", bare, flags=re.I)  # fmt: skip
    bare = re.sub(r"[^\w\s'’ʼ‘`´ʹ＇.,;/+&<>=@|\ufffd-]|_", " ", bare)
    bare = re.sub(r"\s*-\s*", "-", bare).strip(" .,;-/+&")
    if " ".join(bare.split()) != shown.strip(" .,;-"):
        notes.append(Reason("import_name_signs"))
    one_script = clean_name(bare)
    words = [_in_cyrillic(word, one_script) for word in one_script.split()]
    if _letters(" ".join(words)) != _letters(bare):
        notes.append(Reason("import_name_twins"))
    if re.search(r"\w['ʼ‘`´ʹ＇]\w", bare):
        notes.append(Reason("import_name_apostrophe"))
    cased = [word if word in {"та", "і", "й", "и"} else _cased(word) for word in words]
    cased = [word.lower() if word in {"Та", "І", "Й", "И"} else word for word in cased]
    if cased != words:
        notes.append(Reason("import_name_case"))
    if text.replace("\ufeff", "") != plain(text):
        notes.append(Reason("import_name_spaces"))
    return " ".join(cased), notes


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _in_cyrillic(word: str, whole: str) -> str:
    """Turn a word of look-alikes only into Cyrillic where the rest of the name is."""
    letters = _letters(word)
    if CYRILLIC.search(whole) and letters and all(letter in TWINS for letter in letters):
        return "".join(TWINS.get(letter, letter) for letter in word)
    return word


def _is_mixed(word: str) -> bool:
    return bool(CYRILLIC.search(word) and LATIN.search(word))


def _cased(word: str) -> str:
    return "-".join(_cased_part(part) for part in word.split("-"))


def _cased_part(part: str) -> str:
    """Write a part of a name with its capital, also after «О’» and «Д’» of foreign names.

    >>> _cased_part("О’КОННОР"), _cased_part("Дем’Яненко"), _cased_part("Д’ЯЧЕНКО")
    ('О’Коннор', 'Дем’яненко', 'Д’яченко')
    """
    if len(part) > 2 and part[1] == APOSTROPHE and part[0] in "ОоДдOoDd":
        rest = part[2:]
        small = rest[0].lower() in "яюєї"
        return part[0].upper() + APOSTROPHE + (rest.lower() if small else rest.capitalize())
    is_tidy = part[:1].isupper() and part[1:] == part[1:].lower()
    if is_tidy:
        return part
    is_mac = re.fullmatch(r"(Мак|Mac|Mc)[А-ЯҐЄІЇA-Z][а-яґєіїa-z’]+", part)
    return part if is_mac else part[:1].upper() + part[1:].lower()


def _rough(words: list[str]) -> Name:
    return Name(*words[:3]) if len(words) <= 3 else Name(words[0], " ".join(words[1:]))


def is_given(word: str) -> bool:
    """Tell whether a word is a first name known here, also one of a double name."""
    return word in GIVEN or ("-" in word and all(part in GIVEN for part in word.split("-")))


def is_patronymic(word: str) -> bool:
    """Tell whether a word looks like a patronymic.

    >>> is_patronymic("Ілліч"), is_patronymic("Мар’янівна"), is_patronymic("Ткач")
    (True, True, False)
    """
    return PATRONYMIC.search(word) is not None and not is_given(word)


def gender_of(name: Name) -> str:
    """Tell the gender by the patronymic, else by the first name; blank where neither tells.

    >>> gender_of(Name("Ткач", "Любов", "Юріївна")), gender_of(Name("Ткач", "Саша"))
    ('female', '')
    """
    if name.patronymic:
        return "female" if FEMALE_PATRONYMIC.search(name.patronymic) else "male"
    is_female, is_male = name.given_name in FEMALE, name.given_name in MALE
    if is_female == is_male:
        return ""
    return "female" if is_female else "male"


def _several(cleaned: str, evidence: Evidence) -> tuple[Name, ...]:
    """Find several children in a cell: «Ткач Лев та Дар’я», «Лев і Дар’я Ткач»."""
    parts = [part.strip(" .") for part in JOINT.split(cleaned) if part.strip(" .")]
    if len(parts) == 1:
        return _repeated(cleaned.split())
    sizes = [len(part.split()) for part in parts]
    if max(sizes) == 1:
        return ()  # «Коваленко, Анна» is one person with a comma
    fullest = max(parts, key=lambda part: len(part.split()))
    if len(parts) == 2 and min(sizes) == 1:
        other = parts[1] if parts[0] == fullest else parts[0]
        whole = _ordered(fullest.split(), evidence)
        is_one = is_patronymic(other) or (not is_given(other) and is_given(fullest.split()[0]))
        if is_one or (whole.names and whole.names[0].patronymic and not is_given(other)):
            return ()
    family = _common_family(parts, evidence)
    names: list[Name] = []
    for part in parts:
        words = part.split()
        if len(words) == 1:
            names.append(Name(family, words[0]))
            continue
        read = _ordered(words, replace(evidence, families=(*evidence.families, family)))
        if len(words) == 2 and is_patronymic(words[1]) and is_given(words[0]):
            names.append(Name(family, words[0], words[1]))
        elif read.names:
            names.append(read.names[0])
    return tuple(names) if len(names) > 1 else ()


def _repeated(words: list[str]) -> tuple[Name, ...]:
    """Find «Ткач Лев Ткач Дар’я»: the same family name twice."""
    if len(words) == 4 and fold(words[0]) == fold(words[2]):
        return (Name(words[0], words[1]), Name(words[2], words[3]))
    if len(words) == 4 and fold(words[1]) == fold(words[3]):
        return (Name(words[1], words[0]), Name(words[3], words[2]))
    return ()


def _common_family(parts: Iterable[str], evidence: Evidence) -> str:
    for part in parts:
        if len(part.split()) > 1:
            names = _ordered(part.split(), evidence).names
            if names and names[0].family_name:
                return names[0].family_name
    return ""


def _ordered(words: list[str], evidence: Evidence) -> NameReading:
    """Put the words of one person's name in their places."""
    if len(words) == 1:
        name = Name("", words[0]) if is_given(words[0]) else Name(words[0])
        return NameReading((name,), doubt=Reason("import_name_one_word", {"text": words[0]}))
    patronymics = [place for place, word in enumerate(words) if place and is_patronymic(word)]
    if len(words) == 2:
        return _of_two(words, evidence, patronymics)
    if len(words) == 3 and patronymics:
        place = patronymics[-1]
        rest = [word for number, word in enumerate(words) if number != place]
        if place == 1:
            return _noted_order(Name(words[2], words[0], words[1]))
        read = _pair(rest, evidence)
        # «Прізвище Ім’я По батькові» is so usual that only evidence turns it round.
        name = read.names[0] if read.names else Name(*rest)
        return replace(read, names=(replace(name, patronymic=words[place]),), doubt=None)
    if len(words) == 4 and patronymics == [3]:
        if is_given(words[1]) and is_given(words[2]):
            return NameReading((Name(words[0], f"{words[1]} {words[2]}", words[3]),))
        return NameReading((Name(f"{words[0]} {words[1]}", words[2], words[3]),), notes=(Reason("import_name_double"),))  # fmt: skip
    doubt = Reason("import_name_unclear", {"text": " ".join(words)[:80]})
    return NameReading((_rough(words),), doubt=doubt)


def _noted_order(name: Name) -> NameReading:
    return NameReading((name,), notes=(Reason("import_name_turned"),))


def _of_two(words: list[str], evidence: Evidence, patronymics: list[int]) -> NameReading:
    has_patronymic = bool(patronymics) and is_given(words[0])
    is_family = any(is_kin(words[1], family) for family in evidence.families)
    if has_patronymic and not is_family:
        name = Name("", words[0], words[1])
        return NameReading((name,), doubt=Reason("import_name_no_family", {"text": name.full}))
    return _pair(words, evidence)


def _pair(words: list[str], evidence: Evidence) -> NameReading:
    """Decide which of two words is the family name; without evidence it is a question."""
    first, second = Name(words[0], words[1]), Name(words[1], words[0])
    weight = _weight(words[0], words[1], evidence)
    if weight >= 2:
        return NameReading((first,))
    if weight <= -2:
        return _noted_order(second)
    if evidence.order and weight >= 0 and not (is_given(words[0]) or is_given(words[1])):
        chosen = first if evidence.order == FAMILY_FIRST else second
        return NameReading((chosen,), notes=(Reason("import_name_by_heading"),))
    options = (second, first) if evidence.order == GIVEN_FIRST else (first, second)
    doubt = Reason("import_name_order", {"text": " ".join(words)})
    return NameReading((options[0],), options=options, doubt=doubt)


def _weight(first: str, second: str, evidence: Evidence) -> float:
    """Weigh the evidence: above zero the first word is the family name, below it the second."""
    weight = 0.0
    kin_first = any(is_kin(first, family) for family in evidence.families)
    kin_second = any(is_kin(second, family) for family in evidence.families)
    weight += 2.5 * (kin_first - kin_second)
    weight += 3 * (is_given(second) - is_given(first))
    if not is_given(first) and not is_given(second):
        endings = bool(FAMILY_ENDING.search(first)) - bool(FAMILY_ENDING.search(second))
        strong = bool(re.search(r"(енко|ський|ська|цький|цька|чук)$", first)) - bool(
            re.search(r"(енко|ський|ська|цький|цька|чук)$", second)
        )
        weight += endings + 2 * strong
        weight += {FAMILY_FIRST: 1, GIVEN_FIRST: -1}.get(evidence.order, 0)
    return weight


def is_kin(word: str, family: str) -> bool:
    """Tell whether two words are one family name, its feminine and masculine form included.

    >>> is_kin("Пономарьова", "Пономарьов"), is_kin("Ткач", "Ткаченко")
    (True, False)
    """
    one, other = fold(word), fold(family)
    if not one or not other:
        return False
    if one == other:
        return True
    stem = min(len(one), len(other)) - 2
    is_close = Levenshtein.distance(one, other) <= 2 and stem >= 3
    return is_close and one[:stem] == other[:stem]
