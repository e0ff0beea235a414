"""What a family's or a learner's page shows: places, next sessions, applications, consents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.contracts import Panel, weighted
from lms.courses.models import NOT_HELD, Cohort, Course, NotHeldReason, Session, SessionState
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.rules import is_link_shown
from lms.families.consents import ConsentLine, consent_lines
from lms.families.rules import Sight
from lms.people.models import Person
from lms.people.rules import consent_need
from lms.plugins import hooks

# A refusal stays on the page as long as it is kept at all (domain/library.md).
REFUSAL_DAYS = 30


@dataclass(frozen=True)
class NextSession:
    """The session that comes next: when on the group's wall, and the link when it is time."""

    starts_at: datetime
    minutes: int
    topic: str
    link: str


@dataclass(frozen=True)
class LostSession:
    """A session ahead that will not be held, and why."""

    starts_at: datetime
    reason: NotHeldReason | None
    is_moved: bool


@dataclass(frozen=True)
class Membership:
    """One place in a group with what is known of it."""

    enrolment: Enrolment
    is_current: bool
    next_session: NextSession | None
    lost: tuple[LostSession, ...]
    panels: tuple[Panel, ...] = ()
    place: str = ""
    zone: str = ""
    has_online: bool = False

    @property
    def cohort(self) -> Cohort:
        """The group."""
        return self.enrolment.cohort


@dataclass(frozen=True)
class Member:
    """One person of the page with places, applications and consents."""

    person: Person
    memberships: tuple[Membership, ...]
    applications: tuple[Application, ...]
    consents: tuple[ConsentLine, ...]
    needs_assent: bool

    @property
    def is_asked(self) -> bool:
        """Tell whether a consent is asked for anew."""
        return any(line.is_asked for line in self.consents)

    @property
    def current(self) -> list[Membership]:
        """The places that hold today or begin later."""
        return [one for one in self.memberships if one.is_current]

    @property
    def earlier(self) -> list[Membership]:
        """The places that ended."""
        return [one for one in self.memberships if not one.is_current]


def gather(people: Sequence[Person], *, now: datetime, on: date) -> list[Member]:
    """Gather what the page shows of several people: four queries for any number of them.

    The panels of other slices are asked for afterwards, by ``with_panels``.
    """
    ids = [person.id for person in people]
    enrolments = _enrolments(ids)
    sessions = _sessions({one.cohort_id for one in enrolments}, on=on)
    applications = _applications(ids, now=now)
    consents = consent_lines(ids, on=on)
    return [
        Member(
            person=person,
            memberships=tuple(
                _membership(one, sessions.get(one.cohort_id, []), now=now, on=on)
                for one in enrolments
                if one.person_id == person.id
            ),
            applications=tuple(one for one in applications if one.person_id == person.id),
            consents=tuple(consents[person.id]),
            needs_assent=consent_need(person.birth_date, on).assent,
        )
        for person in people
    ]


def with_panels(membership: Membership) -> Membership:
    """Ask the other slices for their parts: attendance, what is still needed, certificates."""
    panels = weighted(hooks().enrolment_panels(enrolment=membership.enrolment))
    return replace(membership, panels=tuple(panels))


def within(membership: Membership, sight: Sight, *, zone: str) -> Membership:
    """Keep of a place in a group what one adult may see of it (domain/library.md, Families).

    Without the place there is no link, no zone and no topic either: times are on the library's wall.
    """
    session = membership.next_session
    if session is not None and not sight.link:
        session = replace(session, link="", topic="" if not sight.place else session.topic)
    if not sight.place:
        membership = replace(membership, place="", zone=zone)
    return replace(
        membership, next_session=session, has_online=membership.has_online and sight.link
    )


def _enrolments(person_ids: Iterable[int]) -> list[Enrolment]:
    cohort = joinedload(Enrolment.cohort)
    return list(
        db.session.scalars(
            select(Enrolment)
            .where(Enrolment.person_id.in_(person_ids))
            .options(
                joinedload(Enrolment.person),
                cohort.joinedload(Cohort.place),
                cohort.joinedload(Cohort.module),
                cohort.joinedload(Cohort.course).joinedload(Course.programme),
            )
            .order_by(Enrolment.since.desc(), Enrolment.id.desc())
        )
    )


def _sessions(cohort_ids: Iterable[int], *, on: date) -> dict[int, list[Session]]:
    found: dict[int, list[Session]] = {}
    for session in db.session.scalars(
        select(Session)
        .where(Session.cohort_id.in_(cohort_ids), Session.day >= on - timedelta(days=1))
        .order_by(Session.starts_at)
    ):
        found.setdefault(session.cohort_id, []).append(session)
    return found


def _membership(
    enrolment: Enrolment, sessions: list[Session], *, now: datetime, on: date
) -> Membership:
    mine = [
        session
        for session in sessions
        if enrolment.since <= session.day
        and (enrolment.until is None or session.day <= enrolment.until)
        and session.starts_at + timedelta(minutes=session.minutes) > now
    ]
    to_come = [session for session in mine if session.state not in NOT_HELD]
    # A module that is over needs no «last day»: the place then counts as an earlier one.
    is_over = enrolment.until is not None and enrolment.until < on
    has_ended = enrolment.cohort.module.ends_on < on and not to_come
    return Membership(
        enrolment=enrolment,
        is_current=not is_over and not has_ended,
        next_session=_next(to_come[0], enrolment.cohort, now=now) if to_come else None,
        lost=tuple(
            LostSession(
                session.starts_at,
                session.not_held_reason,
                is_moved=session.state is SessionState.MOVED,
            )
            for session in mine
            if session.state in NOT_HELD
        ),
        place=_place(enrolment.cohort),
        zone=enrolment.cohort.zone,
        has_online=bool(enrolment.cohort.link)
        and (enrolment.cohort.is_online or enrolment.cohort.is_hybrid),
    )


def _place(cohort: Cohort) -> str:
    if cohort.is_online or cohort.place is None:
        return ""
    return ", ".join(part for part in (cohort.place.name, cohort.place.town) if part)


def _next(session: Session, cohort: Cohort, *, now: datetime) -> NextSession:
    is_shown = is_link_shown(session.starts_at, session.minutes, now=now)
    return NextSession(
        session.starts_at, session.minutes, session.topic, cohort.link if is_shown else ""
    )


def _applications(person_ids: Iterable[int], *, now: datetime) -> list[Application]:
    cohort = joinedload(Application.cohort)
    kept_since = now - timedelta(days=REFUSAL_DAYS)
    is_refused = Application.state == ApplicationState.REFUSED
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.person_id.in_(person_ids))
            .where(
                (Application.state == ApplicationState.WAITING)
                | (is_refused & (Application.decided_at >= kept_since))
            )
            .options(cohort.joinedload(Cohort.course).joinedload(Course.programme))
            .order_by(Application.sent_at, Application.id)
        )
    )
