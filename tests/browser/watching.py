"""A window whose every request, answer and complaint is kept."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, Route


class Watched:
    """A browser's window of its own: the page in it, and all that went to and fro.

    Nothing leaves this machine: what asks for another host is kept in ``elsewhere`` and refused.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.host = urlsplit(address).netloc
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.answers: list[tuple[str, bytes]] = []
        self.statuses: list[tuple[int, str]] = []
        context.route(lambda url: urlsplit(url).netloc != self.host, self._refuse)
        context.on("console", self._hear)
        context.on("response", self._note)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _refuse(self, route: Route, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            route.continue_()
            return
        self.elsewhere.append(request.url)
        route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _note(self, response: Response) -> None:
        self.statuses.append((response.status, response.url))

    def keep_answers(self) -> None:
        """Keep every byte of every answer from now on, heads and redirects as well."""
        self.context.route(lambda url: urlsplit(url).netloc == self.host, self._keep)

    def _keep(self, route: Route, request: Request) -> None:
        answer = route.fetch(max_redirects=0)
        head = "\n".join(f"{each['name']}: {each['value']}" for each in answer.headers_array)
        self.answers.append((request.url, head.encode() + b"\n\n" + answer.body()))
        route.fulfill(response=answer)

    def forget(self) -> None:
        """Begin anew: for the next page in the same window."""
        for kept in (self.elsewhere, self.complaints, self.answers, self.statuses):
            kept.clear()

    @property
    def faults(self) -> list[tuple[int, str]]:
        """Answers that say the program failed."""
        return [(status, url) for status, url in self.statuses if status >= 500]
