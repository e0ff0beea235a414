"""A PostgreSQL server of our own, in a temporary folder on a free port, gone at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def _as_owner(*command: str) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server and give its address without a database.

    :raises RuntimeError: when Debian's package is not installed.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        raise RuntimeError("PostgreSQL's server is not installed; ./run test installs it")
    home = Path(tempfile.mkdtemp(prefix="lms-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, pg_ctl = str(home / "data"), str(folders[-1] / "pg_ctl")
    initdb = [str(folders[-1] / "initdb"), "--no-sync", "-A", "trust", "-U", "lms", "-E", "UTF8"]
    _run(*initdb, "--locale=C.UTF-8", "-D", data)
    # Without /dev/shm (a bare chroot) shared memory goes to files.
    options = (
        f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 "
        "-c dynamic_shared_memory_type=mmap"
    )
    _run(pg_ctl, "-w", "-D", data, "-o", options, "-l", f"{home}/log", "start")
    try:
        yield f"postgresql+psycopg://lms@127.0.0.1:{port}"
    finally:
        stop = _as_owner(pg_ctl, "-D", data, "-m", "immediate", "stop")
        subprocess.run(stop, check=False, capture_output=True, cwd="/")
        shutil.rmtree(home, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(_as_owner(*command), check=False, capture_output=True, cwd="/", text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")


def on_server(server: str, statement: str) -> None:
    """Run one statement on the server, outside of any transaction."""
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
