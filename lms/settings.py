"""Settings of the core, each once: name, default, help; slices add theirs by hook."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lms.contracts import LMSError, Setting

DEFAULT_KEY = "demonstration-only"
SHORTEST_KEY = 12


class BadSetting(LMSError):
    """A setting cannot be read, or a dangerous default stands where it must not."""

    code = "bad_setting"


def _flag(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in {"", "0", "1", "no", "yes", "false", "true"}:
        raise ValueError("expected 1 or 0")
    return lowered in {"1", "yes", "true"}


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def positive(text: str) -> int:
    """Read a whole number of 1 or more.

    :raises ValueError: for anything else.
    """
    number = int(text)
    if number < 1:
        raise ValueError("expected a whole number of 1 or more")
    return number


def _address(text: str) -> str:
    """Read an address to which paths are added."""
    if not text.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with http:// or https://")
    return text.rstrip("/")


SETTINGS: tuple[Setting, ...] = (
    Setting("LMS_DATA", "var", "Folder of the database, documents, outbox and queue.", Path),
    Setting(
        "LMS_DATABASE_URL",
        "",
        "Database address; empty means SQLite in LMS_DATA. PostgreSQL: postgresql://user@host/name.",
        is_secret=True,
    ),
    Setting(
        "LMS_SECRET_KEY",
        DEFAULT_KEY,
        "Signs cookies; must be your own outside the demonstration.",
        is_secret=True,
    ),
    Setting("LMS_DEMONSTRATION", "0", "1 opens /demonstration on a loopback address.", _flag),
    Setting(
        "LMS_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "Address under which strangers reach the site; printed in QR codes and mails.",
        _address,
    ),
    Setting("LMS_HOST", "127.0.0.1", "Address to listen on."),
    Setting("LMS_PORT", "8000", "Port to listen on.", positive),
    Setting("LMS_WORKERS", "2", "Web processes.", positive),
    Setting("LMS_THREADS", "4", "Threads of each web process.", positive),
    Setting(
        "LMS_LIBRARY_NAME",
        "Луганська обласна універсальна наукова бібліотека",
        "Name of the library in Ukrainian, as printed on documents.",
    ),
    Setting(
        "LMS_LIBRARY_NAME_EN",
        "Luhansk Regional Universal Scientific Library",
        "Name of the library in English, as printed on documents.",
    ),
    Setting("LMS_ZONE", "Europe/Kyiv", "Time zone of the library."),
    Setting("LMS_LOCALE", "uk", "Language of whoever has not chosen one: uk or en."),
    Setting("LMS_PLUGINS_OFF", "", "Names of modules to switch off, separated by commas.", _names),
    Setting("LMS_JOBS", "embedded", "Where background work is done: embedded, worker or inline."),
    Setting("LMS_REDIS_URL", "", "Redis for the job queue of several machines; empty: SQLite."),
    Setting("LMS_MAIL_SERVER", "", "SMTP server; empty: letters go to the outbox folder."),
    Setting("LMS_MAIL_PORT", "587", "Port of the SMTP server.", positive),
    Setting("LMS_MAIL_USER", "", "Name at the SMTP server."),
    Setting("LMS_MAIL_PASSWORD", "", "Password at the SMTP server.", is_secret=True),
    Setting(
        "LMS_MAIL_TLS", "1", "0 only where the SMTP server is this very machine: no TLS.", _flag
    ),
    Setting("LMS_MAIL_FROM", "library@localhost", "Sender of letters."),
    Setting("LMS_HTTPS", "0", "1 when served by HTTPS: cookies are sent over HTTPS only.", _flag),
    Setting("LMS_PROXIES", "0", "Number of trusted proxies in front.", int),
    Setting("LMS_SIGNED_IN_DAYS", "30", "Days that a family stays signed in.", positive),
)


def read_settings(environ: Mapping[str, str], extra: Iterable[Setting] = ()) -> dict[str, Any]:
    """Read each setting from the environment, or take its default.

    :raises BadSetting: naming the variable, when a value cannot be read.
    """
    values: dict[str, Any] = {}
    for setting in (*SETTINGS, *extra):
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.parse(text)
        except ValueError as error:
            raise BadSetting(f"{setting.name}={text!r}: {error}") from error
    return values


def check_settings(config: Mapping[str, Any]) -> None:
    """Refuse to start with what is safe only in the demonstration.

    :raises BadSetting: when the default key or a short one is used outside the demonstration
        (threat 24), or the demonstration would listen to more than this machine.
    """
    key = config["LMS_SECRET_KEY"]
    if not config["LMS_DEMONSTRATION"] and (key == DEFAULT_KEY or len(key) < SHORTEST_KEY):
        raise BadSetting("LMS_SECRET_KEY: set a long random key of your own; `lms init` makes one.")
    if config["LMS_DEMONSTRATION"] and not is_loopback(config["LMS_HOST"]):
        raise BadSetting("LMS_HOST: the demonstration listens on 127.0.0.1 only.")
    if config["LMS_JOBS"] not in {"embedded", "worker", "inline"}:
        raise BadSetting("LMS_JOBS: expected embedded, worker or inline.")


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own."""
    return host == "localhost" or host == "::1" or host.startswith("127.")


def database_url(config: Mapping[str, Any]) -> str:
    """Answer the address of the database: the setting, or SQLite in the data folder."""
    if config["LMS_DATABASE_URL"]:
        return str(config["LMS_DATABASE_URL"])
    return f"sqlite:///{Path(config['LMS_DATA']).resolve() / 'lms.sqlite'}"
