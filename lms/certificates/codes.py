"""The two numbers of a paper: the check code that cannot be guessed and the registration number.

A check code is 20 Crockford base-32 characters (100 random bits) and one check character by the
Luhn algorithm modulo 32, which finds every single wrong character and, but for one pair of
values (0 and Z), every exchange of neighbours.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 20
GROUP = 5

LOOK_ALIKES = str.maketrans(
    {"O": "0", "I": "1", "L": "1"}
    | dict(zip("АВСЕНКМРТХУОІЗ", "ABCEHKMPTXY013", strict=True))
    | dict(zip("ЈЅԚԜӀ", "JSQW1", strict=True))
)
"""What a person types for a character: Crockford's own, and Cyrillic letters of the same shape."""

SEPARATORS = re.compile(r"[\s\-_.·:/\u00ad\u2010-\u2015\u200b\u2060\u2212\ufeff]+")


def new_code() -> str:
    """Draw a check code from the system's source of randomness, check character included."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Compute the check character of a code's body, by Luhn modulo 32 from the right.

    :raises ValueError: when the body holds a character outside the alphabet.

    >>> check_character("00000000000000000000")
    '0'
    >>> check_character("7ZQ4H2M9XK0B3TDW5RN8")
    'D'
    """
    total = 0
    for place, character in enumerate(reversed(body)):
        product = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += product // 32 + product % 32
    return ALPHABET[-total % 32]


def normalise(typed: str) -> str:
    """Read what a person typed or scanned as a code without separators.

    Lower case, spaces and any dash are fine; O is read as 0, I and L as 1, and a Cyrillic
    letter as the Latin one that looks the same, since nobody sees the difference on paper.
    What cannot belong to a code stays, so that ``is_wellformed`` refuses it.

    >>> normalise(" 7zq4h-2m9xk–0b3td w5rn8 d ")
    '7ZQ4H2M9XK0B3TDW5RN8D'
    >>> normalise("аВсе-ОІЗ-oil")
    'ABCE013011'
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    return SEPARATORS.sub("", plain).translate(LOOK_ALIKES)


def is_wellformed(code: str) -> bool:
    """Tell whether a normalised code has the right length, alphabet and check character.

    >>> is_wellformed("7ZQ4H2M9XK0B3TDW5RN8D"), is_wellformed("7ZQ4H2M9XK0B3TDW5RN8F")
    (True, False)
    >>> is_wellformed("7ZQ4H2M9XK0B3TDW5RN8"), is_wellformed("Ж" * 21)
    (False, False)
    """
    if len(code) != BODY_LENGTH + 1 or not set(code) <= set(ALPHABET):
        return False
    return check_character(code[:-1]) == code[-1]


def display(code: str) -> str:
    """Write a code in groups, as it stands on the paper.

    >>> display("7ZQ4H2M9XK0B3TDW5RN8D")
    '7ZQ4H-2M9XK-0B3TD-W5RN8-D'
    """
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def registration_number(year: int, number: int, serial: int) -> str:
    """Write the number of the library's order: year / number of the module – serial in it.

    >>> registration_number(2022, 2, 17)
    '№ 2022/2-017'
    >>> registration_number(2022, 11, 1234)
    '№ 2022/11-1234'
    """
    return f"№ {year}/{number}-{serial:03d}"
