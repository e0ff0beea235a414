"""What a visitor of the catalogue looks for: read from the address, kept nowhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from lms.enrolment.catalogue import OpenCohort

OLDEST = 120
ONLINE, IN_PERSON = "online", "in-person"
# Where families of the region live today; any other zone comes from the visitor's own browser.
ZONES = (
    "Europe/Warsaw",
    "Europe/Prague",
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Rome",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Bratislava",
    "Europe/Budapest",
    "Europe/Bucharest",
    "Europe/Chisinau",
    "Europe/Vilnius",
    "Europe/Riga",
    "Europe/Tallinn",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Oslo",
    "Europe/Stockholm",
    "Europe/Istanbul",
    "Asia/Tbilisi",
    "Asia/Jerusalem",
    "America/New_York",
    "America/Chicago",
    "America/Edmonton",
    "America/Vancouver",
    "America/Toronto",
)


@dataclass(frozen=True)
class Wish:
    """A zone to tell hours in, an age, a direction, online or in person; empty means any."""

    zone: str = ""
    age: int | None = None
    direction: str = ""
    way: str = ""

    @property
    def is_narrow(self) -> bool:
        """Tell whether some groups are left out."""
        return self.age is not None or bool(self.direction or self.way)


def read_wish(asked: Mapping[str, str], *, home: str) -> Wish:
    """Read a wish; what can't be read is no wish, and the library's own zone none either."""
    zone, age = asked.get("zone", ""), asked.get("age", "").strip()
    is_age = age.isascii() and age.isdigit() and len(age) <= 3 and int(age) <= OLDEST
    way = asked.get("way", "")
    return Wish(
        zone=zone if zone != home and zone in known_zones() else "",
        age=int(age) if is_age else None,
        direction=asked.get("direction", "")[:100].strip(),
        way=way if way in {ONLINE, IN_PERSON} else "",
    )


@cache
def known_zones() -> frozenset[str]:
    """List the zones of the world that are called by a city."""
    return frozenset(
        zone
        for zone in available_timezones()
        if "/" in zone and zone.split("/")[0] not in {"Etc", "posix", "right", "SystemV"}
    )


def fits(cohort: OpenCohort, wish: Wish) -> bool:
    """Tell whether a group is what somebody looks for.

    Without limits of age a group of children is for any minor, another for any adult.
    """
    low, high = cohort.ages or ((0, 17) if cohort.is_for_children else (18, OLDEST))
    if wish.age is not None and not low <= wish.age <= high:
        return False
    if wish.direction and cohort.direction.casefold() != wish.direction.casefold():
        return False
    if wish.way == ONLINE:
        return cohort.is_online or cohort.is_hybrid
    return wish.way != IN_PERSON or not cohort.is_online or cohort.is_hybrid


def directions(cohorts: Iterable[OpenCohort]) -> list[str]:
    """List the directions of these groups, each once."""
    return sorted({cohort.direction for cohort in cohorts if cohort.direction}, key=str.casefold)


def zone_choices(locale: str, *, home: str, chosen: str) -> list[tuple[str, str]]:
    """List zones by their cities, the library's own first."""
    zones = set(ZONES) | ({chosen} if chosen else set())
    named = [(zone, city_of(zone, locale)) for zone in zones - {home}]
    return [("", city_of(home, locale)), *sorted(named, key=lambda pair: pair[1])]


def city_of(zone: str, locale: str) -> str:
    """Name the city that a zone is called by; Babel knows no Ukrainian word for this one."""
    if zone in {"Europe/Kyiv", "Europe/Kiev"}:
        return "Київ" if locale == "uk" else "Kyiv"
    return get_timezone_location(zone, locale=locale, return_city=True)
