"""The manifest, the small file that apps poll: its vocabulary, serialisation, schema and parsing.

Invariants: a parsed manifest matches the schema; a written one has the same bytes on every machine. This package needs
only the standard library, so that an app can read a manifest without the build tools; `manifest.building` creates one
from a catalogue.
Not responsible for: verifying signatures (see `signing`); decisions.
"""

from __future__ import annotations

from inforce.manifest.model import Manifest, ManifestPolicy, ManifestVersion, parse_manifest
from inforce.manifest.schema import DIGESTS_SCHEMA, MANIFEST_SCHEMA, SCHEMAS, VERSIONS_SCHEMA
from inforce.manifest.serialise import Budget, Size, refuse_too_large, reissued, size_of, to_bytes
from inforce.manifest.strict_json import parse_json
from inforce.manifest.version_digests import PolicyDigests, VersionDigests, digests_file, digests_named

__all__ = [
    "DIGESTS_SCHEMA",
    "MANIFEST_SCHEMA",
    "SCHEMAS",
    "VERSIONS_SCHEMA",
    "Budget",
    "Manifest",
    "ManifestPolicy",
    "ManifestVersion",
    "PolicyDigests",
    "Size",
    "VersionDigests",
    "digests_file",
    "digests_named",
    "parse_json",
    "parse_manifest",
    "refuse_too_large",
    "reissued",
    "size_of",
    "to_bytes",
]
