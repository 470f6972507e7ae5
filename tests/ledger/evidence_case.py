"""A built site and a ledger with the answers of two users, for the tests of evidence packs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from book_builder import BookBuilder
from built import SECRET, scaffold
from client.published_site import KEY, signing
from inforce.book.user_cache import CachePlace
from inforce.client import ManifestFile, Policies
from inforce.clock import Clock
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from inforce.site.build.builder import build_site
from inforce.site.build.options import BuildOptions
from ledger.receipts import KEYS, receipt

SITE = "https://policies.shop.example/"
OLD = {"en": "# Terms\n\nWe keep our word for 12 months.\n", "de": "# Bedingungen\n\nWir halten 12 Monate Wort.\n"}
_SUMMARY = "---\nsummary:\n  - text: Länger.\n---\n"
NEW = {
    "en": "# Terms\n\nWe keep our word for 24 months.\n",
    "de": f"{_SUMMARY}# Bedingungen\n\nWir halten 24 Monate Wort.\n",
}


def built_site(folder: Path) -> Path:
    """Build a signed site with two versions of the terms in two languages, and return its folder."""
    book = BookBuilder(folder / "book", extra=signing(KEY))
    policy = book.policy("terms", kind="terms", act="accept").version("2026-01-15", **OLD)
    policy.version("2026-06-01", **NEW)
    scaffold(book)
    site = folder / "site"
    site.mkdir()
    cache = CachePlace(folder / "cache", SECRET)
    build_site(BuildOptions(root=book.root, site=site, cache=cache, clock=Clock(option="2026-07-01"), keys=(KEY,)))
    return site


def kept_manifest(site: Path) -> ManifestFile:
    """Return the signed manifest of `site` as a client returns it."""
    snapshot = (site / "policies.jws.json").read_bytes()
    file = Policies(SITE, keys=[KEY.public.to_jwk()], snapshot=snapshot).manifest_file
    assert file
    return file


def answer(number: int, site: Path, *, subject: str = "u_mia", **more: Any) -> dict[str, Any]:
    """Return receipt `number` of a user who accepts the second version in German."""
    manifest = json.loads((site / "policies.json").read_bytes())
    (policy,) = manifest["policies"]
    version = next(each for each in policy["versions"] if each["seq"] == 2)
    facts = {"version": version["version"], "language": "de", "digest": version["digests"]["de"], "base_seq": 1}
    proof = {"serial": manifest["serial"], "manifest_digest": str(kept_manifest(site).digest)}
    surface = {"label": "Ich nehme an", "template": "policy-prompt/1", "language": "de"}
    return receipt(number, subject, **{**facts, **proof, "surface": surface, "at": "2026-07-02T10:00:00Z", **more})


async def filled(ledger: Ledger, site: Path) -> None:
    """Add the answers of two users, and the manifest of `site`."""
    await ledger.keep_manifest(kept_manifest(site))
    await ledger.add([answer(1, site, subject="u_ben"), answer(2, site)], "shop", ["verified"] * 2)
    await ledger.add([answer(3, site, act="declined", surface=None)], "shop", ["unverified"])
    await ledger.add([answer(4, site, policy="news"), answer(5, site, subject="u_zoe")], "shop", ["verified"] * 2)


def opened(place: LedgerPlace) -> Any:
    """Open the ledger at `place`."""
    return Ledger.open(place, KEYS, SITE, clock=lambda: 1_782_986_400_000)
