"""The `_headers` file of static hosts: caching, cross-origin access and content security of each path.

The documentation has the same rules for nginx and other servers; on hosts without `_headers`, the meta tag of each page
applies.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from inforce import address
from inforce.language import Language
from inforce.manifest.words import signed_path
from inforce.policy import Policy
from inforce.publication.pages.context import languages_of

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
# Scripts of other origins can read these only if the host says so: a client needs the host's time and its pause.
_EXPOSED = "Access-Control-Expose-Headers: Date, Retry-After"
_POLLED = "max-age=600, stale-while-revalidate=3600, stale-if-error=604800"
_SHORT = "max-age=600"
_HOUR = "max-age=3600"
_FOREVER = "max-age=31536000, immutable"


def headers(policies: Iterable[Policy], now: datetime, manifests: Iterable[str] = (address.MANIFEST,)) -> bytes:
    """Return the header rules for everything published of `policies` at `now`, one block per path.

    `manifests` are the paths of the manifests.
    """
    blocks = [
        _block(
            "/*",
            f"Content-Security-Policy: {CONTENT_SECURITY_POLICY}; frame-ancestors 'none'",
            "Referrer-Policy: no-referrer",
            "X-Content-Type-Options: nosniff",
        ),
        *(_json(f"/{form}", _POLLED) for path in manifests for form in (path, signed_path(path))),
        _json("/schema/*", _HOUR),
        *(_json("/" + path, _HOUR) for path in address.CONFORMANCE),
        _block(f"/{address.BROWSER}/*", f"Cache-Control: {_HOUR}", "Access-Control-Allow-Origin: *"),
        _feed("/" + address.FEED),
    ]
    for policy in policies:
        blocks += _policy_blocks(policy.id, languages_of(policy, now))
    return "\n".join(blocks).encode()


def _policy_blocks(policy_id: str, languages: Iterable[Language]) -> Iterable[str]:
    yield _json(f"/{policy_id}/versions.json", _SHORT)
    yield _json(f"/{policy_id}/versions.:digest.json", _FOREVER)
    yield _feed(f"/{policy_id}/feed.xml")
    yield _block(f"/{policy_id}/calendar.ics", f"Cache-Control: {_HOUR}", "Content-Type: text/calendar; charset=utf-8")
    yield _block(f"/{policy_id}/timemap.link", f"Cache-Control: {_HOUR}", "Content-Type: application/link-format")
    yield _block(
        f"/{policy_id}/:version/:language.md",
        f"Cache-Control: {_FOREVER}",
        "Content-Type: text/markdown; charset=utf-8",
        "Access-Control-Allow-Origin: *",
    )
    for language in languages:  # listed individually: “:language” would also match index.html, which changes
        path = f"/{policy_id}/:version/{language}.html"
        yield _block(path, f"Cache-Control: {_FOREVER}", "Access-Control-Allow-Origin: *")
    yield _json(f"/{policy_id}/changes/:pair/:language.json", _FOREVER)
    yield _block(
        f"/{policy_id}/changes/:pair/:language.docx",
        f"Cache-Control: {_FOREVER}",
        "Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    yield _block(
        f"/{policy_id}/changes/:pair/:language.pdf", f"Cache-Control: {_HOUR}", "Content-Type: application/pdf"
    )
    yield _block(f"/{policy_id}/:version/:language.pdf", f"Cache-Control: {_HOUR}", "Content-Type: application/pdf")
    yield _json(f"/{policy_id}/:version/since/:language.json", _SHORT)


def _json(path: str, cache: str) -> str:
    return _block(
        path,
        f"Cache-Control: {cache}",
        "Content-Type: application/json; charset=utf-8",
        "Access-Control-Allow-Origin: *",
        _EXPOSED,
    )


def _feed(path: str) -> str:
    return _block(path, f"Cache-Control: {_HOUR}", "Content-Type: application/atom+xml; charset=utf-8")


def _block(path: str, *lines: str) -> str:
    return path + "\n" + "".join(f"  {line}\n" for line in lines)
