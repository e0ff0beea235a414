"""Who learns: families with children for the clubs and the school, librarians for the trainings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import update

from lms.courses.models import Session
from lms.db import db
from lms.demonstration.applications import Somebody, Submit, Wish, send_all
from lms.demonstration.plan import Plan
from lms.demonstration.pool import Pool, reachable_at
from lms.demonstration.staff import Staff, named
from lms.demonstration.teaching import Group, Run, Taught
from lms.enrolment.models import Enrolment
from lms.people.models import Consent, ConsentWay, Gender, Person, Relation
from lms.people.rules import Purpose, consent_need
from lms.people.services import CONSENT_VERSION, NewPerson

# A child of this many days older may sit with younger ones: groups are not drawn by age alone.
AGE_SCATTER = 700
# Whoever comes late comes to the third session; whoever leaves has been to the fifth.
LATE_TO, LEFT_AFTER = 2, 4


@dataclass(frozen=True)
class Family:
    """A guardian with children, and what the guardian agrees to."""

    guardian: Somebody
    relation: Relation
    children: tuple[Somebody, ...]
    purposes: frozenset[Purpose]


@dataclass(frozen=True, eq=False)
class Member:
    """A place in a group as the register sees it: whose, and which sessions are open to it."""

    enrolment: Enrolment
    group: Group
    open: tuple[Session, ...]
    is_cast: bool


@dataclass(frozen=True, eq=False)
class Place:
    """A learner of a module, in which group, and whether from the third session only."""

    learner: Somebody
    group: Group
    is_late: bool = False


def note_assent(person: Person, first: Session) -> None:
    """Note the assent of whoever is fourteen or older, said to the mentor at the first session."""
    if not consent_need(person.birth_date, first.day).assent:
        return
    db.session.add(
        Consent(
            person_id=person.id,
            purpose=Purpose.TAKING_PART,
            text_version=CONSENT_VERSION,
            giver_id=person.id,
            way=ConsentWay.NOTED,
            is_assent=True,
            given_at=first.starts_at,
        )
    )


class Admission:
    """Draws who goes where, and sends the forms."""

    def __init__(self, plan: Plan, pool: Pool, staff: Staff) -> None:
        self.plan = plan
        self.rng = Random(f"{plan.seed}:admission")
        self.pool = pool
        self.staff = staff
        self.families: list[Family] = []
        self.cast_children: list[Somebody] = []

    def admit_children(self, club: Taught, school: Taught) -> list[Member]:
        """Fill the clubs' modules and the school's; some children are in both."""
        first, second = club.runs
        size = [run.plan.learners * len(run.groups) for run in (first, second)]
        returning, both = club.plan.raw["returning"], school.plan.raw["from_code_club"]
        in_school = school.runs[0].plan.learners
        clubbers = sum(size) - returning
        children = self._raise_children(clubbers + in_school - both)
        # The cast's younger child begins in spring, the elder one comes for the second module.
        elder, younger = self.cast_children
        rest = [child for child in children if child not in self.cast_children]
        in_clubs, only_school = rest[: clubbers - 2], rest[clubbers - 2 :]
        spring = [younger, *in_clubs[: size[0] - 1]]
        newcomers = [elder, *in_clubs[size[0] - 1 :]]
        again = [younger, *self.rng.sample(spring[1:], returning - 1)]
        regulars = [elder, younger, *self.rng.sample(spring[1:] + newcomers[1:], both - 2)]
        members = self._fill(first, spring)
        members += self._fill(school.runs[0], regulars + only_school)
        members += self._fill(second, again + newcomers)
        return members

    def admit_librarians(self, trainings: Iterable[Taught]) -> list[Member]:
        """Fill the trainings with librarians of the region; the cast's learner is among them."""
        runs = [run for training in trainings for run in training.runs]
        learner = Somebody(person=self.staff.learner)
        crowd = [
            self._librarian(number) for number in range(max(r.plan.learners for r in runs) - 1)
        ]
        submits: list[tuple[Submit, Place]] = []
        for run in sorted(runs, key=lambda run: run.plan.starts_on):
            chosen = [learner, *self.rng.sample(crowd, run.plan.learners - 1)]
            group = run.groups[0]
            places = [Place(each, group) for each in chosen]
            submits += [(self._adult_form(place), place) for place in places]
        submits.sort(key=lambda pair: (pair[0].sent_at, pair[0].form_key))
        return self._send(submits, pinned={learner})

    def _raise_children(self, number: int) -> list[Somebody]:
        cast = self.plan["cast"]
        self.cast_children = [Somebody(named(row)) for row in cast["children"]]
        guardian = Somebody(person=self.staff.guardian)
        everything = frozenset(Purpose)
        self.families = [Family(guardian, Relation.MOTHER, tuple(self.cast_children), everything)]
        raised = len(self.cast_children)
        while raised < number:
            siblings = 2 if len(self.families) <= self.plan["families"]["siblings"] else 1
            family = self._family(min(siblings, number - raised))
            self.families.append(family)
            raised += len(family.children)
        return [child for family in self.families for child in family.children]

    def _family(self, size: int) -> Family:
        shares = self.plan["families"]
        name, patronymic = self.pool.family_name(), self.pool.patronymic()
        gender = self.pool.gender(women=shares["mothers"])
        is_mother = gender is Gender.FEMALE
        given = self.pool.given_name(gender) if is_mother else patronymic.father
        guardian = NewPerson(
            name.of(gender),
            given,
            self.pool.patronymic().of(gender),
            gender=gender,
            **reachable_at(1000 + len(self.families)),
        )
        children = tuple(Somebody(self._child(name, patronymic)) for _ in range(size))
        optional = ("photographs", "publishing", "messages", "recording")
        agreed = {Purpose(key) for key in optional if self.rng.randrange(100) < shares[key]}
        relation = Relation.MOTHER if is_mother else Relation.FATHER
        return Family(
            Somebody(guardian), relation, children, frozenset({Purpose.TAKING_PART} | agreed)
        )

    def _child(self, name: object, patronymic: object) -> NewPerson:
        shares = self.plan["families"]
        born = self.pool.birthday(oldest=shares["born_from"], youngest=shares["born_to"])
        return self.pool.child(name, patronymic, born=born)  # type: ignore[arg-type]

    def _librarian(self, number: int) -> Somebody:
        row = self.plan["librarians"]
        new = self.pool.adult(
            women=row["women"],
            workplace=self.rng.choice(row["workplaces"]),
            position=self.rng.choice(row["positions"]),
            **reachable_at(2000 + number),
        )
        return Somebody(new)

    def _fill(self, run: Run, children: Sequence[Somebody]) -> list[Member]:
        places = self._seat(run, children)
        submits: list[tuple[Submit, list[Place]]] = []
        family_of = {child: family for family in self.families for child in family.children}
        by_family: dict[tuple[int, bool], list[Place]] = {}
        for place in places:
            key = (self.families.index(family_of[place.learner]), place.is_late)
            by_family.setdefault(key, []).append(place)
        for (number, is_late), wishes in by_family.items():
            day = self._day_of_form(run, wishes, is_late=is_late)
            submits.append((self._family_form(self.families[number], wishes, day), wishes))
        submits.sort(key=lambda pair: (pair[0].sent_at, pair[0].form_key))
        flat = [(submit, place) for submit, wishes in submits for place in wishes]
        return self._send(flat, pinned=set(self.cast_children))

    def _seat(self, run: Run, children: Sequence[Somebody]) -> list[Place]:
        courses = {group.cohort.course_id for group in run.groups}
        order = sorted(run.groups, key=lambda group: (group.cohort.course_id, group.cohort.id))
        room = {group.cohort.id: run.plan.learners for group in order}
        seated: dict[Somebody, Group] = {}
        for group in order:
            for number in group.plan.cast:
                seated[self.cast_children[number - 1]] = group
                room[group.cohort.id] -= 1
        rest = [child for child in children if child not in seated]
        if len(courses) > 1:
            rest.sort(key=self._age_key, reverse=True)
        queue = [group for group in order for _ in range(room[group.cohort.id])]
        seated |= dict(zip(rest, queue, strict=True))
        late = set(self.rng.sample(rest, run.plan.late_joiners))
        return [Place(child, group, child in late) for child, group in seated.items()]

    def _age_key(self, child: Somebody) -> int:
        born = child.person.birth_date if child.is_known else (child.new and child.new.birth_date)
        return (born or date.min).toordinal() + self.rng.randint(-AGE_SCATTER, AGE_SCATTER)

    def _day_of_form(self, run: Run, places: Sequence[Place], *, is_late: bool) -> date:
        if is_late:
            return min(place.group.held[LATE_TO].day for place in places)
        first = min(place.group.held[0].day for place in places)
        earliest = run.plan.starts_on - timedelta(days=12)
        return earliest + timedelta(days=self.rng.randrange((first - earliest).days))

    def _family_form(self, family: Family, places: Sequence[Place], day: date) -> Submit:
        return Submit(
            form_key=self._key(),
            applicant=family.guardian,
            relation=family.relation,
            wishes=tuple(Wish(place.learner, place.group.cohort) for place in places),
            purposes=family.purposes,
            sent_at=self._moment(day),
            on=day,
        )

    def _adult_form(self, place: Place) -> Submit:
        first = place.group.held[0].day
        day = first - timedelta(days=self.rng.randint(1, 14))
        return Submit(
            form_key=self._key(),
            applicant=place.learner,
            relation=None,
            wishes=(Wish(place.learner, place.group.cohort),),
            purposes=frozenset({Purpose.TAKING_PART, Purpose.MESSAGES}),
            sent_at=self._moment(day),
            on=day,
        )

    def _key(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def _moment(self, day: date) -> datetime:
        wall = time(self.rng.randint(6, 8), self.rng.randrange(60), self.rng.randrange(60))
        return datetime.combine(day, wall, UTC)

    def _send(
        self, pairs: Sequence[tuple[Submit, Place]], *, pinned: set[Somebody]
    ) -> list[Member]:
        submits = list({id(submit): submit for submit, _place in pairs}.values())
        enrolments = send_all(submits)
        places = [place for _submit, place in pairs]
        members = [
            self._member(enrolment, place, is_cast=place.learner in pinned)
            for enrolment, place in zip(enrolments, places, strict=True)
        ]
        for place in places:
            first = place.group.held[LATE_TO if place.is_late else 0]
            note_assent(place.learner.person, first)
        db.session.flush()
        return members

    def _member(self, enrolment: Enrolment, place: Place, *, is_cast: bool) -> Member:
        held = place.group.held
        open_to = tuple(session for session in held if session.day >= enrolment.since)
        return Member(enrolment, place.group, open_to, is_cast)

    def part(self, members: Sequence[Member]) -> list[Member]:
        """End every place with its module, and some before; answer the members as they then are."""
        leavers = self._leavers(members)
        ends: list[dict[str, object]] = []
        parted: list[Member] = []
        for member in members:
            last = member.group.module.ends_on
            held = member.open
            if member in leavers:
                held = tuple(s for s in held if s.day <= member.group.held[LEFT_AFTER].day)
                last = member.group.held[LEFT_AFTER].day
            ends.append({"id": member.enrolment.id, "until": last})
            parted.append(Member(member.enrolment, member.group, held, member.is_cast))
        db.session.execute(update(Enrolment), ends)
        db.session.expire_all()
        return parted

    def _leavers(self, members: Sequence[Member]) -> set[Member]:
        by_module: dict[int, list[Member]] = {}
        for member in members:
            by_module.setdefault(member.group.cohort.module_id, []).append(member)
        leavers: set[Member] = set()
        for group in by_module.values():
            stayers = [m for m in group if not m.is_cast and len(m.open) == len(m.group.held)]
            leavers |= set(self.rng.sample(stayers, group[0].group.module.leavers))
        return leavers
