"""Serving the demonstration: web processes and a job worker as children, until stopped."""

import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from flask import Flask
from gunicorn.app.base import BaseApplication

from lms.contracts import LMSError
from lms.jobs import start_worker

PATIENCE = 30.0
PAUSE = 0.02
GRACE = 8.0
STOPPING = (signal.SIGINT, signal.SIGTERM)


class PortTaken(LMSError):
    """Something else listens where the demonstration wants to."""

    code = "port_taken"


class NotServing(LMSError):
    """The pages did not come up."""

    code = "not_serving"


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn around an application that is made already: its processes share it by forking."""

    def __init__(self, app: Flask, options: Mapping[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Take the options as they are; neither files nor the command line are read."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Answer the application."""
        return self._app


def refuse_taken_port(host: str, port: int) -> None:
    """Look whether the port is free before anything else is done.

    :raises PortTaken: with one sentence saying what to do, in both languages.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Порт {port} уже зайнятий: зупиніть програму, яка його тримає, або виберіть "
                f"інший: LMS_PORT={port + 1} ./run\n"
                f"Port {port} is in use: stop the program that holds it, or choose another: "
                f"LMS_PORT={port + 1} ./run"
            ) from error


def address_of(host: str, port: int, path: str = "") -> str:
    """Write an address that a browser takes.

    >>> address_of("::1", 8000, "/demonstration")
    'http://[::1]:8000/demonstration'
    """
    return f"http://[{host}]:{port}{path}" if ":" in host else f"http://{host}:{port}{path}"


def serve(app: Flask, *, ready: Callable[[str], None]) -> int:
    """Serve until a signal comes or a child ends by itself; answer the exit status.

    The application is made once and forked: a web process of its own would spend a second on
    importing what is here already. Nothing may be open across the fork, so the caller has let go
    of the database.

    :param ready: told the address as soon as the pages answer.
    :raises NotServing: when they do not.
    """
    stop = threading.Event()
    for number in STOPPING:
        signal.signal(number, lambda _number, _frame: stop.set())
    context = multiprocessing.get_context("fork")
    children: list[BaseProcess] = [
        context.Process(target=_serve_web, args=(app,), name="web"),
        context.Process(target=_work, args=(app,), name="worker"),
    ]
    for child in children:
        child.start()
    try:
        _wait_until_up(app, children, stop)
        if not stop.is_set():
            host, port = app.config["LMS_HOST"], app.config["LMS_PORT"]
            ready(address_of(host, port, "/demonstration"))
        while not stop.wait(PAUSE * 10):
            if not all(child.is_alive() for child in children):
                return 1
        return 0
    finally:
        _stop(children)


def _serve_web(app: Flask) -> None:
    host, port = app.config["LMS_HOST"], app.config["LMS_PORT"]
    options = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": app.config["LMS_WORKERS"],
        "threads": app.config["LMS_THREADS"],
        "worker_class": "gthread",
        "proc_name": "lms",
        "loglevel": "warning",
        # Paths hold the tokens of calendars and of links that sign in.
        "accesslog": None,
        "graceful_timeout": 5,
        "control_socket_disable": True,
    }
    Server(app, options).run()


def _work(app: Flask) -> None:
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    consumer = start_worker(app)
    # After the consumer, which sets handlers of its own that nobody here listens to.
    for number in STOPPING:
        signal.signal(number, end)
    stop.wait()
    consumer.stop(graceful=True)


def _wait_until_up(app: Flask, children: list[BaseProcess], stop: threading.Event) -> None:
    address = address_of(app.config["LMS_HOST"], app.config["LMS_PORT"], "/health")
    # A proxy of the environment knows nothing of this machine's own address.
    opener = build_opener(ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not stop.is_set():
        if not all(child.is_alive() for child in children):
            break
        try:
            with opener.open(address, timeout=PATIENCE) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(PAUSE)
    if not stop.is_set():
        raise NotServing(
            "Сторінки не відповіли: подробиці вище. / The pages did not answer: see above."
        )


def _stop(children: list[BaseProcess]) -> None:
    for child in children:
        if child.is_alive():
            child.terminate()
    until = time.monotonic() + GRACE
    for child in children:
        child.join(max(0.0, until - time.monotonic()))
        if child.is_alive():
            child.kill()
            child.join()
