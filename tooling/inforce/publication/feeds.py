"""Atom feeds (RFC 4287): one entry when a version is announced, one when it comes into force.

Keeps true: ids and dates of entries never change, so a reader sees each of them once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from inforce import address
from inforce.catalog import Catalog
from inforce.instant import format_instant
from inforce.policy import Policy, Version

_ATOM = "http://www.w3.org/2005/Atom"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Something that happened to a version: what, when, and what is said about it."""

    policy: Policy
    version: Version
    word: str
    at: datetime

    @property
    def title(self) -> str:
        """One line for a list of entries."""
        name = self.policy.title(self.policy.binding_language)
        verb = "is announced" if self.word == "announced" else "is in force"
        return f"{name}: version {self.version.label} {verb}"


def policy_feed(catalog: Catalog, policy: Policy, now: datetime) -> bytes:
    """Write the feed of one `policy` as UTF-8 XML."""
    title = f"{policy.title(policy.binding_language)} – {catalog.settings.publisher.name}"
    page = address.policy_page(policy, policy.binding_language)
    return _feed(catalog, title, page, address.feed_file(policy), list(_events(policy, now)))


def book_feed(catalog: Catalog, now: datetime) -> bytes:
    """Write the feed of all policies as UTF-8 XML."""
    events = [event for policy in catalog for event in _events(policy, now)]
    return _feed(catalog, f"Policies – {catalog.settings.publisher.name}", "", address.FEED, events)


def _events(policy: Policy, now: datetime) -> Iterator[_Event]:
    for version in policy.public(now):
        if version.published < version.effective:
            yield _Event(policy=policy, version=version, word="announced", at=version.published)
        # Asked of that instant's clock, not of today's: a version that another one overtook never came into force.
        start = max(version.effective, version.published)
        if start <= now and policy.in_force(start) is version:
            yield _Event(policy=policy, version=version, word="in-force", at=start)


def _feed(catalog: Catalog, title: str, page: str, feed: str, events: list[_Event]) -> bytes:
    site = catalog.settings.site
    root = Xml.Element("feed", xmlns=_ATOM)
    newest = sorted(events, key=lambda event: (event.at, event.policy.id, event.version.seq, event.word), reverse=True)
    updated = max((event.at for event in events), default=_EPOCH)
    for name, text in (("id", site + feed), ("title", title), ("updated", format_instant(updated))):
        Xml.SubElement(root, name).text = text
    Xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=site + feed)
    Xml.SubElement(root, "link", rel="alternate", type="text/html", href=site + page)
    Xml.SubElement(Xml.SubElement(root, "author"), "name").text = catalog.settings.publisher.name
    for event in newest[:_LONGEST]:
        _entry(root, site, event)
    Xml.indent(root, " ")
    text = str(Xml.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(root: Xml.Element, site: str, event: _Event) -> None:
    language = event.policy.binding_language
    page = site + address.version_page(event.policy, event.version, language)
    entry = Xml.SubElement(root, "entry")
    for name, text in (("id", f"{page}#{event.word}"), ("title", event.title), ("updated", format_instant(event.at))):
        Xml.SubElement(entry, name).text = text
    Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    edition = event.version.edition(language)
    points = edition.summary if edition else ()
    if points:
        Xml.SubElement(entry, "summary").text = "\n".join(point.text for point in points)
