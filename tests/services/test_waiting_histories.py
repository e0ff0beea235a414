"""Random histories of applying, leaving, offering and moving: what must hold after every step."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.contracts import LMSError
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.answers import accept_offer, decline_offer, take_off_list, wait_again
from lms.enrolment.models import Application, ApplicationState, Enrolment, Offer, OfferState
from lms.enrolment.moving import Actor, give_up, move, pause
from lms.enrolment.offers import Passing, pass_on, unanswered, waiting_list
from lms.enrolment.rules import MOST_UNANSWERED
from lms.enrolment.seats import seats_of
from tests.cast import Cast
from tests.waiting_room import NOW, on_the_list, second_group

VERBS = (
    *("apply", "apply_two", "apply_all", "apply_both", "give_up", "take", "decline"),
    *("time", "larger", "off_list", "again", "move", "pause"),
)
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30)), min_size=8, max_size=22)


@dataclass
class History:
    """Two groups, a clock, and what happens to them."""

    groups: list[Cohort]
    now: datetime = NOW
    seen: int = 0
    offered: list[Offer] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day on the wall of the groups."""
        return self.now.astimezone(ZoneInfo("Europe/Kyiv")).date()

    def act(self, verb: str, number: int) -> None:
        """Do one thing; a refusal leaves everything as it was."""
        try:
            with db.session.begin_nested():
                getattr(self, verb)(number)
        except LMSError:
            db.session.expire_all()
        self.pass_on()

    def apply(self, number: int, **more: object) -> None:
        self.seen += 1
        group = self.groups[number % 2]
        name = "".join("АБВГҐДЕЄЖЗ"[int(digit)].lower() for digit in str(self.seen)).title()
        groups = more.pop("groups", (group,))
        on_the_list(*groups, name=name, at=self.now, **more)  # type: ignore[arg-type, misc]

    def apply_two(self, number: int) -> None:
        self.apply(number, children=2)

    def apply_all(self, number: int) -> None:
        self.apply(number, children=2 + number % 2, is_all_or_none=True)

    def apply_both(self, number: int) -> None:
        self.apply(number, children=2, is_all_or_none=True, groups=tuple(self.groups))

    def give_up(self, number: int) -> None:
        give_up(self.pick(self.places(), number), self.actor())

    def move(self, number: int) -> None:
        place = self.pick(self.places(), number)
        (other,) = [one for one in self.groups if one.id != place.cohort_id]
        move(place, other, self.actor(), day=self.today + timedelta(days=15))

    def pause(self, number: int) -> None:
        place, day = self.pick(self.places(), number), self.today
        pause(place, self.actor(), first_day=day, last_day=day + timedelta(days=number))

    def take(self, number: int) -> None:
        offer = self.pick(self.offers(), number)
        accept_offer(offer, now=self.now, on=self.today, by_id=None)

    def decline(self, number: int) -> None:
        decline_offer(self.pick(self.offers(), number), now=self.now, by_id=None)

    def off_list(self, number: int) -> None:
        self.take_one(number, ApplicationState.WAITING, take_off_list)

    def again(self, number: int) -> None:
        self.take_one(number, ApplicationState.WITHDRAWN, wait_again)

    def take_one(self, number: int, state: ApplicationState, verb: object) -> None:
        rows = db.session.scalars(
            select(Application).where(Application.state == state).order_by(Application.id)
        ).all()
        verb(self.pick(list(rows), number), now=self.now, by_id=None)  # type: ignore[operator]

    def time(self, number: int) -> None:
        self.now += timedelta(hours=number)

    def larger(self, number: int) -> None:
        self.groups[number % 2].capacity += 1
        db.session.flush()

    def pick(self, rows: list, number: int) -> object:  # type: ignore[type-arg]
        if not rows:
            raise LMSError
        return rows[number % len(rows)]

    def places(self) -> list[Enrolment]:
        return list(
            db.session.scalars(
                select(Enrolment)
                .where(Enrolment.until.is_(None))
                .where(Enrolment.cohort_id.in_([one.id for one in self.groups]))
                .order_by(Enrolment.id)
            ).all()
        )

    def offers(self) -> list[Offer]:
        return list(
            db.session.scalars(
                select(Offer).where(Offer.state == OfferState.OPEN).order_by(Offer.id)
            ).all()
        )

    def actor(self) -> Actor:
        return Actor(None, self.now, self.today)

    def eligible(self) -> list[Application]:
        """List who may be offered a place, in the order of the queue."""
        listed = waiting_list([one.id for one in self.groups])
        held = {offer.application_id for offer in self.offers()}
        silent = unanswered([one.id for one in listed])
        return [
            one for one in listed if one.id not in held and silent.get(one.id, 0) < MOST_UNANSWERED
        ]

    def pass_on(self) -> None:
        before = {offer.id for offer in self.offers()}
        pass_on([one.id for one in self.groups], Passing(now=self.now, hours=48))
        self.check([offer for offer in self.offers() if offer.id not in before])

    def check(self, made: list[Offer]) -> None:
        left = self.eligible()
        seats = seats_of([one.id for one in self.groups], on=self.today)
        for each in seats.values():
            assert each.taken + each.held <= each.capacity, "more seated and held than places"
        alone = [one for one in left if not one.is_all_or_none]
        for one in alone:
            # The place lost to nobody: while one fits, none is free.
            assert seats[one.cohort_id].free == 0, "a free place and somebody who fits"
        order = {one.id: place for place, one in enumerate(waiting_list(list(seats)))}
        for offer in made:
            group = offer.application.cohort_id
            passed = [one for one in alone if one.cohort_id == group]
            mine = order[offer.application_id]
            assert all(order[one.id] > mine for one in passed), "a later one came first"
            if offer.application.is_all_or_none:
                self.check_family(offer.application.form_key)

    def check_family(self, form_key: str) -> None:
        rows = db.session.scalars(select(Application).filter_by(form_key=form_key)).all()
        held = {offer.application_id for offer in self.offers()}
        waiting = {one.person_id for one in rows if one.state is ApplicationState.WAITING}
        placed = {
            one.person_id
            for one in rows
            if one.id in held or one.state is ApplicationState.ACCEPTED
        }
        assert waiting <= placed, "a family of all or none was split"


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_places_are_never_too_many_never_lost_and_never_out_of_turn(
    cast: Cast, steps: list[tuple[str, int]]
) -> None:
    undone = db.session.begin_nested()
    cast.cohort.capacity = 4
    history = History([cast.cohort, second_group(cast, capacity=2)])
    for verb, number in steps:
        history.act(verb, number)
    undone.rollback()
    db.session.expire_all()
