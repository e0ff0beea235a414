"""A small mail server that speaks real SMTP on this machine, and can break at any step."""

import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum


class Step(StrEnum):
    """A moment of a letter's way: the server has read this much and has not answered yet."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    TEXT = "text"
    QUIT = "quit"


Answer = str | None
GONE = None
USUAL: dict[Step, str] = {
    Step.CONNECT: "220 tests",
    Step.MAIL: "250 ok",
    Step.RCPT: "250 ok",
    Step.DATA: "354 go on",
    Step.TEXT: "250 taken",
    Step.QUIT: "221 bye",
}


@dataclass
class Mailbox:
    """What arrived, and how the server behaves.

    ``answers`` replaces the answer of a step; ``GONE`` closes the connection instead of answering.
    ``watch`` is called at each step, before the answer.
    """

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    answers: dict[Step, Answer] = field(default_factory=dict)
    watch: Callable[[Step], None] = lambda _step: None
    connections: int = 0

    @property
    def by_key(self) -> Counter[str]:
        """Count what arrived by Message-ID."""
        return Counter(str(letter["Message-ID"]) for letter in self.arrived)

    def settings(self) -> dict[str, object]:
        """Settings of an application that sends here."""
        return {
            "LMS_MAIL_SERVER": "127.0.0.1",
            "LMS_MAIL_PORT": self.port,
            "LMS_MAIL_TLS": False,
        }


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            self._talk(self.server.mailbox)  # type: ignore[attr-defined]
        except (ConnectionError, EOFError):
            return

    def _talk(self, box: Mailbox) -> None:
        box.connections += 1
        self._answer(box, Step.CONNECT)
        readers: list[str] = []
        while line := self.rfile.readline():
            verb = line.split(b" ", 1)[0].strip().upper()
            if verb in {b"EHLO", b"HELO"}:
                self.wfile.write(b"250 tests\r\n")
            elif verb == b"RSET":
                self.wfile.write(b"250 ok\r\n")
            elif verb == b"MAIL":
                self._answer(box, Step.MAIL)
            elif verb == b"RCPT":
                readers.append(line.decode().partition("<")[2].partition(">")[0])
                self._answer(box, Step.RCPT)
            elif verb == b"DATA":
                self._answer(box, Step.DATA)
                if box.answers.get(Step.DATA, "354").startswith("354"):  # type: ignore[union-attr]
                    self._take(box, readers)
                    self._answer(box, Step.TEXT)
                readers = []
            elif verb == b"QUIT":
                self._answer(box, Step.QUIT)
                return

    def _take(self, box: Mailbox, readers: list[str]) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line[1:] if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        if not (box.answers.get(Step.TEXT) or "250").startswith(("4", "5")):
            box.arrived.append(letter)
            box.readers += readers

    def _answer(self, box: Mailbox, step: Step) -> None:
        box.watch(step)
        answer = box.answers.get(step, USUAL[step])
        if answer is GONE:
            raise EOFError
        self.wfile.write(f"{answer}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: Mailbox


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a mail server for a while."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.mailbox = Mailbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.mailbox
        finally:
            server.shutdown()
            thread.join()
