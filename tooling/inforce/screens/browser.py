"""Take the pictures with Chromium, through Playwright."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Route, sync_playwright

from inforce.errors import SetupError
from inforce.screens.picture import WIDTHS, Picture, Scene

_PATIENCE: Final = 15_000  # milliseconds
_TEMPLATE: Final = "policy-prompt/1"
_PAGE: Final = "screens/page"
_POSITIVE: Final = {"accept": "accepted", "acknowledge": "acknowledged", "consent": "consented"}
_HTML: Final = (
    '<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Policies</title><script type="module" src="../../browser/prompt.js"></script>'
    '<policy-prompt manifest="../../policies.json" subject="example" languages="{language}"></policy-prompt>'
)
_DUE: Final = """(prompt) => prompt.client?.decision?.policies?.filter((x) => ["prompt", "block"].includes(x.outcome))
    .map(({ id, act, target_seq }) => ({ policy: id, act, seq: target_seq }))"""
_SHOWN: Final = """(prompt) => {
  const buttons = [...prompt.shadowRoot.querySelectorAll("dialog[open] button")];
  return buttons.length > 0 && buttons.every((button) => !button.disabled);
}"""


def take(scene: Scene) -> Iterator[Picture]:
    """Yield a picture of each step of the prompt in each language and width; none if the site asks nothing."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=scene.browser)
        except Error as cause:
            raise SetupError(f"the browser does not start: {_first_line(cause)}") from cause
        try:
            for language in scene.languages:
                for width, height in WIDTHS.items():
                    with _context(browser.new_context(viewport={"width": width, "height": height}), scene) as context:
                        yield from _steps(context, scene, language, width)
        except Error as cause:
            raise SetupError(f"the prompt of the site cannot be shown: {_first_line(cause)}") from cause
        finally:
            browser.close()


@contextmanager
def _context(context: BrowserContext, scene: Scene) -> Iterator[BrowserContext]:
    """Yield `context` with the files of the site at their addresses, no other network, and the clock of `scene`."""
    context.route("**/*", lambda route: _answer(route, scene))
    context.clock.set_fixed_time(scene.now)
    try:
        yield context
    finally:
        context.close()


def _answer(route: Route, scene: Scene) -> None:
    address = urlsplit(route.request.url)._replace(query="", fragment="").geturl()
    path = address.removeprefix(scene.site)
    if path.startswith(_PAGE):
        body = _HTML.format(language=path.removeprefix(f"{_PAGE}/")).encode()
        route.fulfill(body=body, content_type="text/html; charset=utf-8")
        return
    content = scene.read(path) if address.startswith(scene.site) else None
    if content is None:
        route.abort()
    else:
        route.fulfill(body=content, content_type=mimetypes.guess_type(path)[0] or "text/plain")


def _steps(context: BrowserContext, scene: Scene, language: str, width: int) -> Iterator[Picture]:
    page = context.new_page()
    page.goto(f"{scene.site}{_PAGE}/{language}")
    page.wait_for_function(f"() => ({_DUE})(document.querySelector('policy-prompt'))", timeout=_PATIENCE)
    due: list[dict[str, Any]] = page.eval_on_selector("policy-prompt", _DUE)
    for step, consents in (("answers", False), ("consents", True)):
        asked = [question for question in due if (question["act"] == "consent") is consents]
        if asked:
            _show(page, scene, [question for question in due if question not in asked])
            yield Picture(
                template=_TEMPLATE,
                step=step,
                language=language,
                width=width,
                policies=tuple(question["policy"] for question in asked),
                content=page.screenshot(animations="disabled", caret="hide"),
            )


def _show(page: Page, scene: Scene, answered: list[dict[str, Any]]) -> None:
    """Show the prompt of a user who has `answered` the other questions, and wait until its buttons can be pressed."""
    at = scene.now.isoformat()
    records = [
        question | {"act": _POSITIVE[question["act"]], "subject": "example", "at": at, "language": "en"}
        for question in answered
    ]
    page.eval_on_selector("policy-prompt", "(prompt, records) => { prompt.options = { records }; }", records)
    page.wait_for_function(f"() => ({_SHOWN})(document.querySelector('policy-prompt'))", timeout=_PATIENCE)


def _first_line(cause: Error) -> str:
    return cause.message.strip().partition("\n")[0]
