"""What must never happen on a page: an error, a breach of its security policy, a request to another host.

A `Watch` only listens and remembers; the `page` fixture asks it at the end of each test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

OWN_SCHEMES = ("data", "blob", "about", "file")
OWN_HOSTS = ("127.0.0.1", "localhost")
REPORT_BREACHES = """
addEventListener("securitypolicyviolation", breach => console.error(
  `security policy: ${breach.effectiveDirective} stopped ${breach.blockedURI} at ${breach.sourceFile}`))
"""


@dataclass(kw_only=True)  # no slots: Playwright hangs a mark of its own on the object behind a listener
class Watch:
    """Remembers what went wrong on the pages of a context; `expected` holds pieces of text a test foresees."""

    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of `context`, from before its first script runs."""
        context.add_init_script(REPORT_BREACHES)
        context.on("console", self._on_console)
        context.on("request", self._on_request)
        context.on("page", lambda page: page.on("pageerror", self._on_error))

    def expect(self, *pieces: str) -> None:
        """Let problems pass that contain one of `pieces`, such as a 404 that the test is about."""
        self.expected.extend(pieces)

    def unforeseen(self) -> list[str]:
        """Return the problems that no test foresaw."""
        return [one for one in self.problems if not any(piece in one for piece in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and address.hostname not in OWN_HOSTS:
            self.problems.append(f"request to another host: {request.url}")

    def _on_error(self, error: Error) -> None:
        self.problems.append(f"uncaught: {error}")


def settled(page: Page) -> None:
    """Wait until what `page` has begun is done, so that a late error is still heard."""
    if not page.is_closed() and page.url.startswith("http"):
        page.wait_for_load_state("load")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
