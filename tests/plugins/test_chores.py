"""What time alone brings about: done for every plug-in, and a faulty one stops no other."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask

from lms.courses.models import Place
from lms.db import db
from lms.hookspecs import hook
from lms.jobs import do_chores


class Diligent:
    """A plug-in that adds a place each time."""

    @hook
    def chores_due(self, now: datetime) -> None:
        db.session.add(Place(name=f"{now.year}"))


class Faulty:
    """A plug-in that adds a place and then fails."""

    @hook
    def chores_due(self) -> None:
        db.session.add(Place(name="half done"))
        db.session.flush()
        raise RuntimeError


def test_hook_chores_due(make_app: Callable[..., Flask], caplog: Any) -> None:
    app = make_app({}, diligent=Diligent(), faulty=Faulty())
    with app.app_context():
        do_chores()
        names = [place.name for place in db.session.query(Place)]
        assert len(names) == 1
        assert names[0].isdigit()
    assert "chores of faulty failed: RuntimeError" in caplog.text
