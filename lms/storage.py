"""Files kept by their content's hash: written once, flushed to disk, never overwritten."""

import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app

from lms.contracts import LMSError


class FileMissing(LMSError):
    """A stored file is gone or damaged."""

    code = "file_missing"


def _path(sha256: str) -> Path:
    root = Path(current_app.config["LMS_DATA"]).resolve() / "files"
    return root / sha256[:2] / sha256


def put(content: bytes) -> str:
    """Keep bytes and answer their SHA-256 in hexadecimal; equal content is kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    return sha256


def get(sha256: str) -> bytes:
    """Read kept bytes and hold them against their hash.

    :raises FileMissing: when the file is gone or its content was changed.
    """
    try:
        content = _path(sha256).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileMissing(sha256)
    return content


def remove(sha256: str) -> None:
    """Overwrite and remove kept bytes; what is not there is removed already."""
    shred(_path(sha256))


def shred(path: Path) -> None:
    """Overwrite a file and remove it."""
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(b"\0" * size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
