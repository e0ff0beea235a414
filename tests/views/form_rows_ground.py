"""Forms of people, programmes, groups and sessions."""

from tests.cast import PASSWORD
from tests.views.form_row import Data, FormRow

PERSON: Data = {
    "family_name": "Короп’як",
    "given_name": "Єва",
    "gender": "female",
    "contact_rule": "usual",
    "roles": ["mentor"],
    "email": "eva@example.org",
    "phone": "+380501234567",
    "patronymic": "",
    "latin_name": "",
}

GROUND: dict[str, FormRow] = {
    "people.LinkForm": FormRow(
        "lms.people.forms.LinkForm",
        "",
        lambda _c: "/sign-in",
        lambda _c: {"email": "a@example.org"},
    ),
    "people.PasswordForm": FormRow(
        "lms.people.forms.PasswordForm",
        "",
        lambda _c: "/sign-in/password",
        lambda _c: {"login": "coordinator@example.org", "password": PASSWORD},
        contradictions=lambda _c: [{"password": "не той пароль"}, {"login": "nobody@example.org"}],
    ),
    "people.PersonForm": FormRow(
        "lms.people.forms.PersonForm", "coordinator", lambda _c: "/people/add", lambda _c: PERSON
    ),
    "people.CheckForm": FormRow(
        "lms.people.forms.CheckForm",
        "coordinator",
        lambda c: f"/people/{c.mentor.id}/checks",
        lambda _c: {"kind": "training", "done_on": "2022-08-01", "expires_on": "2024-08-01"},
        contradictions=lambda _c: [{"expires_on": "2022-07-31"}],
    ),
    "courses.ProgrammeForm": FormRow(
        "lms.courses.forms.ProgrammeForm",
        "coordinator",
        lambda _c: "/programmes/add",
        lambda _c: {
            "kind": "code_club",
            "key": "new_one",
            "name": "Нова",
            "name_en": "New",
            "summary": "",
            "summary_en": "",
            "from_age": "8",
            "to_age": "17",
            "accepts_at_once": "y",
        },
        contradictions=lambda _c: [
            {"from_age": "17", "to_age": "8"},
            {"from_age": ""},
            {"to_age": ""},
            {"key": "code_club"},
        ],
    ),
    "courses.CourseForm": FormRow(
        "lms.courses.forms.CourseForm",
        "coordinator",
        lambda c: f"/programmes/{c.club_programme.id}/courses/add",
        lambda _c: {
            "name": "Python",
            "hours": "16",
            "topics": "цикли\nфункції",
            "level": "",
            "direction": "",
            "name_en": "",
        },
    ),
    "courses.ModuleForm": FormRow(
        "lms.courses.forms.ModuleForm",
        "coordinator",
        lambda c: f"/programmes/{c.club_programme.id}/modules/add",
        lambda _c: {
            "name": "Весна 2023",
            "name_en": "",
            "starts_on": "2023-02-01",
            "ends_on": "2023-05-31",
            "enrolment_opens_on": "2023-01-15",
            "enrolment_closes_on": "2023-02-15",
        },
        contradictions=lambda _c: [
            {"ends_on": "2023-01-31"},
            {"enrolment_closes_on": "2023-01-14"},
        ],
    ),
    "courses.CohortForm": FormRow(
        "lms.courses.forms.CohortForm",
        "coordinator",
        lambda c: f"/modules/{c.module.id}/cohorts/add",
        lambda c: {
            "name": "Scratch, середа",
            "course_id": str(c.course.id),
            "club_id": "0",
            "place_id": "0",
            "link": "https://meet.example/1",
            "zone": "Europe/Kyiv",
            "capacity": "12",
        },
    ),
    "courses.WeeklyForm": FormRow(
        "lms.courses.forms.WeeklyForm",
        "coordinator",
        lambda c: f"/cohorts/{c.cohort.id}/weekly",
        lambda _c: {
            "weekly-weekday": "2",
            "weekly-starts_at": "16:00",
            "weekly-minutes": "60",
            "weekly-from_day": "2023-02-01",
            "weekly-until_day": "2023-03-01",
        },
        contradictions=lambda _c: [
            {"weekly-until_day": "2023-01-31"},
            {"weekly-until_day": "2027-01-31"},
        ],
        prefix=lambda _c: "weekly",
    ),
    "courses.SingleSessionForm": FormRow(
        "lms.courses.forms.SingleSessionForm",
        "coordinator",
        lambda c: f"/cohorts/{c.cohort.id}/sessions",
        lambda _c: {
            "single-day": "2023-02-01",
            "single-starts_at": "16:00",
            "single-minutes": "60",
            "single-topic": "Випускний",
        },
        contradictions=lambda _c: [{"single-day": "2022-09-05", "single-starts_at": "17:00"}],
        prefix=lambda _c: "single",
    ),
    "courses.AssignForm": FormRow(
        "lms.courses.forms.AssignForm",
        "coordinator",
        lambda c: f"/cohorts/{c.cohort.id}/adults",
        lambda c: {
            "assign-person_id": str(c.leader.id),
            "assign-role": "helper",
            "assign-since": "2022-09-01",
        },
        contradictions=lambda c: [{"assign-person_id": str(c.uncleared.id)}],
        prefix=lambda _c: "assign",
    ),
    "courses.NotHeldForm": FormRow(
        "lms.courses.forms.NotHeldForm",
        "mentor",
        lambda c: f"/sessions/{c.sessions[0].id}/cancel",
        lambda _c: {"reason": "air_raid"},
    ),
    "courses.MoveForm": FormRow(
        "lms.courses.forms.MoveForm",
        "mentor",
        lambda c: f"/sessions/{c.sessions[0].id}/move",
        lambda _c: {"reason": "no_power", "day": "2022-09-07", "starts_at": "17:00"},
        contradictions=lambda _c: [{"day": "2022-09-12"}],
    ),
    "courses.PlaceForm": FormRow(
        "lms.courses.forms.PlaceForm",
        "coordinator",
        lambda _c: "/places",
        lambda _c: {"name": "Хаб", "town": "Черкаси"},
    ),
    "courses.ClubForm": FormRow(
        "lms.courses.forms.ClubForm",
        "coordinator",
        lambda _c: "/clubs",
        lambda _c: {"club-name": "Code Club Черкаси", "club-place_id": "0"},
        contradictions=lambda c: [{"club-name": c.club.name}],
        prefix=lambda _c: "club",
    ),
}
