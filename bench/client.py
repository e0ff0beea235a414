"""A browser of the least kind: a cookie jar, hidden fields, and a clock around each request."""

import re
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.probe import HEADER


class Unexpected(Exception):
    """The program answered something else than what is to be measured."""


@dataclass(frozen=True)
class Answer:
    """What came back, how long it took, and how many queries it cost."""

    status: int
    body: bytes
    ms: float
    queries: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Client:
    """Each request goes over a connection of its own, so that both processes take part."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, status: int = 200
    ) -> Answer:
        """Send a request and time it from connecting to the last byte.

        :raises Unexpected: when the status is another one.
        """
        body = urlencode(fields) if fields is not None else None
        headers = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.perf_counter()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        ms = (time.perf_counter() - begun) * 1000
        connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: item.value for name, item in SimpleCookie(line).items()})
        if response.status != status:
            raise Unexpected(f"{method} {path}: {response.status}")
        return Answer(response.status, content, ms, int(response.headers.get(HEADER, 0)))


def hidden_fields(html: str) -> dict[str, str]:
    """Read what a page's forms carry along unseen."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html))
