"""The standing cast of the tests: people with names that are hard to spell, and their groups."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from lms.contracts import RoleName
from lms.courses.models import (
    AgeRule,
    AssignmentRole,
    Club,
    Cohort,
    Course,
    Module,
    Place,
    Programme,
    Session,
)
from lms.courses.services import Weekly, add_module, assign, plan_session, plan_weekly
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.models import Gender, Person, Relation
from lms.people.rules import CheckKind, Purpose
from lms.people.services import (
    GivenConsent,
    NewPerson,
    add_check,
    add_guardian,
    add_person,
    give_consent,
    grant_role,
    open_account,
)
from lms.people.signing import hash_password

BEFORE = datetime(2022, 8, 20, 9, 0, tzinfo=UTC)
START = date(2022, 9, 5)
PASSWORD = "довгий пароль із літерою й"


@dataclass
class Cast:
    """Everybody and everything that most tests need."""

    coordinator: Person
    director: Person
    mentor: Person
    leader: Person
    uncleared: Person
    guardian: Person
    other_guardian: Person
    child: Person
    sibling: Person
    other_child: Person
    learner: Person
    club: Club
    place: Place
    club_programme: Programme
    module: Module
    course: Course
    cohort: Cohort
    sessions: list[Session]
    training_programme: Programme
    training_module: Module
    training_cohort: Cohort
    training_sessions: list[Session]
    yoga_cohort: Cohort
    yoga_sessions: list[Session]
    enrolments: dict[int, Enrolment]


def _person(family: str, given: str, patronymic: str = "", **more: object) -> Person:
    return add_person(NewPerson(family, given, patronymic, **more), now=BEFORE)  # type: ignore[arg-type]


def clear(person: Person) -> None:
    """Give an adult every check, holding far into the future."""
    far = date(2040, 1, 1)
    add_check(person, CheckKind.IDENTITY, done_on=date(2022, 8, 1))
    add_check(person, CheckKind.BACKGROUND, done_on=date(2022, 8, 1), expires_on=far)
    add_check(person, CheckKind.TRAINING, done_on=date(2022, 8, 1), expires_on=far)
    add_check(person, CheckKind.CODE_OF_CONDUCT, done_on=date(2022, 8, 1))


def enrol_row(person: Person, cohort: Cohort, since: date = START) -> Enrolment:
    """Give a person a place from a day, as the enrolment service would."""
    row = Enrolment(person_id=person.id, cohort_id=cohort.id, since=since, enrolled_at=BEFORE)
    db.session.add(row)
    db.session.flush()
    return row


def make_cast() -> Cast:
    """Make the cast in the open transaction; the caller commits."""
    people = _make_people()
    place = Place(name="Кремінська бібліотека", town="Кремінна")
    online = Place(name="онлайн", is_online=True)
    db.session.add_all([place, online])
    db.session.flush()
    club = Club(name="Code Club Кремінської бібліотеки", place_id=online.id)
    db.session.add(club)
    club_programme = Programme(
        key="code_club",
        kind="code_club",
        name="Code Club Луганщина",
        name_en="Code Club Luhansk region",
    )
    training_programme = Programme(
        key="cyber", kind="training", name="Кібербезпека", name_en="Cybersecurity"
    )
    yoga_programme = Programme(
        key="yoga", kind="yoga_therapy", name="Йога-терапія", name_en="Yoga therapy"
    )
    db.session.add_all([club_programme, training_programme, yoga_programme])
    db.session.flush()
    db.session.add(
        AgeRule(programme_id=club_programme.id, from_age=8, to_age=17, since=date(2022, 1, 1))
    )
    course = Course(
        programme_id=club_programme.id,
        name="Scratch: перші ігри",
        name_en="Scratch: first games",
        direction="Scratch",
        level="новачок",
        hours=8,
        topics=["змінні", "цикли"],
    )
    training_course = Course(
        programme_id=training_programme.id,
        name="Кібербезпека для бібліотекарів",
        name_en="Cybersecurity for librarians",
        hours=4,
        topics=["паролі", "фішинг"],
    )
    yoga_course = Course(programme_id=yoga_programme.id, name="Йога-терапія", hours=0)
    db.session.add_all([course, training_course, yoga_course])
    db.session.flush()
    module = add_module(
        club_programme,
        name="Осінь 2022",
        name_en="Autumn 2022",
        starts_on=START,
        ends_on=date(2022, 12, 20),
    )
    training_module = add_module(
        training_programme,
        name="Осінь 2022",
        starts_on=date(2022, 10, 1),
        ends_on=date(2022, 10, 31),
    )
    yoga_module = add_module(
        yoga_programme, name="2022", starts_on=date(2022, 9, 1), ends_on=date(2022, 12, 31)
    )
    cohort = Cohort(
        module_id=module.id,
        course_id=course.id,
        club_id=club.id,
        place_id=online.id,
        name="Scratch, понеділок",
        link="https://meet.example/scratch",
        capacity=5,
    )
    training_cohort = Cohort(
        module_id=training_module.id,
        course_id=training_course.id,
        place_id=online.id,
        name="Кібербезпека, жовтень",
        link="https://meet.example/cyber",
        capacity=90,
    )
    yoga_cohort = Cohort(
        module_id=yoga_module.id,
        course_id=yoga_course.id,
        place_id=place.id,
        name="Йога, ранок",
        capacity=12,
    )
    db.session.add_all([cohort, training_cohort, yoga_cohort])
    db.session.flush()
    sessions = plan_weekly(
        cohort, Weekly(0, time(17, 0)), from_day=START, until_day=date(2022, 12, 20), at_most=8
    )
    training_sessions = [
        plan_session(training_cohort, day=date(2022, 10, day), starts_at=time(11, 0), minutes=90)
        for day in (5, 12)
    ]
    yoga_sessions = plan_weekly(
        yoga_cohort, Weekly(2, time(8, 0)), from_day=START, until_day=date(2022, 9, 30)
    )
    assign(people["mentor"], cohort, role=AssignmentRole.MENTOR, since=date(2022, 9, 1))
    assign(people["leader"], training_cohort, role=AssignmentRole.LEADER, since=date(2022, 9, 1))
    assign(people["leader"], yoga_cohort, role=AssignmentRole.LEADER, since=date(2022, 9, 1))
    enrolments = {
        people[name].id: enrol_row(people[name], cohort)
        for name in ("child", "sibling", "other_child")
    }
    enrolments[people["learner"].id] = enrol_row(
        people["learner"], training_cohort, date(2022, 10, 1)
    )
    return Cast(
        **people,
        club=club,
        place=place,
        club_programme=club_programme,
        module=module,
        course=course,
        cohort=cohort,
        sessions=sessions,
        training_programme=training_programme,
        training_module=training_module,
        training_cohort=training_cohort,
        training_sessions=training_sessions,
        yoga_cohort=yoga_cohort,
        yoga_sessions=yoga_sessions,
        enrolments=enrolments,
    )


def _make_people() -> dict[str, Person]:
    people = {
        "coordinator": _person(
            "Ковальська",
            "Оксана",
            "Іванівна",
            gender=Gender.FEMALE,
            email="coordinator@example.org",
        ),
        "director": _person(
            "Моісеєва", "Інна", "Павлівна", gender=Gender.FEMALE, email="director@example.org"
        ),
        "mentor": _person(
            "Ґалаґан", "Остап", "Юрійович", gender=Gender.MALE, email="mentor@example.org"
        ),
        "leader": _person("Єфремова", "Їванна", "", email="leader@example.org"),
        "uncleared": _person("Орел", "Любов", "", email="uncleared@example.org"),
        "guardian": _person(
            "Знам’янська",
            "Мар’яна",
            "Олегівна",
            gender=Gender.FEMALE,
            email="guardian@example.org",
            phone="+380501112233",
        ),
        "other_guardian": _person("Швець", "Любомир", "", email="other@example.org"),
        "child": _person(
            "Знам’янська",
            "Соломія",
            "Андріївна",
            gender=Gender.FEMALE,
            birth_date=date(2012, 3, 14),
        ),
        "sibling": _person(
            "Знам’янський", "Лук’ян", "Андрійович", gender=Gender.MALE, birth_date=date(2010, 6, 1)
        ),
        "other_child": _person(
            "Швець", "Ярина", "", gender=Gender.FEMALE, birth_date=date(2011, 11, 30)
        ),
        "learner": _person(
            "Драй-Хмара",
            "Анастасія-Єлизавета",
            "",
            gender=Gender.FEMALE,
            email="learner@example.org",
            workplace="Рубіжанська бібліотека",
        ),
    }
    since = date(2022, 1, 1)
    roles = {
        "coordinator": RoleName.COORDINATOR,
        "director": RoleName.DIRECTOR,
        "mentor": RoleName.MENTOR,
        "leader": RoleName.LEADER,
        "uncleared": RoleName.MENTOR,
        "guardian": RoleName.GUARDIAN,
        "other_guardian": RoleName.GUARDIAN,
        "learner": RoleName.LEARNER,
    }
    for name, role in roles.items():
        is_staff = name in {"coordinator", "director"}
        open_account(
            people[name],
            login=people[name].email if is_staff else None,
            password_hash=hash_password(PASSWORD) if is_staff else "",
        )
        grant_role(people[name], role, since=since)
    for name in ("mentor", "leader"):
        clear(people[name])
    for guardian, children in (
        ("guardian", ("child", "sibling")),
        ("other_guardian", ("other_child",)),
    ):
        for child in children:
            add_guardian(
                people[guardian], people[child], relation=Relation.MOTHER, since=BEFORE.date()
            )
            give_consent(
                people[child], GivenConsent(Purpose.TAKING_PART), giver=people[guardian], now=BEFORE
            )
    return people
