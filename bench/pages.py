"""The front page, the page on which a stranger checks a certificate, and one certificate as PDF."""

from collections.abc import Callable

from bench.client import Answer, Client
from bench.seed import Staff, Teaching, add_cohort, add_staff, add_teaching
from bench.site import filled, folder, make_app, served
from bench.table import Line, middle, slow
from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.certificates.services import issue_many
from lms.cli import upgrade_database
from lms.clock import now, today
from lms.completion.models import Completion
from lms.db import db
from lms.enrolment.models import Enrolment

WARM, RUNS = 5, 30


def measure(*, runs: int = RUNS) -> list[Line]:
    """Measure three pages; each certificate is made for the first time, then given out again."""
    with folder() as place:
        app = make_app(place)
        with app.app_context():
            upgrade_database()
        with filled(app):
            staff, teaching = add_staff(), add_teaching()
            issued = _issue(teaching, staff, count=WARM + runs)
            numbers = [certificate.id for certificate in issued]
            code = display(issued[0].code)
        with served(place, staff.links) as site:
            stranger, coordinator = site.stranger(), site.signed_in("coordinator")
            return [
                _time("front_page", stranger, lambda _run: "/", runs),
                _time("verify_page", stranger, lambda _run: f"/verify/{code}", runs, aim=10),
                _time("certificate_made", coordinator, _document(numbers), runs, aim=40),
                _time("certificate_kept", coordinator, _document(numbers), runs),
            ]


def _document(numbers: list[int]) -> Callable[[int], str]:
    return lambda run: f"/certificates/{numbers[run]}/pdf"


def _time(
    work: str, client: Client, path: Callable[[int], str], runs: int, *, aim: float | None = None
) -> Line:
    answers: list[Answer] = [client.ask("GET", path(run)) for run in range(WARM + runs)][WARM:]
    times = [answer.ms for answer in answers]
    return Line(
        work,
        None,
        middle(times),
        slow(times),
        max(answer.queries for answer in answers),
        runs,
        bytes=len(answers[-1].body),
        aim_ms=aim,
    )


def _issue(teaching: Teaching, staff: Staff, *, count: int) -> list[Certificate]:
    cohort = add_cohort(teaching, staff, size=count)
    completions = [
        Completion(
            enrolment_id=enrolment_id,
            completed_on=today(),
            confirmed_at=now(),
            confirmed_by_id=staff.coordinator.id,
            facts={"held": 8, "attended": 8},
        )
        for enrolment_id in db.session.scalars(
            db.select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)
        )
    ]
    db.session.add_all(completions)
    db.session.flush()
    return issue_many(
        [completion.id for completion in completions],
        award="code_club",
        by_id=staff.coordinator.id,
        now=now(),
    )
