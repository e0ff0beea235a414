"""What a row of a sheet is understood to be, and what all rows of one sheet share."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from lms.contracts import Reason
from lms.imports.aligning import Question
from lms.imports.columns import Layout, Meaning
from lms.imports.names import Name
from lms.imports.reading import SheetRow
from lms.imports.values import order_of_slashes, plain, read_date

ENOUGH_DAYS = 2


@dataclass(frozen=True)
class Individual:
    """One person as a row tells of them."""

    family_name: str = ""
    given_name: str = ""
    patronymic: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""

    @cached_property
    def name(self) -> Name:
        """Give the name in its parts."""
        return Name(self.family_name, self.given_name, self.patronymic)


@dataclass(frozen=True)
class Entry:
    """One row, understood as far as it can be. Nothing of it is stored."""

    number: int
    fingerprint: str
    children: tuple[Individual, ...] = ()
    guardian: Individual | None = None
    relation: str = "legal_representative"
    has_consent: bool = False
    has_photographs: bool = False
    sent_at: datetime | None = None
    directions: tuple[str, ...] = ()
    comment: str = ""
    notes: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    refusals: tuple[Reason, ...] = ()
    same: str = ""

    @property
    def contact(self) -> tuple[str, str]:
        """Give the telephone and the address of the row."""
        first = self.children[0] if self.children else Individual()
        return first.phone, first.email


@dataclass(frozen=True)
class Frame:
    """What all rows of a sheet share: its columns, its day, and whose sheet it is.

    ``is_day_first`` tells that dates with slashes begin with the day wherever only one reading is
    possible, so that those with two can be read the same way.
    """

    layout: Layout
    on: date
    is_of_children: bool
    key: bytes = b""
    is_day_first: bool = False


def frame_of(layout: Layout, *, on: date, key: bytes) -> Frame:
    """Learn from all rows what one alone doesn't tell: on what day the sheet was filled in.

    :param on: today, which counts where neither times nor ages stand in the sheet.
    """
    born, aged = layout.place(Meaning.BIRTH_DATE), layout.place(Meaning.AGE)
    years: Counter[int] = Counter()
    if born is not None and aged is not None:
        for row in layout.rows[:300]:
            day, age = (
                read_date(cell_at(row, born)).value,
                re.match(r"\d{1,2}", plain(cell_at(row, aged))),
            )
            if day and age:
                years[int(day[:4]) + int(age[0])] += 1
    if years:
        year = years.most_common(1)[0][0]
        on = on if year >= on.year or not year > 2000 else date(year, 12, 31)
    child = layout.column(Meaning.PERSON)
    is_said = (
        child is not None and re.search(r"дит|учн|child", child.heading.casefold()) is not None
    )
    has_guardian = any(one.meaning and "guardian" in one.meaning for one in layout.columns)
    is_day_first = born is not None and _is_day_first(cell_at(row, born) for row in layout.rows)
    return Frame(layout, on, is_said or has_guardian, key, is_day_first)


def _is_day_first(cells: Iterable[str]) -> bool:
    """Tell whether a column writes 16/9/2005 several times, and never 9/16/2005."""
    orders = Counter(order_of_slashes(cell) for cell in cells)
    return orders["day"] >= ENOUGH_DAYS and not orders["month"]


def cell_at(row: SheetRow, place: int) -> str:
    """Answer the text of a cell; a row may end early."""
    return row.cells[place] if place < len(row.cells) else ""
