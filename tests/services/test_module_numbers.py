"""A module's number runs among all modules of a year, also when several open at one moment."""

import threading
from datetime import date

from flask import Flask
from sqlalchemy import select

from lms.courses.models import Module, Programme
from lms.courses.services import add_module
from lms.db import begin_write, db
from tests.cast import Cast


def test_modules_opened_at_one_moment_get_different_numbers(cast: Cast, app: Flask) -> None:
    number, start = cast.club_programme.id, threading.Barrier(6)
    db.session.rollback()

    def open_one() -> None:
        with app.app_context():
            start.wait()
            begin_write()
            programme = db.session.get_one(Programme, number)
            add_module(
                programme, name="Осінь", starts_on=date(2023, 9, 1), ends_on=date(2023, 12, 1)
            )
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = db.session.scalars(select(Module.number).where(Module.year == 2023)).all()
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
