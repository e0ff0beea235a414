"""Phone numbers: typed as people type them, kept in the one form that any phone can dial."""

import phonenumbers

HOME = "UA"
OLD_DIGITS = 11


def to_e164(typed: str, *, region: str = HOME) -> str:
    """Answer a number in its international form, or nothing when it can't be one.

    Without a country code it is read as a number of the region.

    >>> to_e164("050 123-45-67"), to_e164("+48 (22) 123 45 67"), to_e164("00380501234567")
    ('+380501234567', '+48221234567', '+380501234567')
    >>> to_e164("380501234567"), to_e164("8 050 123 45 67")
    ('+380501234567', '+380501234567')
    >>> to_e164("12345"), to_e164("телефон")
    ('', '')
    """
    digits = "".join(letter for letter in typed if letter.isdecimal())
    # Many still write the 8 by which one once dialled out of town.
    is_old = region == HOME and len(digits) == OLD_DIGITS and digits.startswith("80")
    try:
        number = phonenumbers.parse(digits[1:] if is_old else typed.strip(), region)
    except phonenumbers.NumberParseException:
        return ""
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    if phonenumbers.is_possible_number_with_reason(number) != possible:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tidy_phone(typed: str) -> str:
    """Bring a number to its international form; what can't be read stays as it was typed.

    >>> tidy_phone("050 123 45 67"), tidy_phone(" 12-34, сусідка ")
    ('+380501234567', '12-34, сусідка')
    """
    return to_e164(typed) or typed.strip()
