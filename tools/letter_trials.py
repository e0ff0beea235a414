"""The trial of letters: a worker killed at any moment of sending, and who got what.

The mail server of the trial kills the worker itself, so that each step of a letter's way is hit:
before the server answers, and a moment after.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter

from flask import current_app
from sqlalchemy import func, select

from lms.clock import now
from lms.db import begin_write, db
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, Text
from lms.letters.services import write
from lms.people.services import NewPerson, add_person
from tests.smtp import Mailbox, Step, mail_server
from tools.trials import Counts, Ground, is_open, let_the_lease_run_out, opened, worker_on

# A worker that takes its time to start meets no deadline of ours; one that hangs does.
PATIENCE = 60.0


class _Killer:
    """Kills a worker at its so-manieth step, or a blink later."""

    def __init__(self, chance: random.Random, worker: "subprocess.Popen[bytes]", most: int) -> None:
        self.worker, self.left = worker, chance.randint(1, most)
        self.delay = chance.choice([0.0, chance.uniform(0, 0.02)])
        self.lock = threading.Lock()

    def __call__(self, _step: Step) -> None:
        with self.lock:
            self.left -= 1
            if self.left != 0:
                return
        if not self.delay:
            self.kill()
            return
        threading.Timer(self.delay, self.kill).start()

    def kill(self) -> None:
        os.killpg(self.worker.pid, signal.SIGKILL)


def try_letters(ground: Ground, *, seed: int, count: int, kills: int) -> Counts:
    """Kill the worker while it sends: every letter leaves at most once, what is unsure is listed."""
    chance = random.Random(seed)
    killed = 0
    with mail_server() as box:
        there = Ground(ground.database, {**ground.settings, **_sending_to(box)})
        with opened(there):
            _write(count)
            most = 3 * 3 * count // (kills + 1)
            for _kill in range(kills):
                if not _wake():
                    break
                worker = worker_on(there)
                killer = _Killer(chance, worker, most)
                box.watch = killer
                killed += _wait(worker)
                let_the_lease_run_out()
            box.watch = lambda _step: None
            _finish(there)
            counts = _count(box)
    return {
        "trial": "letters",
        "seed": seed,
        "database": ground.database,
        "asked": count,
        "kills": killed,
        **counts,
    }


def _sending_to(box: Mailbox) -> dict[str, object]:
    # The environment of another process knows texts only.
    return {**box.settings(), "LMS_MAIL_TLS": 0}


def _write(count: int) -> None:
    begin_write()
    readers = [
        add_person(NewPerson("Читач", f"Номер{n}", email=f"reader{n}@example.org"), now=now())
        for n in range(count)
    ]
    draft = Draft("trial", "trial", lambda: Text("Повідомлення", ("Добрий день!",)))
    if len(write(readers, draft, now=now())) != count:
        raise RuntimeError("the letters were not taken in")
    db.session.commit()


def _wake() -> bool:
    """Tell the worker to come that there is work, if there is any."""
    if not is_open():
        return False
    current_app.extensions["lms_wake"]()
    return True


def _wait(worker: "subprocess.Popen[bytes]") -> bool:
    """Wait until the worker was killed or everything is done; answer whether it was killed."""
    deadline = time.monotonic() + PATIENCE
    while worker.poll() is None and time.monotonic() < deadline and is_open():
        time.sleep(0.05)
    is_killed = worker.poll() == -signal.SIGKILL
    _end(worker)
    return is_killed


def _finish(ground: Ground) -> None:
    deadline = time.monotonic() + PATIENCE
    while _wake() and time.monotonic() < deadline:
        _wait(worker := worker_on(ground))
        _end(worker)
        let_the_lease_run_out()


def _end(worker: "subprocess.Popen[bytes]") -> None:
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _count(box: Mailbox) -> Counts:
    db.session.rollback()
    rows = db.session.execute(select(Letter.key, Letter.state)).all()
    arrived: Counter[str] = Counter()
    for key, number in box.by_key.items():
        arrived[key.strip("<>").rpartition("@")[0]] += number
    states = Counter(str(state) for _key, state in rows)
    settled = {LetterState.SENT, LetterState.UNSURE}
    return {
        "sent": states["sent"],
        "unsure": states["unsure"],
        "arrived": len(arrived),
        "doubled": sum(number - 1 for number in arrived.values()),
        "lost": sum(state not in settled for _key, state in rows),
        # Said to have left, and nobody got it.
        "wrong": sum(state is LetterState.SENT and not arrived[key] for key, state in rows),
        "letters": db.session.scalar(select(func.count(Letter.id))),
    }
