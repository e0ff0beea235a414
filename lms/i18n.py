"""Languages, dates in words, and sentences made of reasons."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_login import current_user

from lms.contracts import Reason
from lms.plugins import suite

LOCALES = (("uk", "Українська"), ("en", "English"))
CODES = tuple(code for code, _label in LOCALES)
COOKIE = "lms_locale"


def choose_locale() -> str:
    """Answer the language of this request: the person's, the cookie's, or the library's.

    The browser's own preference is not asked: many Ukrainian phones are set to another language,
    and the library speaks Ukrainian first.
    """
    default = default_code()
    if not has_request_context():
        return default
    cookie = request.cookies.get(COOKIE)
    if cookie in CODES:
        return str(cookie)
    chosen = getattr(current_user, "locale", None)
    return chosen if chosen in CODES else default


def init_i18n(app: Flask) -> None:
    """Bind Flask-Babel; the core's catalogue stands last, since its plural rule is the one taken."""
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["LMS_LOCALE"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    babel = Babel()  # type: ignore[no-untyped-call]
    babel.init_app(app, locale_selector=choose_locale)  # type: ignore[no-untyped-call]
    app.jinja_env.filters.update(
        day=say_day,
        day_short=say_day_short,
        clock=say_clock,
        moment=say_moment,
        number=say_number,
        weekday=say_weekday,
    )
    app.jinja_env.globals.update(say=say)


def default_code() -> str:
    """Answer the library's own language: that of whoever chose none."""
    return str(current_app.config["LMS_LOCALE"])


def current_code() -> str:
    """Answer ``uk`` or ``en``: the language of what is being said now."""
    locale = get_locale()
    return str(locale.language) if locale else default_code()


def say(reason: Reason, locale: str | None = None) -> str:
    """Make the sentence of a reason, plurals included, in the language asked for.

    :raises KeyError: for a code without a sentence; a house test keeps that from happening.
    """
    sentence = suite().sentences[reason.code]
    if locale is None:
        return str(sentence(reason.values))
    with force_locale(locale):
        return str(sentence(reason.values))


def say_day(day: date | datetime) -> str:
    """Say a date in full: «14 грудня 2022 року» / "14 December 2022"."""
    if current_code() == "en":
        return format_date(day, "d MMMM y", locale="en_GB")
    return format_date(day, "d MMMM y 'року'", locale="uk")


def say_day_short(day: date | datetime) -> str:
    """Say a date in figures: 14.12.2022 / 14/12/2022."""
    return format_date(day, "dd.MM.y" if current_code() == "uk" else "dd/MM/y", locale="uk")


def say_weekday(day: date | datetime) -> str:
    """Say weekday, day and month: «середа, 14 грудня»."""
    locale = "en_GB" if current_code() == "en" else "uk"
    return format_date(day, "EEEE, d MMMM", locale=locale)


def say_day_and_month(day: date | datetime) -> str:
    """Say a day of this year: «1 вересня» / "1 September"."""
    return format_date(day, "d MMMM", locale="en_GB" if current_code() == "en" else "uk")


def say_clock(moment: datetime, zone: str | None = None) -> str:
    """Say the wall time of a moment in a zone: «17:00»."""
    return format_time(moment.astimezone(_zone(zone)), "HH:mm", locale="uk")


def say_moment(moment: datetime, zone: str | None = None) -> str:
    """Say a moment in a zone: «14 грудня 2022 року, 17:00»."""
    local = moment.astimezone(_zone(zone))
    return f"{say_day(local)}, {format_datetime(local, 'HH:mm', locale='uk')}"


def say_number(value: float) -> str:
    """Say a number with the language's own separators: «4 560» / "4,560"."""
    return str(format_decimal(value, locale="en_GB" if current_code() == "en" else "uk"))


def _zone(zone: str | None) -> ZoneInfo:
    return ZoneInfo(zone or str(current_app.config["LMS_ZONE"]))
