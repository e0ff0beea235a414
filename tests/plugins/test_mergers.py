"""The hook by which a stranger's table says what becomes of its rows when records are merged."""

from collections.abc import Callable

from flask import Flask

from lms.clock import now, today
from lms.contracts import Merger
from lms.db import begin_write
from lms.hookspecs import hook
from lms.people.merging import Choices, merge, weigh
from lms.people.moving import Moving
from lms.people.services import NewPerson, add_person
from tests.cast import make_cast


class Diary:
    """A plug-in that hears of each merge by a column that it declares, a second one that only counts."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int]] = []

    @hook
    def register_mergers(self) -> list[Merger]:
        return [
            Merger(
                "job.asked_by_id",
                say=lambda number: f"{number} робіт",
                move=lambda moving: self._note(moving),
                weight=200,
            )
        ]

    def _note(self, moving: Moving) -> None:
        moving.follow("job.asked_by_id")
        self.heard.append((moving.kept_id, moving.gone_id))


def test_hook_register_mergers(make_app: Callable[..., Flask]) -> None:
    diary = Diary()
    with make_app(diary=diary).app_context():
        begin_write()
        cast = make_cast()
        again = add_person(NewPerson("Орел", "Люба"), now=now())
        weighed = weigh(cast.uncleared, again, from_gone=frozenset(), on=today())
        assert weighed.objections == ()
        merge(
            cast.uncleared,
            again,
            Choices(),
            by_id=cast.coordinator.id,
            now=now(),
            on=today(),
        )
        assert diary.heard == [(cast.uncleared.id, again.id)]
