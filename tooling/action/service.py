"""A client for GitHub's REST API that uses only the standard library, so that jobs with a token install nothing.

Environment: GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN, as in every workflow.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

PAGE = 100
TIMEOUT = 30


class RefusedError(Exception):
    """An error response with its status `code` and body."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        super().__init__(f"GitHub answered {code}: {words}")


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Send `body` to `path` of the repository; return the decoded response, or None if it is empty."""
    repository = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}"
    request = urllib.request.Request(  # noqa: S310 # the URL is from the workflow's environment
        f"{repository}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            raw = answer.read()
    except urllib.error.HTTPError as refusal:
        raise RefusedError(refusal.code, refusal.read(2000).decode("utf-8", "replace")) from refusal
    return json.loads(raw) if raw else None


def pages(path: str) -> Iterator[Any]:
    """Yield all items of the list at `path`."""
    number = 1
    while True:
        items = call("GET", f"{path}{'&' if '?' in path else '?'}per_page={PAGE}&page={number}")
        yield from items
        if len(items) < PAGE:
            return
        number += 1
