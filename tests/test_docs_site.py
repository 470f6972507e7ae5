"""The documentation of the published site is complete: URLs, link relations, and fields of comparisons."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from inforce import address
from inforce.manifest import digests_file
from inforce.manifest.words import signed_path
from inforce.policy import Kind
from inforce.publication import Page
from inforce.screens import Picture
from inforce.text import Digest
from page_files import comparison_file
from test_publication import ANNOUNCED, DE, FIRST, SECOND, SITE, edition, files, pages, policy, publication

TEXT = (Path(__file__).parents[1] / "docs/reference/site.md").read_text("utf-8")
WILD = {
    "<policy>": "[a-z]+",
    "<version>": r"[\d.-]+",
    "<old>": r"[\d.-]+?",
    "<new>": r"[\d.-]+",
    "<language>": "[a-z]+",
    "<name>": "[a-z-]+",
    "<digest>": "[0-9a-f]{64}",
    "<template>": r"[a-z-]+\d",
    "<step>": "[a-z]+",
    "<width>": r"\d+",
}


def found() -> dict[str, Page]:
    """Return every page of a book that has two versions in two languages."""
    both = [
        replace(pattern, editions=(*pattern.editions, edition(DE, f"{pattern.label}."))) for pattern in (FIRST, SECOND)
    ]
    return pages(publication(ANNOUNCED, policy(*both), replace(policy(*both), id="privacy", kind=Kind.PRIVACY)))


def documented() -> list[re.Pattern[str]]:
    """Return the URLs on the page, as patterns."""
    rows = re.findall(r"^\| (`/.*?`(?:, `/.*?`)*) \|", TEXT, re.MULTILINE)
    patterns = []
    for one in (text for row in rows for text in re.findall(r"`/([^`]*)`", row)):
        pattern = re.escape(one).replace(re.escape("[<language>/]"), "(?:[a-z]+/)?")
        for name, wild in WILD.items():
            pattern = pattern.replace(re.escape(name), wild)
        patterns.append(re.compile(pattern))
    return patterns


def test_documented_urls_match_those_of_a_site() -> None:
    shown = found()
    companions = [
        page.context[name] for page in shown.values() for name in ("file", "document") if name in page.context
    ]
    both = publication(ANNOUNCED, policy(FIRST, SECOND))
    fragments = [address.fragment_beside(address.text_file(both.policies[0], FIRST, DE))]
    published = [*shown, *files(both), *companions, *fragments]
    shop = address.manifest_file("shop")
    published += [address.MANIFEST, address.SIGNED_MANIFEST, shop, signed_path(shop), *address.CONFORMANCE]
    picture = Picture(template="policy-prompt/1", step="answers", language="de", width=390, policies=(), content=b"")
    published += [address.SCREENS, picture.path]
    published += [digests_file(pattern.id, Digest.of(b"")) for pattern in both.policies]

    patterns = documented()

    assert [place for place in published if not any(pattern.fullmatch(place) for pattern in patterns)] == []
    assert [pattern.pattern for pattern in patterns if not any(pattern.fullmatch(place) for place in published)] == []


def test_every_link_relation_is_documented() -> None:
    relations = {relation["rel"] for page in found().values() for relation in page.links} | {"canonical"}

    assert [name for name in sorted(relations) if f"`{name}`" not in TEXT] == []


def test_every_field_of_a_comparison_is_documented() -> None:
    shown = found()
    names: set[str] = set()
    for page in shown.values():
        if page.kind.name in ("redline", "since"):
            pattern = publication(ANNOUNCED)
            changes = [pattern.texts.changes(*pair) for pair in page.pairs]
            names |= members(json.loads(comparison_file(page, SITE, changes)[1]))

    assert {"clauses", "percent", "sentences", "announced"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in TEXT] == []


def members(data: Any) -> set[str]:
    """Yield every field name in `data`, recursively."""
    if isinstance(data, list):
        return set().union(*map(members, data))
    return set(data).union(*map(members, data.values())) if isinstance(data, dict) else set()
