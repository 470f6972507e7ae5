"""A built site in a folder, with the book and the lock it was built from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from book_builder import BookBuilder, instant
from inforce.checks import CheckReport
from inforce.manifest import digests_file, to_bytes
from inforce.manifest.build import manifest, manifest_paths, versions_document
from inforce.manifest.words import signed_path
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.publication import Publication
from inforce.publication.files.headers import headers
from inforce.signing import PrivateKey, generate_key, sign
from inforce.site.page_kinds import page_kinds
from inforce.text import Digest
from inforce.verification import verify
from inforce.verification.site import lasting_addresses

NOW = instant("2026-09-20")
DAY_AFTER = instant("2026-09-21")
KEY, SECOND_KEY = generate_key(), generate_key()


def signing(*keys: PrivateKey) -> str:
    """Return the keys that a book lists."""
    rows = [json.dumps({"kid": key.public.kid, "public": key.public.to_jwk()}) for key in keys]
    return "signing:\n" + "".join(f"  - {row}\n" for row in rows)


@dataclass
class Published:
    """A site in `folder`, of a book whose lock is `lock`."""

    folder: Path
    catalog: Catalog
    lock: Lock = field(default_factory=Lock)

    def publish(self, now: datetime = NOW, keys: tuple[PrivateKey, ...] = (KEY,)) -> None:
        """Write all files that a client reads, for the instant `now`."""
        paths, digests = manifest_paths(self.catalog.settings), self.write_digests(now)
        for path in paths:
            plain = to_bytes(manifest(self.catalog, now, digests, path=path))
            self.write(path, plain, now)
            self.write(signed_path(path), sign(plain, keys), now)
        self.write("_headers", headers(self.catalog, now, paths))
        for policy in self.catalog:
            document = versions_document(self.catalog, policy, now, {})
            self.write(f"{policy.id}/versions.json", to_bytes(document))
            for version in policy.public(now):
                self.lock = self.lock.adding(policy, version)
                for edition in version.editions:
                    self.write(f"{policy.id}/{version.label}/{edition.language}.md", edition.text.encode())
        for address in lasting_addresses(self.lock, now):
            page = address.endswith("/")
            self.write(f"{address}index.html" if page else address, b"<!doctype html>" if page else b"{}")

    def write_digests(self, now: datetime) -> dict[str, Digest]:
        """Write the digests of each policy, with empty redlines and since files, and return their digests."""
        written, publication = {}, Publication(catalog=self.catalog, now=now, kinds=page_kinds())

        def empty(place: str) -> str:
            self.write(place, b"{}")
            return str(Digest.of(b"{}"))

        for policy in publication.policies:
            raw = publication.version_digests(policy, empty)
            written[policy.id] = Digest.of(raw)
            self.write(digests_file(policy.id, written[policy.id]), raw)
        return written

    def write(self, address: str, content: bytes, when: datetime | None = None) -> None:
        file = self.folder / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if when:
            os.utime(file, (when.timestamp(), when.timestamp()))

    def document(self, address: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / address).read_bytes()))

    def verify(self, target: str = "", now: datetime = NOW, **options: Any) -> CheckReport:
        settings = self.catalog.settings
        return verify(target or str(self.folder), settings, self.lock, now, **options)

    def found(self, target: str = "", now: datetime = NOW, **options: Any) -> list[tuple[str, str]]:
        """Return the rule and the address of every finding."""
        return [(finding.rule, finding.place.path) for finding in self.verify(target, now, **options).findings]


def published_site(folder: Path, extra: str = "", text: str = "# T\n\nOne.\n") -> Published:
    """Write and publish a book in `folder`: two policies, one with three versions of which one is announced.

    `extra` is added to book.yml. `text` is the first version of the terms in English.
    """
    book = BookBuilder(folder / "book", extra=signing(KEY) + extra)
    policy = book.policy("terms").version("2026-01-15", en=text, de="# T\n\nEins.\n")
    policy.version("2026-02-01", meta={"enforce": "never"}).version(
        "2027-01-01", meta={"published": "2026-09-01", "effective": "2027-01-01", "enforce": "2027-02-01"}
    )
    book.policy("privacy").version("2026-01-15")
    site = Published(folder / "site", book.read().require())
    site.publish()
    return site
