"""What a consultation must say to be counted: a table."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.hub.rules import ConsultationFacts, assess_consultation, can_undo

ON = date(2022, 5, 4)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (ConsultationFacts(ON, 15, 1), []),
        (ConsultationFacts(ON, 1, 8), []),
        (ConsultationFacts(ON, 480, 1), []),
        (ConsultationFacts(date(2022, 5, 3), 15, 1), []),
        (ConsultationFacts(date(2021, 5, 3), 15, 1), []),
        (ConsultationFacts(ON, 15, 0), ["consultation_without_topic"]),
        (ConsultationFacts(ON, 0, 1), ["consultation_minutes"]),
        (ConsultationFacts(ON, 481, 1), ["consultation_minutes"]),
        (ConsultationFacts(date(2022, 5, 5), 15, 1), ["consultation_ahead"]),
        (ConsultationFacts(date(2021, 5, 2), 15, 1), ["consultation_too_old"]),
        (ConsultationFacts(ON, 15, 1, is_place_online=True), ["consultation_place_online"]),
        (ConsultationFacts(ON, 15, 1, is_in_person=False, is_place_online=True), []),
    ],
)
def test_a_consultation_is_refused_with_every_reason(facts, codes):
    verdict = assess_consultation(facts, on=ON)
    assert [reason.code for reason in verdict.objections] == codes


def test_the_last_one_can_be_taken_back_for_a_quarter_of_an_hour():
    at = datetime(2022, 5, 4, 9, 0, tzinfo=UTC)
    assert can_undo(at, now=at)
    assert can_undo(at, now=at + timedelta(minutes=15))
    assert not can_undo(at, now=at + timedelta(minutes=15, seconds=1))
