"""Reasons are said in exact plurals, the same to families and staff."""

from datetime import date

import pytest

from lms.contracts import Reason
from lms.i18n import say

DAY = date(2022, 5, 24)


def _attendance(attended, total, needed):
    return {"attended": attended, "total": total, "needed": needed, "missing": 1, "on": DAY}


@pytest.mark.parametrize(
    ("code", "values", "english"),
    [
        ("attendance_enough", _attendance(6, 8, 6), "6 of 8 sessions, 6 needed: enough."),
        ("attendance_enough", _attendance(1, 1, 1), "1 of 1 session, 1 needed: enough."),
        (
            "attendance_reachable",
            _attendance(5, 8, 6),
            "5 of 8 sessions, 6 needed; can still be reached by 24 May.",
        ),
        ("remark_not_held", {"count": 1}, "1 cancelled session does not count."),
        ("remark_not_held", {"count": 2}, "2 cancelled sessions do not count."),
        ("remark_excused", {"count": 1}, "1 session missed for a good reason does not count."),
        ("remark_made_up", {"count": 2}, "2 sessions were made up and count."),
    ],
)
def test_english_sentences(app, code, values, english):
    assert say(Reason(code, values), "en") == english


@pytest.mark.parametrize(
    ("code", "values", "ukrainian"),
    [
        (
            "attendance_reachable",
            _attendance(5, 8, 6),
            "5 з 8 занять, потрібно 6; ще можна встигнути до 24 травня.",
        ),
        ("attendance_enough", _attendance(6, 8, 6), "6 з 8 занять, потрібно 6: достатньо."),
        (
            "attendance_short",
            _attendance(1, 21, 16),
            "1 з 21 заняття, потрібно 16; цього разу вже не встигнути.",
        ),
        (
            "attendance_not_started",
            _attendance(0, 8, 6),
            "Занять ще не було; потрібно буде 6 з 8 занять.",
        ),
        ("remark_not_held", {"count": 1}, "1 скасоване заняття не рахується."),
        ("remark_not_held", {"count": 2}, "2 скасовані заняття не рахуються."),
        ("remark_not_held", {"count": 5}, "5 скасованих занять не рахуються."),
        ("remark_not_held", {"count": 11}, "11 скасованих занять не рахуються."),
        ("remark_not_held", {"count": 21}, "21 скасоване заняття не рахується."),
        ("remark_made_up", {"count": 3}, "3 заняття надолужено, вони зараховані."),
        ("remark_excused", {"count": 5}, "5 пропусків із поважної причини не рахуються."),
    ],
)
def test_ukrainian_sentences(app, code, values, ukrainian):
    assert say(Reason(code, values), "uk") == ukrainian
