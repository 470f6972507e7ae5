"""Versions and redlines as papers: the facts that a PDF states in addition to its text.

Invariants: a paper states absolute instants and addresses and never “now”, since copies remain when the site changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from inforce.instant import day_of, format_local, is_start_of_day
from inforce.language import Language
from inforce.pdf import FactRow, Paper
from inforce.policy import Edition
from inforce.policy.settings import Settings
from inforce.redline import Redline
from inforce.rendering.html import to_html
from inforce.rendering.inline import hidden
from inforce.rendering.labels import ENGLISH, Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperWords:
    """The interface words of a paper, English by default; translations must keep the placeholders in braces."""

    page_of: str = "Page {page} of {pages}"
    version: str = "Version"
    numbered: str = "{label} (number {seq})"
    correction: str = "Correction of"
    applies: str = "Applies"
    from_until: str = "from {start} until {end}"
    from_on: str = "from {start}"
    draft: str = "draft, not published; planned to apply from {start}"
    replaced: str = "never: it was replaced before it applied"
    cancelled: str = "never: it was cancelled. {reason}"
    published: str = "Published"
    language: str = "Language"
    binding: str = "{language} (binding)"
    translation: str = "{language}, a translation; the binding text is in {binding}"
    lags: str = "{language}, a translation of another version of the text; the binding text is in {binding}"
    address: str = "Address"
    text_in_force: str = "Text in force"
    changed: str = "{title}: what changed"
    pair: str = "{title}, {old} to {new}"
    old: str = "From"
    new: str = "To"
    beginning: str = "{label}, applies from {start}"
    summary: str = "What changed, in the publisher’s words"
    numbers: str = "Numbers, dates and links that changed"
    nothing: str = "There are no differences."


WORDS = PaperWords()


def long_instant(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return `instant` in `zone` as in running text of `language`: the day, and the time unless the day begins then."""
    day = day_of(instant, zone)
    if is_start_of_day(instant, zone):
        return language.format_day(day)
    clock, name = format_local(instant, zone).split(" ")[1:]
    return language.format_time_of_day(day, f"{clock} ({name})")


Facts = Mapping[str, Any]
_LABELLED = re.compile(r'(<(?:ins|del)[^<>]*>)<span class="inforce-sr"([^<>]*)>([^<]*</span>)')


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMaker:
    """Creates the papers of a book with `settings` in one `language`, with the interface words `words` and `labels`."""

    settings: Settings
    language: Language
    words: PaperWords = WORDS
    labels: Labels = ENGLISH

    def version(self, place: str, facts: Facts, text: str) -> Paper:
        """Return the paper of a version; `facts` is the data of its page at `place`, `text` its HTML."""
        words, policy, version, edition = self.words, facts["policy"], facts["version"], facts["edition"]
        applies = self._applies(facts)
        rows = [
            FactRow(name=words.version, text=words.numbered.format(label=version["label"], seq=version["seq"])),
            *([FactRow(name=words.correction, text=version["amends"]["label"])] if version["amends"] else []),
            FactRow(name=words.applies, text=applies),
            FactRow(name=words.published, text=self._day(version["published_at"])),
            FactRow(name=words.language, text=self._stands(edition, policy)),
            self._link(words.address, place),
            self._link(words.text_in_force, policy["page"]),
            FactRow(name="SHA-256", text=edition["digest"]),
        ]
        title = f"{policy['title']} {version['label']}"
        return Paper(
            title=f"{title} – {self.settings.publisher.name}",
            author=self.settings.publisher.name,
            language=self.language,
            made=version["published_at"],
            rows=tuple(rows),
            running=(title, applies, self.language.own_name),
            digests=(f"sha256:{edition['digest']}",),
            body=text,
            page_of=words.page_of,
        )

    def redline(self, place: str, facts: Facts, editions: tuple[Edition, Edition], changes: Redline) -> Paper:
        """Return the paper of the redline `changes` of `editions`; `facts` is the data of its page at `place`."""
        words, policy, old, new = self.words, facts["policy"], facts["old"], facts["new"]
        rows = [
            *(
                FactRow(
                    name=name,
                    text=words.beginning.format(label=side["label"], start=self._day(side["effective_at"])),
                )
                for name, side in ((words.old, old), (words.new, new))
            ),
            FactRow(name=words.language, text=self.language.own_name),
            self._link(words.address, place),
            self._link(words.text_in_force, policy["page"]),
        ]
        names = words.pair.format(title=policy["title"], old=old["label"], new=new["label"])
        return Paper(
            title=f"{names} – {self.settings.publisher.name}",
            author=self.settings.publisher.name,
            language=self.language,
            made=new["published_at"],
            rows=tuple(rows),
            running=(names, rows[1].text, self.language.own_name),
            digests=tuple(
                f"{side['label']} sha256:{edition.digest.hex}"
                for side, edition in zip((old, new), editions, strict=True)
            ),
            body=self._changes(facts["summary"], changes),
            heading=words.changed.format(title=policy["title"]),
            page_of=words.page_of,
        )

    def _applies(self, facts: Facts) -> str:
        """Return when the version applies, worded so that it remains true after a later version is announced."""
        words, standing = self.words, facts["standing"]
        effective = self._day(facts["version"]["effective_at"])
        if standing["state"] == "draft":
            return words.draft.format(start=effective)
        if standing["state"] == "cancelled":
            return words.cancelled.format(reason=facts["cancelled"])
        if standing["start"] is None:
            return words.replaced
        if standing["end"] is None:
            return words.from_on.format(start=self._day(standing["start"]))
        return words.from_until.format(start=self._day(standing["start"]), end=self._day(standing["end"]))

    def _stands(self, edition: Facts, policy: Facts) -> str:
        words = {"": self.words.binding, "translation": self.words.translation, "lags": self.words.lags}
        return words[edition["mark"]].format(language=edition["language_name"], binding=policy["binding_language"])

    def _link(self, name: str, address: str) -> FactRow:
        return FactRow(name=name, text=self.settings.site + address, link=self.settings.site + address)

    def _day(self, instant: datetime) -> str:
        return long_instant(instant, self.settings.timezone, self.language.interface)

    def _changes(self, summary: list[Facts], changes: Redline) -> str:
        words, labels = self.words, self.labels
        points = [escape(point["text"]) for point in summary]
        numbers = [_number(number, labels) for number in changes.numbers]
        parts = [
            _section("inforce-summary", words.summary, points),
            _section("inforce-numbers", words.numbers, numbers),
            to_html(changes, labels) or f"<p>{escape(words.nothing)}</p>",
        ]
        # The labels of marks are hidden on screen; on paper they are outside the mark, since its line would cross them.
        return _LABELLED.sub(r'<span class="inforce-sr"\2> \3\1', "\n".join(parts))


def _section(name: str, heading: str, items: list[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f'<section class="{name}"><h2>{escape(heading)}</h2><ul>{rows}</ul></section>' if items else ""


def _number(changed: Any, labels: Labels) -> str:
    where = f"{escape(changed.heading)} – " if changed.heading else ""
    marks = (("del", labels.deleted, changed.was), ("ins", labels.added, changed.now))
    return where + " ".join(
        f"<{tag}>{hidden(label, labels.tongue)}{escape(words)}</{tag}>" for tag, label, words in marks if words
    )
