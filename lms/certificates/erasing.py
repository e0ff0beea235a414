"""Papers of an erased person: the row still verifies, the name, the words and the files are gone."""

from sqlalchemy import delete, select, update

from lms.certificates.documents import Gender
from lms.certificates.models import Certificate, CertificateFile
from lms.certificates.sentences import ERASED_WORDS, REVOCATIONS
from lms.contracts import Eraser, Erasing
from lms.db import db

NOBODY = {"uk": "", "en": ""}


def _take_holder_off(erasing: Erasing) -> None:
    """Empty the holder in every snapshot, and own words of a revocation, which may say the name."""
    mine = select(Certificate.id, Certificate.snapshot, Certificate.revoked_reason).where(
        Certificate.person_id == erasing.person_id
    )
    for number, snapshot, reason in db.session.execute(mine).all():
        is_own_words = bool(reason) and reason not in REVOCATIONS
        db.session.execute(
            update(Certificate)
            .where(Certificate.id == number)
            .values(
                snapshot={**snapshot, "holder": NOBODY, "gender": str(Gender.UNKNOWN)},
                revoked_reason=ERASED_WORDS if is_own_words else reason,
            )
            .execution_options(synchronize_session=False)
        )


def _remove_files(erasing: Erasing) -> None:
    """Forget the documents; their bytes go after the commit, unless another row keeps the same."""
    mine = select(Certificate.id).where(Certificate.person_id == erasing.person_id)
    is_mine = CertificateFile.certificate_id.in_(mine)
    hashes = set(db.session.scalars(select(CertificateFile.sha256).where(is_mine)))
    db.session.execute(
        delete(CertificateFile).where(is_mine).execution_options(synchronize_session=False)
    )
    kept = select(CertificateFile.sha256).where(CertificateFile.sha256.in_(hashes))
    erasing.files += hashes - set(db.session.scalars(kept))


ERASERS = [
    Eraser("certificate", run=_take_holder_off),
    Eraser("certificate_file", run=_remove_files),
]
