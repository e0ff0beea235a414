"""Writing an account into the tables: people, ties, consents, applications, marks."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.contracts import RoleName
from lms.courses.models import Module
from lms.db import db
from lms.enrolment.models import Application, ApplicationState
from lms.enrolment.services import CONSENT_DAYS_AFTER
from lms.imports.cleaning import Entry, Individual
from lms.imports.models import Import, ImportRow
from lms.imports.names import gender_of
from lms.imports.planning import Change, Outcome, Planned, Status
from lms.people.models import (
    Account,
    Consent,
    ConsentWay,
    Gender,
    Guardianship,
    Person,
    Relation,
    Role,
)
from lms.people.rules import Purpose
from lms.people.services import NewPerson, make_person

TEXT_VERSION = "sheet"


@dataclass
class Done:
    """What an import made, and the ways to reach people as they were before."""

    people: int = 0
    applications: int = 0
    changed: int = 0
    before: list[dict[str, str | int]] = field(default_factory=list)


@dataclass(frozen=True)
class Terms:
    """What holds for the whole import: its moment, its day, its zone, its module, its changes."""

    now: datetime
    on: date
    zone: str
    module_id: int | None = None
    changed_rows: frozenset[int] | None = frozenset()


class Hand:
    """Writes the rows of one import, table by table, so that five thousand take seconds."""

    def __init__(self, made: Import, terms: Terms) -> None:
        self.made, self.terms = made, terms
        self.people: dict[str, Person] = {}
        self.rows: dict[int, dict[str, list[int]]] = {}
        self.done = Done()
        module = db.session.get(Module, terms.module_id) if terms.module_id else None
        last = module.ends_on if module else terms.on
        self.consent_until = max(last, terms.on) + timedelta(days=CONSENT_DAYS_AFTER)

    def write(self, planned: list[Planned]) -> Done:
        """Write all rows that are new or whose change is wanted; flush, never commit."""
        fresh = [one for one in planned if one.status is Status.NEW]
        changed = [one for one in planned if one.status is Status.CHANGED and self._is_wanted(one)]
        self._add_people(fresh)
        self._load_known([*fresh, *changed])
        self._add_ties(fresh)
        self._add_applications(fresh)
        for one in changed:
            for change in one.changes:
                self._change(one, change)
        self._add_marks(planned)
        db.session.flush()
        return self.done

    def _is_wanted(self, one: Planned) -> bool:
        rows = self.terms.changed_rows
        return rows is None or one.entry.number in rows

    def _note(self, one: Planned, table: str, row_id: int) -> None:
        self.rows.setdefault(one.entry.number, {}).setdefault(table, []).append(row_id)

    def _add_people(self, fresh: list[Planned]) -> None:
        added: list[tuple[Planned, Person]] = []
        for one in fresh:
            entry, number = one.entry, one.entry.number
            is_own = _is_own(entry)
            if (
                entry.guardian is not None
                and not is_own
                and not one.guardian_ref
                and "" in one.refs
            ):
                person = make_person(_new(entry.guardian, is_reached=True), now=self.terms.now)
                added.append((one, person))
                self.people[f"row-{number}-guardian"] = person
            for place, child in enumerate(entry.children):
                if not one.refs[place]:
                    person = make_person(_new(child, is_reached=is_own), now=self.terms.now)
                    added.append((one, person))
                    self.people[f"row-{number}-{place}"] = person
        db.session.add_all([person for _one, person in added])
        db.session.flush()
        for one, person in added:
            self._note(one, "person", person.id)
        self.done.people = len(added)

    def _load_known(self, planned: list[Planned]) -> None:
        refs = {ref for one in planned for ref in (*one.refs, one.guardian_ref) if ref.isdigit()}
        refs |= {change.ref for one in planned for change in one.changes if change.ref.isdigit()}
        ids = sorted(int(ref) for ref in refs)
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            for person in db.session.scalars(select(Person).where(Person.id.in_(part))):
                self.people[str(person.id)] = person
        # Whoever is known applies for their child again: the first guardian in force asks.
        self.guardians: dict[int, int] = {}
        ties = select(Guardianship.child_id, Guardianship.guardian_id).where(
            Guardianship.until.is_(None), Guardianship.relation != Relation.ACCOMPANYING
        )
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            for child_id, guardian_id in db.session.execute(
                ties.where(Guardianship.child_id.in_(part)).order_by(Guardianship.id)
            ):
                self.guardians.setdefault(child_id, guardian_id)

    def _holder(self, one: Planned) -> Person | None:
        """Answer the guardian of a row's new children, none where somebody stands for themselves."""
        if _is_own(one.entry):
            return None
        return self.people.get(one.guardian_ref or f"row-{one.entry.number}-guardian")

    def _add_ties(self, fresh: list[Planned]) -> None:
        added: list[tuple[Planned, str, Guardianship | Consent | Role | Account]] = []
        roles: set[int] = set()
        for one in fresh:
            holder = self._holder(one)
            for place, _child in enumerate(one.entry.children):
                if one.refs[place]:
                    continue
                child = self.people[f"row-{one.entry.number}-{place}"]
                giver = holder or child
                if giver.id not in roles:
                    roles.add(giver.id)
                    added += self._ways_in(one, giver, holder is not None)
                if holder is not None:
                    tie = Guardianship(
                        guardian_id=holder.id,
                        child_id=child.id,
                        relation=Relation(one.entry.relation),
                        since=self.terms.on,
                    )
                    added.append((one, "guardianship", tie))
                added += [(one, "consent", given) for given in self._consents(one, child, giver)]
        db.session.add_all([row for _one, _table, row in added])
        db.session.flush()
        for one, table, row in added:
            self._note(one, table, row.id)

    def _ways_in(
        self,
        one: Planned,
        person: Person,
        is_guardian: bool,  # noqa: FBT001
    ) -> list[tuple[Planned, str, Guardianship | Consent | Role | Account]]:
        name = RoleName.GUARDIAN if is_guardian else RoleName.LEARNER
        found: list[tuple[Planned, str, Guardianship | Consent | Role | Account]] = []
        is_new = str(person.id) not in self.people
        has_role = not is_new and db.session.scalar(
            select(Role.id).where(Role.person_id == person.id, Role.name == name).limit(1)
        )
        has_account = not is_new and db.session.scalar(
            select(Account.id).where(Account.person_id == person.id)
        )
        if not has_role:
            found.append((one, "role", Role(person_id=person.id, name=name, since=self.terms.on)))
        if not has_account:
            found.append((one, "account", Account(person_id=person.id)))
        return found

    def _consents(self, one: Planned, child: Person, giver: Person) -> list[Consent]:
        purposes = [Purpose.TAKING_PART]
        purposes += [Purpose.PHOTOGRAPHS] if one.entry.has_photographs else []
        given_at = self.terms.now
        if one.entry.sent_at is not None:
            sent = one.entry.sent_at.replace(tzinfo=ZoneInfo(self.terms.zone)).astimezone(UTC)
            given_at = min(sent, given_at)
        return [
            Consent(
                person_id=child.id,
                purpose=purpose,
                text_version=TEXT_VERSION,
                giver_id=giver.id,
                way=ConsentWay.NOTED,
                given_at=given_at,
                expires_on=self.consent_until,
            )
            for purpose in purposes
        ]

    def _add_applications(self, fresh: list[Planned]) -> None:
        added: list[tuple[Planned, Application]] = []
        for one in fresh:
            key = str(uuid4())
            for place, _child in enumerate(one.entry.children):
                person = self.people[one.refs[place] or f"row-{one.entry.number}-{place}"]
                holder = self._holder(one)
                asking = self.guardians.get(person.id, person.id)
                if holder is not None and not one.refs[place]:
                    asking = holder.id
                for cohort_id in one.cohorts:
                    application = Application(
                        form_key=key,
                        person_id=person.id,
                        applicant_id=asking,
                        cohort_id=cohort_id,
                        state=ApplicationState.WAITING,
                        sent_at=self.terms.now,
                    )
                    added.append((one, application))
        db.session.add_all([application for _one, application in added])
        db.session.flush()
        for one, application in added:
            self._note(one, "application", application.id)
        self.done.applications = len(added)

    def _change(self, one: Planned, change: Change) -> None:
        person = self.people.get(change.ref)
        if person is None:
            return
        old = getattr(person, change.field)
        self.done.before.append(
            {"person": person.id, "field": change.field, "old": old, "new": change.new}
        )
        setattr(person, change.field, change.new)
        self.done.changed += 1

    def _add_marks(self, planned: list[Planned]) -> None:
        known = set(db.session.scalars(select(ImportRow.fingerprint)))
        marks: list[ImportRow] = []
        for one in planned:
            outcome = self._outcome(one)
            if outcome is None or one.entry.fingerprint in known:
                continue
            known.add(one.entry.fingerprint)
            ref = next((ref for ref in one.refs if ref), f"row-{one.entry.number}-0")
            person = self.people.get(ref)
            person_id = person.id if person else int(ref) if ref.isdigit() else None
            if person_id is None:
                continue
            marks.append(
                ImportRow(
                    import_id=self.made.id,
                    fingerprint=one.entry.fingerprint,
                    outcome=outcome,
                    person_id=person_id,
                    made=self.rows.get(one.entry.number, {}),
                )
            )
        db.session.add_all(marks)

    def _outcome(self, one: Planned) -> Outcome | None:
        if one.status is Status.NEW:
            return Outcome.CREATED
        if one.status is Status.CHANGED:
            return Outcome.CHANGED if self._is_wanted(one) else Outcome.LEFT
        return Outcome.KNOWN if one.status is Status.KNOWN else None


def _is_own(entry: Entry) -> bool:
    """Tell whether somebody of age stands for themselves, whoever is named beside them."""
    return entry.guardian is None or any(note.code == "import_of_age" for note in entry.notes)


def _new(person: Individual, *, is_reached: bool) -> NewPerson:
    return NewPerson(
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        birth_date=person.birth_date,
        phone=person.phone if is_reached else "",
        email=person.email if is_reached else "",
        gender=Gender(gender_of(person.name) or Gender.UNKNOWN),
    )
