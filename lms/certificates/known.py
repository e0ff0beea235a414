"""Which papers somebody was given."""

from flask_babel import gettext as _
from sqlalchemy import select

from lms.certificates.models import Certificate
from lms.contracts import KnownPart
from lms.db import db
from lms.i18n import say_day
from lms.people.models import Person


def known_of(person: Person) -> list[KnownPart]:
    """Tell the papers: number, name as printed, day, and whether it was revoked."""
    papers = db.session.scalars(
        select(Certificate)
        .where(Certificate.person_id == person.id)
        .order_by(Certificate.issued_on, Certificate.id)
    )
    return [KnownPart(_("Certificates"), tuple(map(_row, papers)), weight=60)]


def _row(paper: Certificate) -> tuple[str, str]:
    parts = [paper.snapshot["holder"]["uk"], _("issued on %(day)s", day=say_day(paper.issued_on))]
    if paper.revoked_at:
        parts.append(_("revoked on %(day)s", day=say_day(paper.revoked_at)))
    return paper.number, ", ".join(part for part in parts if part)
