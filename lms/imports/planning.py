"""The dry run: what each row would change, against what is known and the rows above: pure rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from lms.contracts import Reason, Value
from lms.imports.aligning import Question
from lms.imports.cleaning import Entry, Individual
from lms.imports.matching import Known, digits, has_contact, is_guardian, is_spelt_alike, likeness
from lms.people.names import fold

ANOTHER = "another"
NO_COHORT = 0


class Status(StrEnum):
    """What a row comes to."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    DECIDE = "decide"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What became of a row that was imported before."""

    CREATED = "created"
    KNOWN = "known"
    CHANGED = "changed"
    LEFT = "left"
    ASKED = "asked"


@dataclass(frozen=True)
class Seen:
    """A row that came before: what became of it, and whether its person was erased since."""

    outcome: Outcome
    is_erased: bool = False


@dataclass(frozen=True)
class Target:
    """Which groups the rows ask for: by direction, and what speaks against an age.

    ``cohorts`` gives for a folded direction the groups chosen, none for «no group».
    """

    cohorts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unfit: Callable[[date | None, int], tuple[Reason, ...]] = lambda _born, _cohort: ()
    is_chosen: bool = False


@dataclass(frozen=True)
class Registry:
    """What the library knows: people, rows that came before, places asked for already."""

    people: tuple[Known, ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)
    asked: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Change:
    """A way to reach somebody that differs: whose, which, what is known and what the row says."""

    ref: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Planned:
    """One row of the account."""

    entry: Entry
    status: Status
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    refs: tuple[str, ...] = ()
    guardian_ref: str = ""
    changes: tuple[Change, ...] = ()
    cohorts: tuple[int, ...] = ()

    @property
    def all_reasons(self) -> tuple[Reason, ...]:
        """Give everything that is to be said of the row: why it stands so, then what was done."""
        asked = tuple(question.reason for question in self.questions)
        said = (*self.entry.refusals, *asked, *self.reasons, *self.entry.notes)
        return tuple({_identity(one): one for one in said}.values())


def _identity(reason: Reason) -> tuple[str, str]:
    return reason.code, str(sorted(reason.values.items()))


def plan(
    entries: Iterable[Entry],
    registry: Registry,
    target: Target = Target(),
    *,
    told: Callable[[int], None] = lambda _done: None,
) -> list[Planned]:
    """Tell of each row what it would change; rows above count as if they were imported."""
    desk = _Desk(registry, target)
    planned: list[Planned] = []
    for done, entry in enumerate(entries, start=1):
        planned.append(desk.take(entry))
        told(done)
    return planned


class _Desk:
    """What is known while rows are taken one after the other."""

    def __init__(self, registry: Registry, target: Target) -> None:
        self.registry, self.target = registry, target
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        self.by_birth: dict[date, list[Known]] = defaultdict(list)
        self.by_ref: dict[str, Known] = {}
        self.rows: dict[str, Planned] = {}
        self.open: dict[tuple[str, date | None], int] = {}
        for person in registry.people:
            self.add(person)

    def add(self, person: Known) -> None:
        self.by_name[person.name.key].append(person)
        self.by_ref[person.ref] = person
        if person.birth_date:
            self.by_birth[person.birth_date].append(person)

    def take(self, entry: Entry) -> Planned:
        """Take one row and remember whom it brings."""
        planned = self._told(entry)
        self.rows.setdefault(entry.fingerprint, planned)
        for child in entry.children:
            if planned.status in {Status.DECIDE, Status.REFUSED}:
                self.open.setdefault((child.name.key, child.birth_date), entry.number)
        if planned.status is Status.NEW:
            self._bring(planned)
        return planned

    def _told(self, entry: Entry) -> Planned:
        seen = self.registry.seen.get(entry.fingerprint)
        if seen is not None and seen.is_erased:
            return Planned(entry, Status.REFUSED, (Reason("import_erased"),))
        above = self.rows.get(entry.fingerprint)
        if above is not None:
            return self._again(entry, above)
        if entry.refusals:
            return Planned(entry, Status.REFUSED, self._repeats(entry))
        if seen is not None and seen.outcome is not Outcome.ASKED:
            return Planned(entry, Status.KNOWN, (Reason("import_seen"),))
        return self._matched(entry)

    def _again(self, entry: Entry, above: Planned) -> Planned:
        reason = Reason("import_same_row", {"row": above.entry.number})
        if above.status in {Status.NEW, Status.CHANGED, Status.KNOWN}:
            return Planned(entry, Status.KNOWN, (reason,))
        return Planned(entry, above.status, (reason, *above.reasons), above.questions)

    def _repeats(self, entry: Entry) -> tuple[Reason, ...]:
        rows = (self.open.get((child.name.key, child.birth_date)) for child in entry.children)
        return tuple(Reason("import_repeats_row", {"row": row}) for row in rows if row)

    def _matched(self, entry: Entry) -> Planned:
        found = [self._match(child, entry) for child in entry.children]
        questions = list(entry.questions)
        questions += [question for _known, question, _why in found if question]
        reasons = [reason for _known, _question, why in found for reason in why]
        known = [one for one, _question, _why in found]
        refs = tuple(one.ref if one else "" for one in known)
        guardian_ref, changes, more = self._guardian(entry, known)
        reasons += more
        cohorts, blocked, asked = self._cohorts(entry, known)
        questions += asked
        if blocked:
            return Planned(entry, Status.REFUSED, (*blocked, *reasons), refs=refs)
        if questions:
            reasons += self._repeats(entry)
            return Planned(entry, Status.DECIDE, tuple(reasons), tuple(questions), refs)
        rest = (tuple(reasons), (), refs, guardian_ref, changes, cohorts)
        if any(one is None for one in known) or cohorts:
            return Planned(entry, Status.NEW, *rest)
        return Planned(entry, Status.CHANGED if changes else Status.KNOWN, *rest)

    def _match(
        self, child: Individual, entry: Entry
    ) -> tuple[Known | None, Question | None, list[Reason]]:
        """Find the person whom a row means; a likely one is a question, never a guess."""
        if entry.same == ANOTHER:
            return None, None, []
        likely: list[tuple[Known, str]] = []
        for other in self.by_name[child.name.key]:
            how = likeness(other, child, entry)
            if how == "same":
                return other, None, [_same(other)]
            likely += [(other, how)] if how else []
        alike = self.by_birth[child.birth_date] if child.birth_date else []
        likely += [
            (other, "import_perhaps_spelt")
            for other in alike
            if other.name.key != child.name.key and is_spelt_alike(other.name, child.name)
        ]
        if not likely:
            return None, None, []
        # Only whom this row offers may be chosen, whatever number was sent.
        chosen = next((one for one, _code in likely if one.ref == entry.same), None)
        if chosen is not None:
            return chosen, None, [_same(chosen)]
        options = tuple(dict.fromkeys([*(one.ref for one, _code in likely), ANOTHER]))
        other, code = likely[0]
        values: dict[str, Value] = {"name": other.name.full, "row": other.row}
        return None, Question("same", Reason(code, values), options), []

    def _guardian(
        self, entry: Entry, known: list[Known | None]
    ) -> tuple[str, tuple[Change, ...], list[Reason]]:
        """Find who is written about, and what of their ways to be reached differs.

        A row never ties a new guardian to a child whom the library knows.
        """
        phone, email = entry.contact
        matched = next((one for one in known if one is not None), None)
        if matched is not None:
            holder: Known | None = matched
            if matched.guardians:
                holder = next((one for one in matched.guardians if is_guardian(one, entry)), None)
            if holder is None or (holder is matched and matched.is_minor):
                return "", (), [Reason("import_guardian_not_tied")] if entry.guardian else []
            return holder.ref, _changes(holder, phone, email), []
        if entry.guardian is None or not entry.children or _is_of_age(entry):
            return "", (), []
        for other in self.by_name[entry.guardian.name.key]:
            if not other.is_minor and has_contact(other, phone, email):
                return other.ref, (), [_same_guardian(other)]
        return "", (), []

    def _cohorts(
        self, entry: Entry, known: list[Known | None]
    ) -> tuple[tuple[int, ...], list[Reason], list[Question]]:
        """Find the groups that a row asks for; a direction that nobody mapped is asked once."""
        if not self.target.is_chosen:
            return (), [], []
        wanted: list[int] = []
        asked: list[Question] = []
        for direction in entry.directions:
            chosen = self.target.cohorts.get(fold(direction))
            if chosen is None:
                reason = Reason("import_direction_unknown", {"text": direction[:60]})
                asked.append(Question("direction", reason))
            wanted += chosen or ()
        if not entry.directions:
            asked.append(Question("direction", Reason("import_no_direction")))
        blocked: list[Reason] = []
        open_ones: list[int] = []
        for cohort in dict.fromkeys(wanted):
            for child in entry.children:
                if child.birth_date:
                    blocked += self.target.unfit(child.birth_date, cohort)
            ids = [int(one.ref) for one in known if one is not None and one.ref.isdigit()]
            if not ids or any((one, cohort) not in self.registry.asked for one in ids):
                open_ones.append(cohort)
        is_repeat = any(one is not None and one.row for one in known)
        return () if is_repeat else tuple(open_ones), blocked[:1], asked

    def _bring(self, planned: Planned) -> None:
        entry, number = planned.entry, planned.entry.number
        guardians: list[Known] = []
        if entry.guardian is not None and not _is_of_age(entry):
            held = self.by_ref.get(planned.guardian_ref)
            if held is None:
                teller = entry.guardian
                held = Known(
                    f"row-{number}-guardian", teller.name, None, teller.phone, teller.email
                )
                self.add(held)
            guardians = [held]
        for place, child in enumerate(entry.children):
            if planned.refs[place]:
                continue
            own = (child.phone, child.email) if not guardians else ("", "")
            ref = f"row-{number}-{place}"
            brought = Known(ref, child.name, child.birth_date, *own, guardians)
            brought.is_minor = bool(guardians)
            self.add(brought)


def _is_of_age(entry: Entry) -> bool:
    return any(note.code == "import_of_age" for note in entry.notes)


def _same(other: Known) -> Reason:
    if other.row:
        return Reason("import_child_of_row", {"row": other.row})
    return Reason("import_child_known")


def _same_guardian(other: Known) -> Reason:
    if other.row:
        return Reason("import_guardian_of_row", {"row": other.row})
    return Reason("import_guardian_known")


def _changes(holder: Known, phone: str, email: str) -> tuple[Change, ...]:
    found: list[Change] = []
    if phone and digits(holder.phone) != digits(phone):
        found.append(Change(holder.ref, "phone", holder.phone, phone))
    if email and holder.email != email:
        found.append(Change(holder.ref, "email", holder.email, email))
    return tuple(found)


def count(planned: Iterable[Planned]) -> dict[str, int]:
    """Count the rows of each status; a status without rows is there with 0."""
    totals = dict.fromkeys(map(str, Status), 0)
    for one in planned:
        totals[one.status] += 1
    return totals


def with_changes_said(planned: Planned) -> Planned:
    """Say each change among the reasons."""
    said = tuple(
        Reason("import_change", {"field": one.field, "old": one.old, "new": one.new})
        for one in planned.changes
    )
    return replace(planned, reasons=(*said, *planned.reasons))
