"""TimeMaps (RFC 7089, 5; application/link-format, RFC 6690): the permanent pages by the time they came into force.

Invariants: a page is listed from the time its version came into force, with the instant from which the policy's page
showed it. A version that is only announced is not a memento.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from inforce import address
from inforce.policy import Policy, Version
from inforce.policy.catalog import Catalog


def timemap(catalog: Catalog, policy: Policy, now: datetime) -> bytes:
    """Return the TimeMap of the page of `policy` in its binding language at `now`."""
    site, language = catalog.settings.site, policy.binding_language
    shown = _shown(policy, now)
    span = f'; from="{_date(shown[0][0])}"; until="{_date(shown[-1][0])}"' if shown else ""
    lines = [
        f'<{site}{address.policy_page(policy, language)}>; rel="original"',
        f'<{site}{address.timemap_file(policy)}>; rel="self"; type="application/link-format"{span}',
    ]
    for place, (at, version) in enumerate(shown):
        relation = " ".join(_relations(place, len(shown)))
        page = address.version_page(policy, version, language)
        lines.append(f'<{site}{page}>; rel="{relation}"; datetime="{_date(at)}"')
    return (",\n".join(lines) + "\n").encode()


def _shown(policy: Policy, now: datetime) -> list[tuple[datetime, Version]]:
    """Return the versions that the page of `policy` showed until `now`, each with the instant of its first display.

    A version with a retroactive effective date is left out if a later version was published with it.
    """
    shown: list[tuple[datetime, Version]] = []
    for row in reversed(policy.intervals(now)):
        at = max(row.start, row.version.published_at)
        if at <= now and (not shown or at < shown[-1][0]):
            shown.append((at, row.version))
    return shown[::-1]


def _relations(place: int, count: int) -> Iterator[str]:
    if place == 0:
        yield "first"
    if place == count - 1:
        yield "last"
    yield "memento"


def _date(instant: datetime) -> str:
    """Return `instant` as an RFC 1123 date in GMT."""
    return format_datetime(instant, usegmt=True)
