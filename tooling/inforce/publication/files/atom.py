"""Atom feeds (RFC 4287): one entry when a version is announced, one when it comes into force.

Invariants: ids, dates and contents of entries never change, so that a feed reader shows each entry once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from xml.etree import ElementTree as Xml

from inforce import address
from inforce.instant import format_instant
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.publication.change_summary import Steps
from inforce.rendering.labels import Labels

_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 50
_MOST_SENTENCES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a version: its kind, its instant, and the version to compare with."""

    policy: Policy
    version: Version
    before: Version | None
    word: str
    at: datetime

    @property
    def page(self) -> str:
        """Return the path of the version's permanent page."""
        return address.version_page(self.policy, self.version, self.policy.binding_language)

    @property
    def editions(self) -> tuple[Edition | None, Edition | None]:
        """Return the binding editions of the previous version and of this one, each None if it does not exist."""
        language = self.policy.binding_language
        return self.before.edition(language) if self.before else None, self.version.edition(language)

    def key_parts(self) -> str:
        """Return all inputs of the entry except the interface words in its language."""
        texts = [edition and (str(edition.digest), edition.summary) for edition in self.editions]
        amends = [str(self.version.amends)] if self.version.amends else []
        return repr((self.page, self.policy.title(self.policy.binding_language), self.word, self.at, texts, *amends))


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: its addresses, its title, and its events, newest first."""

    title: str
    page: str
    file: str
    events: tuple[Event, ...]

    def key_parts(self, catalog: Catalog) -> str:
        """Return all inputs of the feed of `catalog` except interface words and program versions."""
        inputs = [event.key_parts() for event in self.events]
        return repr((self.title, self.page, self.file, catalog.settings.site, catalog.settings.publisher.name, inputs))


def policy_feed(catalog: Catalog, policy: Policy, now: datetime) -> Feed:
    """Return the feed with the events of `policy` until `now`."""
    title = f"{policy.title(policy.binding_language)} – {catalog.settings.publisher.name}"
    page = address.policy_page(policy, policy.binding_language)
    return Feed(title=title, page=page, file=address.feed_file(policy), events=_newest(_events(policy, now)))


def book_feed(catalog: Catalog, title: str, now: datetime) -> Feed:
    """Return the feed with the events of all policies until `now`, under `title`."""
    events = (event for policy in catalog for event in _events(policy, now))
    return Feed(title=title, page="", file=address.FEED, events=_newest(events))


def _newest(events: Iterator[Event]) -> tuple[Event, ...]:
    newest = sorted(events, key=lambda event: (event.at, event.policy.id, event.version.seq, event.word), reverse=True)
    return tuple(newest[:_LONGEST])


def _events(policy: Policy, now: datetime) -> Iterator[Event]:
    for version in policy.public(now):
        if version.published_at < version.effective_at:
            yield _event(policy, version, "announced", version.published_at)
        # Evaluated at that instant and not at `now`: a version overtaken by another one never came into force.
        start = max(version.effective_at, version.published_at)
        if start <= now and policy.in_force(start) is version:
            yield _event(policy, version, "in-force", start)


def _event(policy: Policy, version: Version, word: str, at: datetime) -> Event:
    # Evaluated at that instant, since the content of an entry never changes.
    earlier = [other for other in policy.public(at) if policy.place(other) < policy.place(version)]
    return Event(policy=policy, version=version, before=earlier[-1] if earlier else None, word=word, at=at)


def to_atom(feed: Feed, catalog: Catalog, steps: Steps, labels: dict[str, Labels]) -> bytes:
    """Return `feed` as UTF-8 XML; `labels` maps the tag of each binding language to its interface words."""
    site = catalog.settings.site
    root = Xml.Element("feed", xmlns=_ATOM)
    updated = max((event.at for event in feed.events), default=_EPOCH)
    for name, text in (("id", site + feed.file), ("title", feed.title), ("updated", format_instant(updated))):
        Xml.SubElement(root, name).text = text
    Xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=site + feed.file)
    Xml.SubElement(root, "link", rel="alternate", type="text/html", href=site + feed.page)
    Xml.SubElement(Xml.SubElement(root, "author"), "name").text = catalog.settings.publisher.name
    for event in feed.events:
        _entry(root, site, event, steps, labels[str(event.policy.binding_language)])
    Xml.indent(root, " ")
    text = str(Xml.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(root: Xml.Element, site: str, event: Event, steps: Steps, labels: Labels) -> None:
    page, language = site + event.page, event.policy.binding_language
    words = _title(event, labels)
    title = words.format(title=event.policy.title(language), label=event.version.label, amended=event.version.amends)
    entry = Xml.SubElement(root, "entry", {_LANG: str(language)})
    for name, text in (("id", f"{page}#{event.word}"), ("title", title), ("updated", format_instant(event.at))):
        Xml.SubElement(entry, name).text = text
    Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    edition = event.version.edition(language)
    points = [point.text for point in edition.summary] if edition else []
    if points:
        Xml.SubElement(entry, "summary").text = "\n".join(points)
    if content := _content(site, event, points, steps, labels):
        Xml.SubElement(entry, "content", type="html").text = content


def _title(event: Event, labels: Labels) -> str:
    if event.version.amends:
        return labels.correction_announced_title if event.word == "announced" else labels.correction_in_force_title
    return labels.announced_title if event.word == "announced" else labels.in_force_title


def _content(site: str, event: Event, points: list[str], steps: Steps, labels: Labels) -> str:
    """Return the author's summary and the list of changes as HTML; their text is escaped."""
    old, new = event.editions
    parts = [_list("ul", points)] if points else []
    if old and new and event.before:
        pair = (event.policy, event.before, event.version, event.policy.binding_language)
        sentences = list(steps(old, new, address.redline_file(*pair)).sentences)
        left = len(sentences) - _MOST_SENTENCES
        more = [labels.more_changes.format(count=left)] if left > 0 else []
        heading = labels.changes_since.format(label=event.before.label)
        link = f'<a href="{escape(site + address.redline_page(*pair))}">{escape(heading)}</a>'
        parts.append(f"<p>{link}</p>{_list('ol', sentences[:_MOST_SENTENCES] + more)}")
    return "".join(parts)


def _list(tag: str, items: list[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{escape(item, quote=False)}</li>' for item in items)}</{tag}>" if items else ""
