"""Forms of letters: the log's search and the message to a whole group."""

from uuid import uuid4

from tests.views.form_row import FormRow

KEY = str(uuid4())

CALENDARS: dict[str, FormRow] = {
    "letters.LogForm": FormRow(
        "lms.letters.forms.LogForm",
        "coordinator",
        lambda _c: "/letters",
        lambda _c: {"person": "Знам’янська", "state": "sent", "kind": "", "day": "2022-09-05"},
        contradictions=lambda _c: [
            {"state": "lost"},
            {"kind": "nothing"},
            {"day": "2022-02-30"},
            {"page": "0"},
        ],
        answer=200,
        method="get",
        hidden=frozenset({"page"}),
    ),
    "families.GroupLetterForm": FormRow(
        "lms.families.group_letter_forms.GroupLetterForm",
        "mentor",
        lambda c: f"/cohorts/{c.cohort.id}/write",
        lambda _c: {"key": KEY, "words": "Добрий день!\n\nУ понеділок о 18:00.", "send": "1"},
        contradictions=lambda _c: [
            {"words": ""},
            {"words": "Дивіться <b>тут</b>"},
            {"words": "я" * 4001},
            {"key": "x"},
            {"key": "\0"},
        ],
    ),
}
