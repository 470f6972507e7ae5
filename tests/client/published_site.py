"""A built site in a folder, with the book and the lock it was built from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from book_builder import BookBuilder, instant
from inforce.catalog import Catalog, Lock
from inforce.checks import Report
from inforce.client.verification import verify
from inforce.client.verification.site import lasting_addresses
from inforce.manifest import to_bytes
from inforce.manifest.building import manifest, versions_document
from inforce.publication.headers import headers
from inforce.signing import PrivateKey, generate_key, sign

NOW = instant("2026-09-20")
DAY_AFTER = instant("2026-09-21")
KEY, SECOND_KEY = generate_key(), generate_key()


def signing(*keys: PrivateKey) -> str:
    """Write the keys a book names."""
    rows = [json.dumps({"kid": key.public.kid, "public": key.public.to_jwk()}) for key in keys]
    return "signing:\n" + "".join(f"  - {row}\n" for row in rows)


@dataclass
class Published:
    """A site in `folder`, of a book whose lock is `lock`."""

    folder: Path
    catalog: Catalog
    lock: Lock = field(default_factory=Lock)

    def publish(self, now: datetime = NOW, keys: tuple[PrivateKey, ...] = (KEY,)) -> None:
        """Write everything a client reads as at `now`."""
        plain = to_bytes(manifest(self.catalog, now))
        self.write("policies.json", plain, now)
        self.write("policies.jws.json", sign(plain, keys), now)
        self.write("_headers", headers(self.catalog, now))
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

    def write(self, address: str, content: bytes, when: datetime | None = None) -> None:
        file = self.folder / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if when:
            os.utime(file, (when.timestamp(), when.timestamp()))

    def document(self, address: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / address).read_bytes()))

    def verify(self, target: str = "", now: datetime = NOW, **options: Any) -> Report:
        return verify(target or str(self.folder), self.catalog.settings, self.lock, now, **options)

    def found(self, target: str = "", now: datetime = NOW, **options: Any) -> list[tuple[str, str]]:
        """List rule and address of every finding."""
        return [(one.rule, one.place.path) for one in self.verify(target, now, **options).findings]


def published_site(folder: Path) -> Published:
    """Write a book into `folder` and publish it: two policies, one with three versions of which one is announced."""
    book = BookBuilder(folder / "book", extra=signing(KEY))
    policy = book.policy("terms").version("2026-01-15", en="# T\n\nOne.\n", de="# T\n\nEins.\n")
    policy.version("2026-02-01", meta={"enforce": "never"}).version(
        "2027-01-01", meta={"published": "2026-09-01", "effective": "2027-01-01", "enforce": "2027-02-01"}
    )
    book.policy("privacy").version("2026-01-15")
    made = Published(folder / "site", book.read().require())
    made.publish()
    return made
