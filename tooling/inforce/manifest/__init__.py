"""The manifest: the small file apps poll, its words, its bytes, its schema, and how it is read.

Keeps true: what is read here is what the schema allows, and what is written is the same bytes on every machine. This
face of the room needs the standard library alone, so that an app can read a manifest without the tools that make one;
making one from a catalogue is in `manifest.building`. Does not verify signatures (see `signing`) and does not decide.
"""

from __future__ import annotations

from inforce.manifest.reading import Manifest, ManifestPolicy, ManifestVersion, parse_manifest
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
