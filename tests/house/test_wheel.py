"""The wheel is the whole program: beside the installed dependencies it serves the same pages."""

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SITE = [sysconfig.get_paths()[name] for name in ("purelib", "platlib")]
OLDEST_SETUPTOOLS = 77
NEEDED = ("lms", "templates", "migrations", "pyproject.toml", "setup.py", "README.md", "LICENSE")
PLACES = {"templates": "lms/templates", "migrations": "lms/migrations", "lms": "lms"}

# Runs where nothing of the checkout can be imported by accident: no environment, no .pth files,
# no lists of file types of this machine, and no network.
SERVE = """
import hashlib, json, mimetypes, re, socket, sys
place, data, site = sys.argv[1], sys.argv[2], sys.argv[3:]
sys.path[:0] = [place, *site]
mimetypes.knownfiles[:] = []

def refuse(*_args, **_options):
    raise OSError("there is no network here")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse

import lms
from lms.app import create_app
from lms.cli import upgrade_database
from lms.db import db
from lms.ui import asset

assert lms.__file__.startswith(place), lms.__file__
app = create_app(
    {"LMS_DATA": data, "LMS_SECRET_KEY": "a key for tests only", "LMS_JOBS": "inline"}, environ={}
)
with app.app_context():
    upgrade_database()
    db.session.remove()
with app.test_request_context():
    files = [asset(name) for name in json.loads(sys.stdin.read())]
client = app.test_client()
answers = {}
for path in ["/", "/catalogue", "/verify", "/sign-in", "/sign-in/password", "/nowhere", *files]:
    answer = client.get(path)
    body = re.sub(rb'name="csrf_token"[^>]*>', b"", answer.data)
    answers[path] = [answer.status_code, answer.mimetype, hashlib.sha256(body).hexdigest()]
    if path == "/":
        answers["text"] = body.decode()
answers["plugins"] = sorted(app.extensions["lms"].names)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from a copy of the sources."""
    if int(version("setuptools").partition(".")[0]) < OLDEST_SETUPTOOLS:
        pytest.fail("setuptools is older than pyproject.toml asks for; ./run test installs it")
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    leave = shutil.ignore_patterns("__pycache__", "*.mo", "*.pyc")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, source / name)
    command = ("wheel", str(source), "--no-deps", "--no-build-isolation", "--no-index")
    built = subprocess.run(
        [sys.executable, "-m", "pip", *command, "--wheel-dir", str(made)],
        check=False,
        capture_output=True,
        text=True,
        cwd=source,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = made.glob("lms-*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked in a folder outside the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    assert not folder.is_relative_to(ROOT)
    return folder


def _served(place: Path, data: Path) -> dict[str, Any]:
    static = ROOT / "lms/static"
    files = [str(path.relative_to(static)) for path in sorted(static.rglob("*")) if path.is_file()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SERVE, str(place), str(data), *SITE],
        check=False,
        capture_output=True,
        text=True,
        cwd=data,
        input=json.dumps(files),
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="module")
def served(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the unpacked wheel answers."""
    return _served(unpacked, tmp_path_factory.mktemp("data"))


def test_it_holds_every_file_of_the_program(unpacked: Path) -> None:
    missing = [
        str(path.relative_to(ROOT))
        for folder, place in PLACES.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not (unpacked / place / path.relative_to(ROOT / folder)).is_file()
    ]
    assert missing == []
    assert (unpacked / "lms/demonstration/year-2022.yaml").is_file()
    for locale in ("uk", "en"):
        assert (unpacked / f"lms/translations/{locale}/LC_MESSAGES/messages.mo").is_file()


def test_it_serves_the_front_page_in_ukrainian(served: dict[str, Any]) -> None:
    assert served["/"][:2] == [200, "text/html"]
    assert '<html lang="uk"' in served["text"]
    assert "Луганська обласна універсальна наукова бібліотека" in served["text"]
    # From the compiled catalogue, not from the settings.
    assert "Увійти" in served["text"]
    assert "Sign in" not in served["text"]


def test_every_plugin_comes_from_the_wheels_entry_points(served: dict[str, Any]) -> None:
    assert {"people", "courses", "certificates", "reports", "home"} <= set(served["plugins"])


def test_stylesheets_scripts_and_fonts_have_their_types(served: dict[str, Any]) -> None:
    kinds = {"css": "text/css", "js": "text/javascript", "ttf": "font/ttf", "svg": "image/svg+xml"}
    seen = set()
    for path, answer in served.items():
        suffix = path.partition("?")[0].rpartition(".")[2]
        if suffix in kinds:
            assert answer[:2] == [200, kinds[suffix]], path
            seen.add(suffix)
    assert {"css", "js", "ttf"} <= seen


def test_it_serves_what_the_checkout_serves(
    served: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert served == _served(ROOT, tmp_path_factory.mktemp("checkout"))
