"""Go through an application as somebody who clicks every link, and keep what was seen."""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

HOST = "http://localhost"
UNKNOWN = "?"


@dataclass(frozen=True)
class Element:
    """A tag of a page with its attributes."""

    tag: str
    attributes: Mapping[str, str]


@dataclass
class Outline(HTMLParser):
    """The tags of a page in order, and the text between them."""

    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text of the page with single blanks."""
        return " ".join(" ".join(self.words).split())


def outline(page: str) -> Outline:
    """Read a page."""
    found = Outline()
    found.feed(page)
    found.close()
    return found


@dataclass(frozen=True)
class Visit:
    """One address that was asked for, and what came of it."""

    path: str
    endpoint: str
    status: int
    mimetype: str
    headers: Mapping[str, str]
    page: Outline
    body: str
    came_from: str


def crawl(
    app: Flask,
    client: FlaskClient,
    *,
    start: Collection[str] = ("/",),
    rows: int = 3,
    once: Collection[str] = (),
    skipped: Collection[str] = (),
) -> Iterator[Visit]:
    """Follow links, pictures, styles, scripts and redirects from ``start`` on.

    :param rows: addresses of one endpoint that are looked at (a page for each row looks alike).
    :param once: endpoints whose answers cost much: one address is enough.
    :param skipped: endpoints that are not asked for at all.
    """
    adapter = app.url_map.bind("localhost")
    waiting = deque((path, "") for path in start)
    seen = set(start)
    asked: Counter[str] = Counter()
    while waiting:
        path, came_from = waiting.popleft()
        endpoint = endpoint_of(adapter, path)
        if endpoint in skipped:
            continue
        if asked[endpoint] >= (1 if endpoint in once else rows) and endpoint != UNKNOWN:
            continue
        asked[endpoint] += 1
        visit = look(client, path, endpoint=endpoint, came_from=came_from)
        yield visit
        for target in _targets(visit):
            if target not in seen:
                seen.add(target)
                waiting.append((target, path))


def look(client: FlaskClient, path: str, *, endpoint: str, came_from: str = "") -> Visit:
    """Ask for one address and read the answer."""
    with client.get(path) as answer:
        is_page = answer.mimetype == "text/html"
        body = answer.get_data(as_text=True) if is_page else ""
        return Visit(
            path=path,
            endpoint=endpoint,
            status=answer.status_code,
            mimetype=answer.mimetype,
            headers=dict(answer.headers),
            page=outline(body),
            body=body,
            came_from=came_from,
        )


def endpoint_of(adapter: MapAdapter, path: str, method: str = "GET") -> str:
    """Name the endpoint that an address leads to; ``?`` where it leads nowhere."""
    try:
        endpoint, _values = adapter.match(urlsplit(path).path, method=method)
    except HTTPException as error:
        # A slash too few is no dead link: the application says where to go.
        return "redirect" if error.code and error.code < 400 else UNKNOWN
    return str(endpoint)


def _targets(visit: Visit) -> Iterator[str]:
    if 300 <= visit.status < 400:
        yield from _local(visit, visit.headers.get("Location", ""))
    for element in visit.page.elements:
        for name in ("href", "src"):
            yield from _local(visit, element.attributes.get(name, ""))


def _local(visit: Visit, target: str) -> Iterator[str]:
    if not target or target.startswith(("#", "data:", "mailto:", "tel:")):
        return
    address = urldefrag(urljoin(HOST + visit.path, target)).url
    if address.startswith(f"{HOST}/"):
        yield address.removeprefix(HOST)


def dead_actions(app: Flask, visit: Visit) -> list[str]:
    """List the forms of a page that would be sent to an address that takes nothing."""
    adapter = app.url_map.bind("localhost")
    dead = []
    for element in visit.page.elements:
        is_form = element.tag == "form"
        target = element.attributes.get("action" if is_form else "formaction")
        if target is None:
            continue
        method = element.attributes.get("method" if is_form else "formmethod", "").upper()
        address = urljoin(HOST + visit.path, target).removeprefix(HOST)
        if endpoint_of(adapter, address, method or ("GET" if is_form else "POST")) == UNKNOWN:
            dead.append(f"{method} {address} on {visit.path}")
    return dead
