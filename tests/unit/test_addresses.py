"""An address is questioned where a slip is likely, and left alone where it is not."""

import pytest

from lms.enrolment.addresses import DOMAINS, suggest_address
from lms.people.phones import tidy_phone, to_e164


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.ua", "gmail.com"),
        ("gmail.com.ua", "gmail.com"),
        ("gmail", "gmail.com"),
        ("GMAIL.COMM", "gmail.com"),
        ("ukr.ne", "ukr.net"),
        ("urk.net", "ukr.net"),
        ("ukr.net.ua", "ukr.net"),
        ("ukrnet.com", "ukr.net"),
        ("outlok.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("protonmial.com", "protonmail.com"),
    ],
)
def test_a_slip_is_questioned(typed: str, meant: str) -> None:
    assert suggest_address(f"o.halushko+kids@{typed}") == f"o.halushko+kids@{meant}"


@pytest.mark.parametrize(
    "domain",
    [*DOMAINS, "library.lg.ua", "kpi.ua", "ukr.edu.ua", "knu.ua", "e.ua", "xn--80ak6aa92e.ua", ""],
)
def test_what_is_right_is_left_alone(domain: str) -> None:
    assert suggest_address(f"olena@{domain}") == ""


@pytest.mark.parametrize("typed", ["", "@", "@gmial.com", "olena", "я" * 3000, "a@b@c"])
def test_what_is_no_address_is_no_question(typed: str) -> None:
    assert suggest_address(typed) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("050 123 45 67", "+380501234567"),
        ("(050) 123-45-67", "+380501234567"),
        ("8(050)1234567", "+380501234567"),
        ("380501234567", "+380501234567"),
        ("+380 50 123 45 67", "+380501234567"),
        ("0048 22 123 45 67", "+48221234567"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_a_phone_is_kept_as_it_can_be_dialled(typed: str, kept: str) -> None:
    assert to_e164(typed) == tidy_phone(typed) == kept
    assert to_e164(kept) == kept


@pytest.mark.parametrize("typed", ["", "12345", "1" * 40, "телефон", "+"])
def test_what_is_no_phone_stays_as_it_was(typed: str) -> None:
    assert to_e164(typed) == ""
    assert tidy_phone(typed) == typed
