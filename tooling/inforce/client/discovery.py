"""Learn the address of a site from a local copy of it.

Invariants: only a copy on this machine is trusted in this way; any other address is the site itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from inforce.client.http import LOOPBACK, Request
from inforce.client.limits import Limits
from inforce.client.results import Reason, RefusedError
from inforce.client.transport import fetch_and_wait
from inforce.errors import ManifestError
from inforce.manifest import Manifest, parse_json
from inforce.manifest.words import MAIN_PATH


def published_site(address: str, limits: Limits | None = None) -> str:
    """Return the site whose files `address` serves: for a local copy the `site` of its manifest, otherwise `address`.

    Raise RefusedError if a local copy does not answer with a manifest.
    """
    if urlsplit(address).hostname not in LOOPBACK:
        return address
    limits = limits or Limits()
    response = fetch_and_wait(Request(url=address + MAIN_PATH, limit=limits.manifest), limits)
    if response.status != 200:
        raise RefusedError(Reason.STATUS, f"{address}{MAIN_PATH} was answered with status {response.status}")
    try:
        return Manifest.from_json(parse_json(response.body)).site
    except ManifestError as cause:
        raise RefusedError(Reason.SCHEMA, str(cause)) from cause
