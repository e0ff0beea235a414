"""Invented people: Ukrainian names that agree in gender within a family, the same every time."""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from random import Random
from typing import Any

from lms.people.models import Gender
from lms.people.services import NewPerson

PROVIDER = "faker.providers.person.uk_UA"
EXAMPLE = "example.org"


@dataclass(frozen=True)
class FamilyName:
    """A family name in both genders; most Ukrainian ones have one form."""

    female: str
    male: str

    def of(self, gender: Gender) -> str:
        """Answer the form for a gender."""
        return self.female if gender is Gender.FEMALE else self.male


@dataclass(frozen=True)
class Patronymic:
    """The father's given name and what his children bear of it."""

    father: str
    female: str
    male: str

    def of(self, gender: Gender) -> str:
        """Answer the form for a gender."""
        return self.female if gender is Gender.FEMALE else self.male


def daughters_patronymic(male: str) -> str:
    """Make the feminine of a patronymic.

    >>> daughters_patronymic("Богданович"), daughters_patronymic("Андрійович")
    ('Богданівна', 'Андріївна')
    """
    if male.endswith("йович"):
        return male.removesuffix("йович") + "ївна"
    return male.removesuffix("ович") + "івна"


def father_of(male: str) -> str:
    """Answer the given name behind a regular patronymic.

    >>> father_of("Богданович"), father_of("Андрійович")
    ('Богдан', 'Андрій')
    """
    return male.removesuffix("ович")


class Pool:
    """Draws people who do not repeat; a seed gives the same ones on every machine."""

    def __init__(self, seed: str, *, rare: frozenset[str] = frozenset()) -> None:
        # Faker takes a third of a second to import, and only laying new people needs it.
        self._faker: Any = import_module("faker").Faker("uk_UA")
        self._faker.seed_instance(seed)
        self._rng = Random(seed)
        self._rare = rare
        self._drawn: set[tuple[str, str]] = set()
        provider = import_module(PROVIDER).Provider
        male_given = set(provider.first_names_male) - rare
        female_forms = set(provider.middle_names_female)
        self._patronymics = {
            male: Patronymic(father_of(male), daughters_patronymic(male), male)
            for male in provider.middle_names_male
            if father_of(male) in male_given and daughters_patronymic(male) in female_forms
        }
        self._adjectives = {
            male: male.removesuffix("ий") + "а"
            for male in provider.last_names_male_only
            if male.removesuffix("ий") + "а" in provider.last_names_female_only
        }
        self._common = frozenset(provider.last_names_common)

    def family_name(self) -> FamilyName:
        """Draw a family name of which both forms are known."""
        while True:
            male = self._faker.last_name_male()
            if male in self._adjectives:
                return FamilyName(self._adjectives[male], male)
            if male in self._common:
                return FamilyName(male, male)

    def patronymic(self) -> Patronymic:
        """Draw a patronymic that is formed regularly."""
        while True:
            drawn = self._patronymics.get(self._faker.middle_name_male())
            if drawn is not None:
                return drawn

    def given_name(self, gender: Gender) -> str:
        """Draw a given name that people of today bear."""
        female = gender is Gender.FEMALE
        while True:
            name = self._faker.first_name_female() if female else self._faker.first_name_male()
            if name not in self._rare:
                return str(name)

    def gender(self, *, women: int) -> Gender:
        """Draw a grammatical gender; ``women`` is a share in percent."""
        return Gender.FEMALE if self._rng.randrange(100) < women else Gender.MALE

    def adult(self, *, women: int, family: FamilyName | None = None, **more: Any) -> NewPerson:
        """Draw an adult; ``more`` are further fields of the person."""
        while True:
            gender = self.gender(women=women)
            name = (family or self.family_name()).of(gender)
            given = self.given_name(gender)
            if self._is_new(name, given):
                return NewPerson(name, given, self.patronymic().of(gender), gender=gender, **more)

    def child(self, family: FamilyName, patronymic: Patronymic, *, born: date) -> NewPerson:
        """Draw a child of a family."""
        while True:
            gender = self._rng.choice((Gender.FEMALE, Gender.MALE))
            name, given = family.of(gender), self.given_name(gender)
            if self._is_new(name, given):
                return NewPerson(name, given, patronymic.of(gender), gender=gender, birth_date=born)

    def birthday(self, *, oldest: date, youngest: date) -> date:
        """Draw a day of birth between two days, both included."""
        return oldest + timedelta(days=self._rng.randint(0, (youngest - oldest).days))

    def _is_new(self, family: str, given: str) -> bool:
        is_new = (family, given) not in self._drawn
        self._drawn.add((family, given))
        return is_new


def reachable_at(number: int) -> dict[str, Any]:
    """Make an address and a telephone that reach nobody: no operator has the code 00.

    >>> reachable_at(7)["phone"]
    '+380000000007'
    """
    return {"email": f"person{number}@{EXAMPLE}", "phone": f"+38000{number:07d}"}
