"""What the year's report counts: issued in the year, valid on its last day, each number once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from lms.certificates.models import Certificate
from lms.certificates.overview import Papers, count_issued, issued_rows
from lms.certificates.services import issue_many, revoke
from lms.db import db
from lms.plugins import suite
from tests.graduation import GRADUATION, crowd

KYIV = "Europe/Kyiv"


@pytest.fixture
def five(cast):
    ids = [completion.id for completion in crowd(cast, 5)]
    return issue_many(ids, award="training", by_id=None, now=GRADUATION)


def _count(year=2022, papers=Papers.CERTIFICATES):
    return count_issued(papers, year, zone=KYIV)


def test_the_figure_is_its_rows(five):
    assert _count() == len(issued_rows(Papers.CERTIFICATES, 2022, zone=KYIV)) == 5


def test_the_lines_rows_name_nobody_and_lead_to_their_pages(five, app):
    line = suite().indicators["certificates_issued"]
    with app.test_request_context():
        rows = line.rows(2022)
    assert line.count(2022) == sum(row.amount for row in rows) == 5
    assert rows[0].text == "№ 2022/2-001"
    assert rows[0].url == f"/certificates/{five[0].id}"


def test_the_command_line_has_rows_without_pages(five, app):
    db.session.commit()

    def urls():
        with app.app_context():
            return {row.url for row in suite().indicators["certificates_issued"].rows(2022)}

    with ThreadPoolExecutor(1) as outside:
        assert outside.submit(urls).result() == {None}


def test_a_revoked_one_does_not_count_from_its_year_on(five):
    revoke(five[0], reason="by_mistake", by_id=None, now=GRADUATION)
    assert _count() == 4


def test_one_revoked_after_the_last_day_was_valid_on_it(five):
    last_minute = datetime(2022, 12, 31, 21, 59, tzinfo=UTC)
    revoke(five[0], reason="by_mistake", by_id=None, now=last_minute)
    assert _count() == 4
    five[0].revoked_at = datetime(2022, 12, 31, 22, 0, tzinfo=UTC)
    db.session.flush()
    assert _count() == 5


def test_a_correction_does_not_add(five):
    first = five[0]
    columns = (
        "award",
        "grounds",
        "person_id",
        "module_id",
        "serial",
        "number",
        "issued_on",
        "issued_at",
        "is_minor",
        "snapshot",
    )
    values = {column: getattr(first, column) for column in columns}
    db.session.add(Certificate(**values, code="0" * 21, revision=2, revoked_reason=""))
    db.session.flush()
    assert _count() == 5


def test_mentors_credentials_are_another_line(five):
    five[0].award = "mentor_credential"
    db.session.flush()
    assert _count() == 4
    assert _count(papers=Papers.CREDENTIALS) == 1


def test_a_year_that_nobody_knows_is_unknown_and_not_nought(five):
    assert _count(2021) is None
    assert _count(2022, Papers.CREDENTIALS) == 0
