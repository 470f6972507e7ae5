"""Compare the visible words and the links of versions, policies and redlines with the locked texts.

The locked text is the one at its `.md` address if that has the locked digest. Otherwise the difference is a separate
finding and nothing is compared with the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, zip_longest

from inforce.address import MANIFEST
from inforce.checks import Finding
from inforce.errors import quoted
from inforce.language import Language
from inforce.markdown import plain_text, to_html
from inforce.policy.lock import Lock, LockEntry
from inforce.text import Digest
from inforce.verification import rules
from inforce.verification.rules import found
from inforce.verification.site import Site, published
from inforce.verification.visible import VisiblePage, read_fragment, read_page

_NEAR = 3
_FIX = "Build and publish the site again; find out who changed the page."


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedText:
    """The words of a locked text as a string, and the destinations of its links as in `VisiblePage.links`."""

    plain: str
    links: tuple[str, ...]


Texts = Callable[[str, str, Language], "LockedText | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page or fragment of `policy` in `language`: of the version `label`, of a step from `old`, or of neither."""

    address: str
    policy: str
    language: Language
    label: str = ""
    old: str = ""


def shown(lock: Lock, now: datetime, binding: Mapping[str, Language]) -> Iterator[Shown]:
    """Yield the pages and fragments that show a text of `lock`; `binding` are the binding languages by policy id.

    Pages in the binding language are one level higher. For a policy without a binding language only fragments are
    yielded.
    """
    for policy, entries in _by_policy(lock, now).items():
        main = binding.get(policy)
        for label, entry in entries:
            for tag in entry.digests:
                yield Shown(address=f"{policy}/{label}/{tag}.html", policy=policy, language=tag, label=label)
                if main:
                    place = f"{policy}/{label}/{_below(tag, main)}"
                    yield Shown(address=place, policy=policy, language=tag, label=label)
        if main is None:
            continue
        yield Shown(address=f"{policy}/", policy=policy, language=main)
        for tag in set.intersection(*(set(entry.digests) for _, entry in entries)) - {main}:
            yield Shown(address=f"{policy}/{tag}/", policy=policy, language=tag)
        for (old, before), (new, after) in pairwise(entries):
            for tag in (tag for tag in after.digests if tag in before.digests):
                place = f"{policy}/changes/{old}...{new}/{_below(tag, main)}"
                yield Shown(address=place, policy=policy, language=tag, label=new, old=old)


def word_findings(site: Site) -> Iterator[Finding]:
    """Yield a finding for each page or fragment of `site` whose visible words differ from the locked ones."""
    text = _texts(site)
    for place in shown(site.lock, site.now, site.binding):
        body = site.body(place.address)
        if body is None:
            continue
        read = read_fragment if place.address.endswith(".html") else read_page
        page = read(body.decode("utf-8", "replace"))
        if page.active:
            yield found(rules.ACTIVE, place.address, f"{page.active[0]}.", _FIX)
        if page.faults:
            message = f"Browsers can read this page in more than one way: {page.faults[0]}"
            yield found(rules.WORDS, place.address, message, _FIX)
        elif place.old:
            yield from _redline(place, page, text)
        else:
            yield from _text(site, place, page, text)


def _text(site: Site, place: Shown, page: VisiblePage, text: Texts) -> Iterator[Finding]:
    labels = [place.label] if place.label else _standing(site, place.policy)
    locked = [known for label in labels if (known := text(place.policy, label, place.language)) is not None]
    expected = [known.plain.split() for known in locked]
    if not expected:
        return
    if len(page.texts) != 1:
        if place.label or _in_force(site, place.policy) is not None:
            yield found(rules.WORDS, place.address, f"Expected one text, got {len(page.texts)}.", _FIX)
    elif page.texts[0] not in expected:
        yield found(rules.WORDS, place.address, _difference(expected[0], page.texts[0]), _FIX)
    elif all(list(known.links) != page.links for known in locked if known.plain.split() == page.texts[0]):
        yield found(rules.WORDS, place.address, _other_link(locked[0].links, page.links), _FIX)
    if page.extra:
        message = f"Words that belong to no part of the page: {quoted(' '.join(page.extra[:8]))}"
        yield found(rules.WORDS, place.address, message, _FIX)


def _redline(place: Shown, page: VisiblePage, text: Texts) -> Iterator[Finding]:
    old, new = (text(place.policy, label, place.language) for label in (place.old, place.label))
    if old is None or new is None:
        return
    if len(page.redlines) != 1:
        yield found(rules.WORDS, place.address, f"Expected one redline, got {len(page.redlines)}.", _FIX)
        return
    redline = page.redlines[0]
    if old.plain == new.plain and not redline.old + redline.new:
        return  # the page states that nothing changed
    # A moved clause is shown at its new place only, so the old text would be out of order.
    sides = [("new", new.plain, redline.new)] + ([] if redline.moved else [("old", old.plain, redline.old)])
    for name, expected, got in sides:
        if "".join(expected.split()) != got:
            message = f"The {name} text of the redline: {_difference(list(''.join(expected.split())), list(got), '')}"
            yield found(rules.WORDS, place.address, message, _FIX)
            return
    if foreign := [url for url in redline.links if url not in {"", *old.links, *new.links}]:
        message = f"A link of the redline leads to {quoted(foreign[0])}, but no link of the two texts does"
        yield found(rules.WORDS, place.address, message, _FIX)


def _other_link(expected: Sequence[str], got: Sequence[str]) -> str:
    """Return a message about the first link that differs."""
    pairs = list(zip_longest(expected, got))
    at = next(at for at, (expected_link, other) in enumerate(pairs) if expected_link != other)
    expected_link, other = (
        "no link" if url is None else quoted(url or "another page of the site") for url in pairs[at]
    )
    return f"Link {at + 1}: expected {expected_link}, got {other}"


def _difference(expected: list[str], got: list[str], space: str = " ") -> str:
    pairs = zip(expected, got, strict=False)
    at = next(
        (at for at, (expected_words, other) in enumerate(pairs) if expected_words != other),
        min(len(expected), len(got)),
    )
    near = _NEAR if space else 8 * _NEAR
    expected_words, other = (space.join(words[max(0, at - near) : at + near + 1]) for words in (expected, got))
    return (
        f"{'Word' if space else 'Character'} {at + 1}: expected {quoted(expected_words, 120)}, got {quoted(other, 120)}"
    )


def _standing(site: Site, policy: str) -> list[str]:
    """Return the labels of the versions whose text the page of `policy` may show: the one in force, or else any."""
    labels = [(label, entry.seq) for name, label, entry in published(site.lock, site.now) if name == policy]
    current = _in_force(site, policy)
    return [label for label, seq in labels if current in (None, seq)]


def _in_force(site: Site, policy: str) -> int | None:
    """Return the number of the version of `policy` in force when the site was built, according to its manifest."""
    policies = (site.document(MANIFEST) or {}).get("policies")
    listed = [entry for entry in policies if isinstance(entry, dict)] if isinstance(policies, list) else []
    current = next((entry.get("in_force") for entry in listed if entry.get("id") == policy), None)
    return current if isinstance(current, int) else None


def _texts(site: Site) -> Texts:
    texts: dict[str, LockedText | None] = {}

    def text(policy: str, label: str, language: Language) -> LockedText | None:
        address = f"{policy}/{label}/{language}.md"
        if address not in texts:
            body, entry = site.body(address), site.lock.entry(policy, label)
            locked = entry.digests.get(language) if entry else None
            same = body is not None and Digest.of(body) == locked
            texts[address] = _locked_text(body.decode()) if body is not None and same else None
        return texts[address]

    return text


def _locked_text(markdown: str) -> LockedText:
    return LockedText(plain=plain_text(markdown), links=tuple(read_fragment(to_html(markdown)).links))


def _by_policy(lock: Lock, now: datetime) -> dict[str, list[tuple[str, LockEntry]]]:
    policies: dict[str, list[tuple[str, LockEntry]]] = {}
    for policy, label, entry in published(lock, now):
        policies.setdefault(policy, []).append((label, entry))
    return policies


def _below(language: Language, main: Language) -> str:
    return "" if language == main else f"{language}/"
