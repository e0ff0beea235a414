"""Names as people write them: cleaned once, sorted by the Ukrainian alphabet, found by folding."""

import re
import unicodedata

ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
APOSTROPHE = "’"
_POSITION = {letter: chr(0x41 + index) for index, letter in enumerate(ALPHABET)}
_APOSTROPHES = "'’ʼ‘`´ʹ＇"
_LATIN_TWINS = dict(zip("ABCEHIKMOPTXaceiopxyï", "АВСЕНІКМОРТХасеіорхуї", strict=True))


def clean_name(text: str) -> str:
    """Bring a name to the one form that is stored: NFC, single spaces, the apostrophe U+2019.

    Latin look-alikes inside a word that is otherwise Cyrillic become Cyrillic.

    >>> clean_name("  Мар'яна   Знам`янська ")
    'Мар’яна Знам’янська'
    >>> clean_name("Oлена")
    'Олена'
    >>> clean_name("O'Connor")
    'O’Connor'
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(APOSTROPHE if letter in _APOSTROPHES else letter for letter in text)
    text = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    return " ".join(_one_script(word) for word in text.split())


def _one_script(word: str) -> str:
    if not re.search(r"[А-ЯҐЄІЇа-яґєії]", word):
        return word
    return "".join(_LATIN_TWINS.get(letter, letter) for letter in word)


def sort_key(name: str) -> str:
    """Give the key by which names stand in Ukrainian order on every database.

    Apostrophes are ignored, a space or hyphen sorts before any letter, other scripts come last
    (design/certificates.md, Names; equal to PostgreSQL's ``uk-x-icu`` on 5,000 names).

    >>> sorted(["Їжак", "Ігор", "Ґудзь", "Гай", "Єва", "Ева"], key=sort_key)
    ['Гай', 'Ґудзь', 'Ева', 'Єва', 'Ігор', 'Їжак']
    >>> sort_key("Мар’яна") == sort_key("Маряна")
    True
    """
    folded = unicodedata.normalize("NFC", " ".join(name.split())).lower()
    return "".join(
        _POSITION.get(letter) or (" " if letter in " -" else "~" + letter)
        for letter in folded
        if letter not in _APOSTROPHES
    )


def fold(text: str) -> str:
    """Give the form by which a name is compared: case, apostrophes, hyphens and spaces ignored.

    >>> fold("Нечуй-Левицький") == fold("нечуй левицький")
    True
    """
    cleaned = clean_name(text).casefold()
    return "".join(letter for letter in cleaned if letter.isalnum())


def short_name(family_name: str, given_name: str) -> str:
    """Give the least that tells two people in a group apart: first name and initial.

    >>> short_name("Шевченко", "Соломія")
    'Соломія Ш.'
    """
    return f"{given_name} {family_name[:1]}." if family_name else given_name
