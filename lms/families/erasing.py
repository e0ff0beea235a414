"""What becomes of an erased person's invitations, pages and papers: they go."""

from sqlalchemy import or_, select

from lms.contracts import Eraser, Erasing
from lms.db import db
from lms.families.models import ConsentScan, RemovalRequest
from lms.people.models import Consent, Guardianship


def _forget_scans(erasing: Erasing) -> None:
    """Erase scans about or signed by the person, and files that no other paper shares."""
    mine = select(Consent.id).where(
        or_(Consent.person_id == erasing.person_id, Consent.giver_id == erasing.person_id)
    )
    scans = db.session.scalars(select(ConsentScan).where(ConsentScan.consent_id.in_(mine))).all()
    hashes = {scan.sha256 for scan in scans}
    for scan in scans:
        db.session.delete(scan)
    db.session.flush()
    shared = set(
        db.session.scalars(select(ConsentScan.sha256).where(ConsentScan.sha256.in_(hashes)))
    )
    erasing.files += sorted(hashes - shared)


def _forget_removals(erasing: Erasing) -> None:
    mine = select(Guardianship.id).where(
        or_(
            Guardianship.guardian_id == erasing.person_id,
            Guardianship.child_id == erasing.person_id,
        )
    )
    for asked in db.session.scalars(
        select(RemovalRequest).where(
            or_(
                RemovalRequest.asked_by_id == erasing.person_id,
                RemovalRequest.guardianship_id.in_(mine),
            )
        )
    ).all():
        db.session.delete(asked)
    db.session.flush()


ERASERS = [
    Eraser("guardian_invitation", owner="child_id", is_deleted=True),
    Eraser("guardian_invitation", owner="invited_by_id", is_deleted=True),
    Eraser("guardian_invitation", owner="answered_by_id", is_deleted=True),
    Eraser("child_page", owner="enrolment_id", through="enrolment", is_deleted=True),
    Eraser("consent_scan", run=_forget_scans),
    Eraser("removal_request", run=_forget_removals),
]
