"""The digests of all files of a policy that apps read: texts, redlines and since files.

Invariants: every redline and since file of the policy is listed with its digest, so that a client that trusts the
digest of this document can verify each of them.

Not responsible for: creating the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from inforce import address
from inforce.manifest import to_bytes
from inforce.manifest.build import digests_document
from inforce.policy import Policy, Version
from inforce.policy.catalog import Catalog
from inforce.publication.pairs import shared_languages

DigestOf = Callable[[str], str]
"""Returns the digest of the file at an address below the site."""


def version_digests(
    catalog: Catalog, policy: Policy, pairs: Iterable[tuple[Version, Version]], now: datetime, digest_of: DigestOf
) -> bytes:
    """Return the digests of everything published of `policy` at `now`; `pairs` are the compared versions."""
    files: dict[int, dict[str, Any]] = {version.seq: {"redlines": {}} for version in policy.public(now)}
    for old, new in pairs:
        languages = sorted(shared_languages(old, new))
        if languages:
            files[new.seq]["redlines"][old.label.text] = {
                str(language): digest_of(address.redline_file(policy, old, new, language)) for language in languages
            }
    for version in policy.public(now):
        if not files[version.seq]["redlines"]:
            del files[version.seq]["redlines"]
        files[version.seq]["since"] = {
            str(language): digest_of(address.since_file(policy, version, language))
            for language in sorted(version.languages)
        }
    return to_bytes(digests_document(catalog, policy, now, files))
