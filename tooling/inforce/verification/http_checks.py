"""Check the texts by digest, the pages by status, and the headers that apps need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

from inforce.checks import Finding
from inforce.client.http import Response
from inforce.client.results import RefusedError
from inforce.errors import quoted
from inforce.instant import format_instant
from inforce.manifest.model import utc_instant
from inforce.manifest.words import signed_path
from inforce.text import Digest
from inforce.verification import rules
from inforce.verification.rules import found
from inforce.verification.site import Site, published

_LONGEST_CACHED = 86_400


def missing_findings(site: Site) -> Iterator[Finding]:
    """Yield a finding for each published address that cannot be fetched."""
    for address, answer in site.answers.items():
        yield from missing(address, answer)


def missing(address: str, answer: Response | RefusedError) -> Iterator[Finding]:
    """Yield a finding if the `answer` at `address` has no content."""
    fix = "Publish the whole site again: published addresses are permanent."
    if isinstance(answer, RefusedError):
        yield found(rules.MISSING, address, f"It cannot be read: {answer.detail}.", fix)
    elif answer.status != 200:
        yield found(rules.MISSING, address, f"Expected status 200, got {answer.status}.", fix)


def text_findings(site: Site) -> Iterator[Finding]:
    """Yield a finding for each text that differs from the locked one."""
    for policy, label, entry in published(site.lock, site.now):
        for language, locked in entry.digests.items():
            address = f"{policy}/{label}/{language}.md"
            body = site.body(address)
            if body is not None and Digest.of(body) != locked:
                message = f"Expected the text {locked}, got {Digest.of(body)}."
                yield found(
                    rules.DIGEST, address, message, "Publish the locked text; a changed text needs a new version."
                )


def header_findings(site: Site) -> Iterator[Finding]:
    """Yield findings for headers that keep apps from reading `site` or noticing changes; for a folder, file times."""
    for path in site.manifests:
        yield from _issued(site, path)
    if not site.over_http:
        return
    for address, response in site.responses():
        if address.endswith(".json"):
            yield from _json_headers(site, address, response)
        elif address.endswith(".md"):
            yield from _text_headers(address, response)
        if "set-cookie" in response.headers:
            yield found(
                rules.CACHE, address, "It sets a cookie, which is not needed.", "Switch off cookies at the host."
            )


def _json_headers(site: Site, address: str, response: Response) -> Iterator[Finding]:
    if response.media_type != "application/json":
        message = f"Expected the type application/json, got {quoted(response.media_type)}."
        yield found(rules.HEADER, address, message, "Let the host send .json files as application/json.")
    if response.headers.get("access-control-allow-origin") != "*":
        message = "Apps in browsers cannot read it: “Access-Control-Allow-Origin: *” is missing."
        yield found(rules.HEADER, address, message, "Let the host send that header with .json and .md files.")
    if address in (form for path in site.manifests for form in (path, signed_path(path))):
        yield from _polled_headers(address, response)


def _polled_headers(address: str, response: Response) -> Iterator[Finding]:
    cache = _directives(response)
    age = cache.get("max-age", "0")
    if "immutable" in cache or (age.isascii() and age.isdigit() and int(age[:9]) > _LONGEST_CACHED):
        message = f"Apps would notice a change too late: Cache-Control is {quoted(response.headers['cache-control'])}."
        yield found(rules.HEADER, address, message, "Let the host send max-age=600 with the manifest.")
    if not {"etag", "last-modified"} & response.headers.keys():
        message = "It has neither ETag nor Last-Modified, so every poll fetches all of it."
        yield found(rules.CACHE, address, message, "Enable ETag or Last-Modified at the host.")


def _text_headers(address: str, response: Response) -> Iterator[Finding]:
    if response.headers.get("access-control-allow-origin") != "*":
        message = "Apps in browsers cannot read it: “Access-Control-Allow-Origin: *” is missing."
        yield found(rules.HEADER, address, message, "Let the host send that header with .json and .md files.")
    if "immutable" not in _directives(response):
        message = "It never changes, but Cache-Control lacks “immutable”."
        yield found(rules.CACHE, address, message, "Let the host send max-age=31536000, immutable with .md files.")


def _issued(site: Site, path: str) -> Iterator[Finding]:
    """Yield a finding if the file time differs from the issue date: many hosts derive the ETag from time and length."""
    document = site.document(path) or {}
    answer = site.answers.get(path)
    if not isinstance(answer, Response) or "last-modified" not in answer.headers:
        return
    try:
        issued = utc_instant(str(document.get("issued_at")))
        modified = parsedate_to_datetime(answer.headers["last-modified"]).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return
    if modified != issued:
        message = f"Its time is {format_instant(modified)}, and it was issued at {format_instant(issued)}."
        fix = "Keep the times of files when uploading: some hosts detect a change by time and length only."
        yield found(rules.CACHE, path, message, fix)


def page_header_findings(address: str, response: Response) -> Iterator[Finding]:
    """Yield a finding for each header that makes a browser show something other than the body of `response`."""
    headers = response.headers
    if "refresh" in headers:
        message = f"The header Refresh leads readers elsewhere: {quoted(headers['refresh'])}."
        yield found(rules.HEADER, address, message, "Remove that header at the host.")
    if "stylesheet" in headers.get("link", "").lower():
        message = f"The header Link adds a style sheet: {quoted(headers['link'])}."
        yield found(rules.HEADER, address, message, "Remove that header at the host.")
    kind = headers.get("content-type")
    is_page = address.endswith(("/", ".html")) or not address
    if is_page and kind and not re.fullmatch(r"text/html *(; *charset=\"?utf-8\"?)?", kind.strip(), re.IGNORECASE):
        message = f"Expected the type text/html; charset=utf-8, got {quoted(kind)}."
        yield found(rules.HEADER, address, message, "Let the host send pages with that type.")


def _directives(response: Response) -> dict[str, str]:
    parts: Iterable[str] = response.headers.get("cache-control", "").lower().split(",")
    return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
