"""Forms of the hub, of events and of the year's report."""

from datetime import date
from uuid import uuid4

from lms.hub.models import ConsultationTopic
from lms.hub.services import add_topic
from tests.cast import Cast
from tests.views.form_row import FormRow, newest

KEY = str(uuid4())


def _topics(_cast: Cast) -> None:
    add_topic("Застосунок «Дія»")


YEAR: dict[str, FormRow] = {
    "hub.ConsultationForm": FormRow(
        "lms.hub.forms.ConsultationForm",
        "leader",
        lambda _c: "/hub",
        lambda c: {
            "key": KEY,
            "topics": str(newest(ConsultationTopic)),
            "minutes": "15",
            "where": str(c.place.id),
            "day": date.today().isoformat(),
            "visitor": "first_time",
        },
        contradictions=lambda _c: [
            {"day": "2999-01-01"},
            {"day": "1999-01-01"},
            {"where": "2000000000"},
            {"topics": "2000000000"},
            {"key": "x"},
            {"key": "я" * 10_001},
            {"key": "\0"},
        ],
        prepare=_topics,
    ),
    "hub.TopicForm": FormRow(
        "lms.hub.forms.TopicForm",
        "coordinator",
        lambda _c: "/hub/topics",
        lambda _c: {"name": "Електронна пошта", "name_en": "E-mail"},
        contradictions=lambda _c: [{"name": "Застосунок «Дія»"}],
        prepare=_topics,
    ),
    "events.EventForm": FormRow(
        "lms.events.forms.EventForm",
        "leader",
        lambda _c: "/events/new",
        lambda c: {
            "title": "Вечір поезії",
            "day": "2022-05-20",
            "place": str(c.place.id),
            "format": "in_person",
            "in_person": "25",
            "online": "",
        },
        contradictions=lambda c: [
            {"format": "online"},
            {"online": "3"},
            {"day": "2999-05-20"},
            {"place": "2000000000"},
            {"in_person": "-1"},
        ],
    ),
    "reports.FigureForm": FormRow(
        "lms.reports.forms.FigureForm",
        "director",
        lambda _c: "/reports/2022/enter",
        lambda _c: {"line": "2021:events_held", "figure": "356", "source": "Звіт 2021, с. 4"},
        contradictions=lambda _c: [{"line": "2022:events_held"}, {"figure": "-1"}],
    ),
}
