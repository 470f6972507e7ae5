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
_PAGE: Final = "screens/page/"
_POSITIVE: Final = {"accept": "accepted", "acknowledge": "acknowledged", "consent": "consented"}
_HTML: Final = (
    '<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Policies</title><script type="module" src="../../../browser/{element}.js"></script>'
    '<policy-{element} manifest="../../../policies.json" subject="example" languages="{language}"></policy-{element}>'
)
_APPLICABLE: Final = """(element) => element.client?.decision?.policies?.filter((x) => x.reason != "not-applicable")
    .map(({ id, act, outcome, target_seq }) => ({ policy: id, act, outcome, seq: target_seq }))"""
_SHOWN: Final = {
    "prompt": """(element) => {
      const buttons = [...element.shadowRoot.querySelectorAll("dialog[open] button")];
      return buttons.length > 0 && buttons.every((button) => !button.disabled);
    }""",
    "choices": """(element) => element.shadowRoot.querySelector("article") !== null""",
}


def take(scene: Scene) -> Iterator[Picture]:
    """Yield a picture of each step of the prompt, and one of the settings, in each language and width.

    There is none of the prompt if the site asks nothing, and none at all if it has no policies.
    """
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
            raise SetupError(f"the prompt or the settings of the site cannot be shown: {_first_line(cause)}") from cause
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
        element, language = path.removeprefix(_PAGE).split("/")
        body = _HTML.format(element=element, language=language).encode()
        route.fulfill(body=body, content_type="text/html; charset=utf-8")
        return
    content = scene.read(path) if address.startswith(scene.site) else None
    if content is None:
        route.abort()
    else:
        route.fulfill(body=content, content_type=mimetypes.guess_type(path)[0] or "text/plain")


def _steps(context: BrowserContext, scene: Scene, language: str, width: int) -> Iterator[Picture]:
    page, policies = _open(context, scene, "prompt", language)
    due = [policy for policy in policies if policy["outcome"] in ("prompt", "block")]
    for step, consents in (("answers", False), ("consents", True)):
        asked = [question for question in due if (question["act"] == "consent") is consents]
        if asked:
            _show(page, scene, "prompt", [question for question in due if question not in asked])
            yield _picture(page, "prompt", step, language, width, asked)
    if policies:
        page, policies = _open(context, scene, "choices", language)
        _show(page, scene, "choices", due)
        page.wait_for_load_state("networkidle")  # the titles are in the texts
        yield _picture(page, "choices", "choices", language, width, policies)


def _open(context: BrowserContext, scene: Scene, element: str, language: str) -> tuple[Page, list[dict[str, Any]]]:
    """Return a page with `element`, and the policies that apply to a new user."""
    page = context.new_page()
    page.goto(f"{scene.site}{_PAGE}{element}/{language}")
    tag = f"policy-{element}"
    page.wait_for_function(f"() => ({_APPLICABLE})(document.querySelector('{tag}'))", timeout=_PATIENCE)
    return page, page.eval_on_selector(tag, _APPLICABLE)


def _show(page: Page, scene: Scene, element: str, answered: list[dict[str, Any]]) -> None:
    """Show `element` to a user who has `answered` these questions, and wait until its buttons can be pressed."""
    records = [
        {
            "policy": question["policy"],
            "seq": question["seq"],
            "act": _POSITIVE[question["act"]],
            "subject": "example",
            "at": scene.now.isoformat(),
            "language": "en",
        }
        for question in answered
    ]
    tag = f"policy-{element}"
    page.eval_on_selector(tag, "(element, records) => { element.options = { records }; }", records)
    page.wait_for_function(f"() => ({_SHOWN[element]})(document.querySelector('{tag}'))", timeout=_PATIENCE)


def _picture(page: Page, element: str, step: str, language: str, width: int, policies: list[dict[str, Any]]) -> Picture:
    return Picture(
        template=f"policy-{element}/1",
        step=step,
        language=language,
        width=width,
        policies=tuple(policy["policy"] for policy in policies),
        content=page.screenshot(animations="disabled", caret="hide", full_page=element == "choices"),
    )


def _first_line(cause: Error) -> str:
    return cause.message.strip().partition("\n")[0]
