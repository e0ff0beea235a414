"""Whether two records may be one person: a pure rule over what is known of both.

A brother and a sister, twins, and a mother who gave her own name are the cases that it must tell
from one child written twice; whoever is in doubt is asked, nothing is merged by a rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from lms.contracts import Reason
from lms.people.given_names import ALONE, VARIANTS
from lms.people.names import clean_name, fold

__all__ = [
    "Certainty",
    "Features",
    "Likeness",
    "assess_likeness",
    "given_classes",
    "phone_key",
    "skeleton",
]

# Ukrainian, Russian and Latin spellings of one sound become one letter; what two spellings leave
# out or put in (soft sign, apostrophe, a doubled letter, the glide before a vowel) falls away.
_PAIRS = {
    "shch": "щ",
    "zgh": "зг",
    "kh": "х",
    "ts": "ц",
    "ch": "ч",
    "sh": "ш",
    "zh": "ж",
    "yi": "і",
    "ye": "е",
    "yu": "ю",
    "ya": "я",
    "yo": "е",
    "йо": "е",
    "ьо": "е",
    "ie": "е",
    "iu": "ю",
    "ia": "я",
    "ph": "ф",
}
_SINGLE = str.maketrans(
    "abvhgdezyijklmnoprstufcwxq" + "ґєэёїийыў",
    "абвггдезіііклмнопрстуфцвкк" + "геееііііу",
)
_DROPPED = frozenset("ьъʼ’'-")


_fold = lru_cache(maxsize=20_000)(fold)


@lru_cache(maxsize=20_000)
def skeleton(name: str) -> str:
    """Give the form in which spellings of one name agree.

    >>> skeleton("Дем’Яненко") == skeleton("демяненко") == skeleton("Demianenko")
    True
    >>> skeleton("Ґалаґан") == skeleton("Галаган"), skeleton("Наталія") == skeleton("Наталия")
    (True, True)
    >>> skeleton("Знам’янська") == skeleton("Знам’янський")
    False
    """
    text = fold(clean_name(name))
    for pair, letter in _PAIRS.items():
        text = text.replace(pair, letter)
    text = text.translate(_SINGLE)
    text = text.replace("іо", "о").replace("іа", "я").replace("ія", "я").replace("іу", "ю")
    text = text.replace("ію", "ю").replace("іе", "е")
    return "".join(
        letter
        for index, letter in enumerate(text)
        if letter not in _DROPPED and (index == 0 or text[index - 1] != letter)
    )


def phone_key(phone: str) -> str:
    """Give the digits by which numbers are compared, whatever stands before and after them.

    >>> phone_key("067 640 76 53 (мама)") == phone_key("+380676407653")
    True
    >>> phone_key("+48 601 029 247"), phone_key("немає")
    ('48601029247', '')
    """
    digits = "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
    for prefix, length in (("380", 12), ("80", 11), ("0", 10)):
        if digits.startswith(prefix) and len(digits) == length:
            return digits[-9:]
    return digits if len(digits) >= 9 else ""


def given_classes(given_key: str) -> frozenset[int | str]:
    """Answer what two spellings of one given name have in common.

    >>> bool(given_classes(skeleton("Микита")) & given_classes(skeleton("Никита")))
    True
    """
    return frozenset(_GROUPS.get(given_key, ())) or frozenset({given_key})


def _groups() -> dict[str, frozenset[int]]:
    known: dict[str, set[int]] = {}
    lines = [line.split() for line in VARIANTS.split("\n")]
    lines += [[name] for name in ALONE.split()]
    for number, line in enumerate(lines):
        for name in line:
            known.setdefault(skeleton(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in known.items()}


_GROUPS = _groups()


class Certainty(IntEnum):
    """How sure it is that two records are one person; only a person decides."""

    NONE = 0
    POSSIBLE = 1
    LIKELY = 2
    ALMOST_SURE = 3

    def weaker(self) -> "Certainty":
        """Answer the step below."""
        return Certainty(max(0, self - 1))


@dataclass(frozen=True)
class Features:
    """What is compared of a person: names, birth date, and whom to reach about them.

    ``phones`` and ``emails`` are those of the person and of the guardians together, normalised;
    ``guardian_ids`` and ``child_ids`` are the people they are tied to.
    """

    family_name: str
    given_name: str
    patronymic: str = ""
    birth_date: date | None = None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    guardian_ids: frozenset[int] = frozenset()
    child_ids: frozenset[int] = frozenset()
    person_id: int | None = None


@dataclass(frozen=True)
class Likeness:
    """How alike two records are, and what speaks for it and against it."""

    certainty: Certainty = Certainty.NONE
    reasons: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether somebody should look at the two."""
        return self.certainty > Certainty.NONE


class _Names(StrEnum):
    SAME = "name_same"
    SPELT = "name_spelt_otherwise"
    SWAPPED = "name_swapped"
    FORMS = "name_other_form"
    SLIP = "name_slip"
    FAMILY_OTHER = "name_family_other"
    OTHER = "name_other"


class _Births(StrEnum):
    SAME = "birth_same"
    SWAPPED = "birth_swapped"
    DIGIT = "birth_digit"
    MISSING = "birth_missing"
    OTHER = "birth_other"


_SAME = frozenset({_Names.SAME, _Names.SPELT, _Names.SWAPPED, _Names.FORMS})
_CLOSE = frozenset({_Births.SWAPPED, _Births.DIGIT})
_GENERATION = 14


def assess_likeness(a: Features, b: Features) -> Likeness:
    """Tell whether two records may be one person, and why.

    Same family name and birth date with another given name are twins, not one child; the feminine
    and the masculine form of a family name are a sister and a brother; whoever is the guardian of
    the other is another person, even under the same name.

    >>> mother = frozenset({"user7@example.org"})
    >>> first = Features("В'юнник", "Лев", birth_date=date(2012, 10, 8), emails=mother)
    >>> again = Features("В’Юнник", "Лев", birth_date=date(2012, 10, 8), emails=mother)
    >>> assess_likeness(first, again).certainty.name
    'ALMOST_SURE'
    >>> sister = Features("Знам’янська", "Соломія", birth_date=date(2012, 3, 14))
    >>> brother = Features("Знам’янський", "Лук’ян", birth_date=date(2012, 3, 14))
    >>> bool(assess_likeness(sister, brother))
    False
    """
    if _are_kin(a, b) or not all((a.family_name, a.given_name, b.family_name, b.given_name)):
        return Likeness()
    names = _compare_names(a, b)
    if names is _Names.OTHER:
        return Likeness()
    births = _compare_births(a.birth_date, b.birth_date)
    ties = _ties(a, b)
    certainty = _certainty(names, births, has_tie=bool(ties), a=a, b=b)
    patronymics = _compare_patronymics(a.patronymic, b.patronymic)
    if patronymics == "patronymic_other":
        certainty = certainty.weaker()
        if not ties:
            certainty = certainty.weaker()
    elif patronymics == "patronymic_same" and certainty is Certainty.POSSIBLE:
        certainty = Certainty.LIKELY if names in _SAME else certainty
    elif patronymics == "patronymic_of_other_gender":
        certainty = Certainty.NONE
    if certainty is Certainty.NONE:
        return Likeness()
    return Likeness(certainty, _reasons(names, births, ties, patronymics))


def _certainty(
    names: _Names, births: _Births, *, has_tie: bool, a: Features, b: Features
) -> Certainty:
    if names is _Names.FORMS and births is not _Births.SAME and not has_tie:
        return Certainty.NONE
    if names in _SAME:
        return _of_same_name(names, births, has_tie=has_tie)
    if names is _Names.SLIP:
        if births is _Births.SAME:
            return Certainty.LIKELY if has_tie else Certainty.POSSIBLE
        is_near = births in _CLOSE or births is _Births.MISSING
        return Certainty.POSSIBLE if has_tie and is_near else Certainty.NONE
    # Another family name: a child that bears now the mother's, now the father's; a marriage.
    if births is _Births.SAME and has_tie:
        return Certainty.POSSIBLE
    is_adult = a.birth_date is None and b.birth_date is None
    has_patronymic = bool(a.patronymic) and skeleton(a.patronymic) == skeleton(b.patronymic)
    return Certainty.POSSIBLE if is_adult and has_tie and has_patronymic else Certainty.NONE


def _of_same_name(names: _Names, births: _Births, *, has_tie: bool) -> Certainty:
    if births is _Births.SAME:
        is_sure = has_tie or names is _Names.SAME
        return Certainty.ALMOST_SURE if is_sure else Certainty.LIKELY
    if births in _CLOSE or births is _Births.MISSING:
        return Certainty.LIKELY if has_tie else Certainty.POSSIBLE
    # Guardians type their own birth date now and then; a name alone repeats among strangers, and
    # a mother of the same name is a generation older.
    return Certainty.POSSIBLE if has_tie else Certainty.NONE


def _are_kin(a: Features, b: Features) -> bool:
    """Tell a family's two generations: whoever has guardians here is nobody's guardian."""
    if (a.child_ids and b.guardian_ids) or (b.child_ids and a.guardian_ids):
        return True
    return a.person_id in b.guardian_ids or b.person_id in a.guardian_ids


def _compare_names(a: Features, b: Features) -> _Names:
    if (_fold(a.family_name), _fold(a.given_name)) == (_fold(b.family_name), _fold(b.given_name)):
        return _Names.SAME
    family_a, given_a = skeleton(a.family_name), skeleton(a.given_name)
    family_b, given_b = skeleton(b.family_name), skeleton(b.given_name)
    if (family_a, given_a) == (family_b, given_b):
        return _Names.SPELT
    if (family_a, given_a) == (given_b, family_b):
        return _Names.SWAPPED
    given = _compare_given(given_a, given_b)
    if given is None:
        return _Names.OTHER
    if family_a == family_b:
        return given
    if _are_gender_forms(family_a, family_b):
        return _Names.FORMS if given is not _Names.SLIP else _Names.OTHER
    if _is_slip(family_a, family_b):
        return _Names.SLIP if given is not _Names.SLIP else _Names.OTHER
    return _Names.FAMILY_OTHER if given is _Names.SPELT else _Names.OTHER


def _compare_given(a: str, b: str) -> _Names | None:
    """Answer how two given names are one, or nothing where two children bear them."""
    if a == b:
        return _Names.SPELT
    groups_a, groups_b = _GROUPS.get(a, frozenset()), _GROUPS.get(b, frozenset())
    if groups_a & groups_b:
        return _Names.SPELT
    if (groups_a and groups_b) or _are_gendered(a, b):
        return None
    return _Names.SLIP if _is_slip(a, b) else None


def _are_gendered(a: str, b: str) -> bool:
    """Tell Олександр from Олександра and Валерій from Валерія: a brother and a sister.

    >>> _are_gendered("олександр", "олександра"), _are_gendered("соломя", "соломі")
    (True, True)
    """
    short, long = sorted((a, b), key=len)
    if long in (short + "а", short + "я"):
        return True
    return a[:-1] == b[:-1] and {a[-1:], b[-1:]} in ({"і", "я"}, {"о", "а"}, {"і", "а"})


_FEMININE = (
    ("ска", "скі"),
    ("цка", "цкі"),
    ("зка", "зкі"),
    ("ова", "ов"),
    ("ева", "ев"),
    ("іна", "ін"),
    ("на", "ні"),
    ("а", "і"),
    ("я", "і"),
)


def _are_gender_forms(a: str, b: str) -> bool:
    """Tell the feminine and the masculine form of one family name.

    >>> _are_gender_forms(skeleton("Знам’янська"), skeleton("Знам’янський"))
    True
    >>> _are_gender_forms(skeleton("Пономарьова"), skeleton("Пономарьов"))
    True
    """
    for feminine, masculine in _FEMININE:
        for one, other in ((a, b), (b, a)):
            if one.endswith(feminine) and one[: -len(feminine)] + masculine == other:
                return True
    return False


def _is_slip(a: str, b: str) -> bool:
    longest = max(len(a), len(b))
    allowed = 0 if longest < 4 else 1 if longest < 8 else 2
    return OSA.distance(a, b, score_cutoff=allowed) <= allowed


def _compare_births(a: date | None, b: date | None) -> _Births:
    if a is None or b is None:
        return _Births.MISSING
    if a == b:
        return _Births.SAME
    if a.year == b.year and (a.day, a.month) == (b.month, b.day):
        return _Births.SWAPPED
    # One digit off, or two neighbours swapped, as on a keyboard. A year more or less is a sibling
    # only under another name, and names were compared before.
    return _Births.DIGIT if OSA.distance(f"{a:%d%m%Y}", f"{b:%d%m%Y}") == 1 else _Births.OTHER


def _compare_patronymics(a: str, b: str) -> str:
    if not a or not b:
        return ""
    first, second = skeleton(a), skeleton(b)
    if first == second:
        return "patronymic_same"
    if (first[-1] == "а") != (second[-1] == "а"):
        return "patronymic_of_other_gender"
    return "patronymic_same" if _is_slip(first, second) else "patronymic_other"


def _ties(a: Features, b: Features) -> list[str]:
    found = []
    if a.guardian_ids & b.guardian_ids:
        found.append("tie_guardian")
    if a.phones & b.phones:
        found.append("tie_phone")
    if a.emails & b.emails:
        found.append("tie_email")
    return found


def _reasons(
    names: _Names, births: _Births, ties: Iterable[str], patronymics: str
) -> tuple[Reason, ...]:
    against = {_Names.FAMILY_OTHER, _Births.OTHER, "patronymic_other"}
    codes: list[str] = [str(names), str(births), *ties]
    codes += [patronymics] if patronymics else []
    return tuple(Reason(f"alike_{code}", is_met=code not in against) for code in codes)
