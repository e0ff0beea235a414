"""What exactly was agreed to: the texts of consents by version, purpose and language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from lms.people.rules import Purpose

FOLDER = Path(__file__).parent / "agreements"


@dataclass(frozen=True)
class Wording:
    """One version of the texts. ``changed`` names the purposes that mean something new in it."""

    version: str
    since: date
    changed: frozenset[Purpose]
    texts: Mapping[tuple[Purpose, bool, str], str]

    def text(self, purpose: Purpose, *, is_child: bool, locale: str) -> str:
        """Answer the text of a purpose, of a guardian or of a learner alone."""
        return self.texts[purpose, is_child, locale]


@cache
def versions() -> tuple[Wording, ...]:
    """List the versions, the oldest first; read once."""
    read = [_read(path) for path in FOLDER.glob("*.yaml")]
    return tuple(sorted(read, key=lambda one: (one.since, one.version)))


def _read(path: Path) -> Wording:
    page = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Wording(
        version=page["version"],
        since=page["since"],
        changed=frozenset(Purpose(one) for one in page["changed"]),
        texts={
            (Purpose(purpose), whose == "child", locale): text
            for purpose, both in page["purposes"].items()
            for whose, said in both.items()
            for locale, text in said.items()
        },
    )


def find_wording(version: str) -> Wording | None:
    """Find a version of the texts."""
    return next((one for one in versions() if one.version == version), None)


def is_outdated(purpose: Purpose, version: str, known: Iterable[Wording] | None = None) -> bool:
    """Tell whether a purpose means something new since a version, so that it is asked anew.

    A version that nobody knows any more is asked anew.
    """
    known = versions() if known is None else tuple(known)
    agreed = next((one for one in known if one.version == version), None)
    if agreed is None:
        return True
    later = [one for one in known if (one.since, one.version) > (agreed.since, agreed.version)]
    return any(purpose in one.changed for one in later)
