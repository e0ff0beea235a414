"""The drawer: where a sheet lies between its arrival and its import, for its owner's eyes only.

Nothing of it is in the database or in an archive; after the import, or a day, it is overwritten
and removed.
"""

import json
import os
import re
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import current_app

from lms.contracts import LMSError

HOURS = 24
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SHEET, ANSWERS, ACCOUNT, PROGRESS, BEFORE = "sheet", "answers", "account", "progress", "before"
ALL = frozenset({SHEET, ANSWERS, ACCOUNT, PROGRESS, BEFORE})


class SheetGone(LMSError):
    """The sheet was removed from the drawer already."""

    code = "import_sheet_gone"


def _path(token: str, what: str) -> Path:
    if not TOKEN.fullmatch(token):
        raise SheetGone
    folder = Path(current_app.config["LMS_DATA"]).resolve() / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{token}.{what}"


def put_in(content: bytes) -> str:
    """Keep a sheet and answer the token by which it is found."""
    token = secrets.token_urlsafe(32)
    _write(_path(token, SHEET), content)
    return token


def take_out(token: str) -> bytes:
    """Read a sheet.

    :raises SheetGone: when its day is over or it was imported.
    """
    try:
        return _path(token, SHEET).read_bytes()
    except FileNotFoundError as error:
        raise SheetGone from error


def note(token: str, what: str, value: Any) -> None:
    """Keep plain values beside a sheet."""
    _write(_path(token, what), json.dumps(value, ensure_ascii=False).encode())


def noted(token: str, what: str) -> Any:
    """Read plain values from beside a sheet; ``None`` where there are none."""
    try:
        return json.loads(_path(token, what).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def empty(token: str, *, keep: frozenset[str] = frozenset()) -> None:
    """Overwrite and remove what lies in the drawer under a token."""
    for what in ALL - keep:
        _erase(_path(token, what))


def empty_old(*, hours: int = HOURS) -> None:
    """Remove what has lain longer than a day, also what a power cut left half written."""
    folder = Path(current_app.config["LMS_DATA"]).resolve() / "imports"
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            is_old = time.time() - path.stat().st_mtime > hours * 3600
        except FileNotFoundError:
            continue
        if is_old:
            _erase(path)


def _erase(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
