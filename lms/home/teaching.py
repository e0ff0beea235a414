"""What the library teaches now, for whoever opens the front page: programmes, no names, no places."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lms.courses.models import Module, Programme
from lms.db import db


@dataclass(frozen=True)
class Taught:
    """A programme in the language of the page."""

    programme_id: int
    name: str
    summary: str


def taught_now(*, on: date, locale: str) -> list[Taught]:
    """List the programmes with a module that runs or is still to come, in one query."""
    rows = db.session.execute(
        select(
            Programme.id, Programme.name, Programme.name_en, Programme.summary, Programme.summary_en
        )
        .where(
            Programme.archived_on.is_(None),
            Programme.id.in_(select(Module.programme_id).where(Module.ends_on >= on)),
        )
        .order_by(Programme.name)
    )
    english = locale == "en"
    return [
        Taught(
            number, (name_en if english else "") or name, (summary_en if english else "") or summary
        )
        for number, name, name_en, summary, summary_en in rows
    ]
