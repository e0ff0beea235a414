"""Documents of certificates: made once, kept with their hash, given out as they were made."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms import storage
from lms.certificates.documents import Language, Snapshot
from lms.certificates.models import Certificate, CertificateFile
from lms.certificates.pdf import render
from lms.certificates.rules import file_name
from lms.contracts import LMSError, Reason
from lms.db import begin_write, db, is_postgresql

IN_MEMORY = 16 * 1024 * 1024


class DocumentLost(LMSError):
    """A stored document is gone and would come out different if it were made again."""

    code = "document_lost"


def document_of(certificate: Certificate, locale: str, *, now: datetime) -> bytes:
    """Give the document of a certificate in a language, making and keeping it the first time.

    Rendering is done before the row is written, so nobody waits for it; of two that make it at
    once one row stays, and both give out the bytes of that row.

    :raises DocumentLost: when the stored bytes are gone and cannot be made the same again.
    :raises LMSError: when the texts cannot be printed.
    """
    kept = stored_hash(certificate.id, locale)
    if kept is not None:
        return _stored(certificate, locale, kept)
    content = _render(certificate, locale)
    _record(certificate.id, locale, content, now=now)
    kept = stored_hash(certificate.id, locale)
    return _stored(certificate, locale, str(kept))


def stored_hash(certificate_id: int, locale: str) -> str | None:
    """Answer the hash of the kept document, or nothing where none was made yet."""
    return db.session.scalar(
        select(CertificateFile.sha256).where(
            CertificateFile.certificate_id == certificate_id, CertificateFile.locale == locale
        )
    )


def _render(certificate: Certificate, locale: str) -> bytes:
    snapshot = Snapshot.from_json(certificate.snapshot)
    return render(snapshot.in_language(Language(locale)))


def _record(certificate_id: int, locale: str, content: bytes, *, now: datetime) -> None:
    insert: Any = postgresql_insert if is_postgresql() else sqlite_insert
    db.session.execute(
        insert(CertificateFile)
        .values(
            certificate_id=certificate_id,
            locale=locale,
            sha256=storage.put(content),
            size=len(content),
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["certificate_id", "locale"])
    )


def _stored(certificate: Certificate, locale: str, sha256: str) -> bytes:
    try:
        return storage.get(sha256)
    except storage.FileMissing:
        # Equal snapshots give equal bytes: a lost file comes back only if it is the very same.
        content = _render(certificate, locale)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DocumentLost(reason=Reason("document_lost")) from None
        storage.put(content)
        return content


def archive_of(certificates: Sequence[Certificate], locale: str, *, now: datetime) -> IO[bytes]:
    """Pack the documents of certificates into a ZIP that is nowhere kept.

    Names inside tell namesakes apart by number. Documents that were never made are made and
    recorded one by one, so that other writers get their turn between them.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller sends it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _documents(certificates, locale, now=now):
            archive.writestr(_entry(name, now), content)
    file.seek(0)
    return cast("IO[bytes]", file)


def _documents(
    certificates: Sequence[Certificate], locale: str, *, now: datetime
) -> Iterable[tuple[str, bytes]]:
    for certificate in certificates:
        name = file_name(certificate.number, locale, certificate.snapshot["holder"]["uk"])
        yield name, fetch_document(certificate, locale, now=now)


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry


def fetch_document(certificate: Certificate, locale: str, *, now: datetime) -> bytes:
    """Give a document from a page that only reads, recording it if nobody had made it before.

    The one write behind a GET: it changes nothing that anybody sees. The transaction of the page
    is left first, since on SQLite a reading one cannot always become a writing one.
    """
    if stored_hash(certificate.id, locale) is not None:
        return document_of(certificate, locale, now=now)
    content = _render(certificate, locale)
    db.session.rollback()
    begin_write()
    _record(certificate.id, locale, content, now=now)
    kept = stored_hash(certificate.id, locale)
    db.session.commit()
    return _stored(certificate, locale, str(kept))
