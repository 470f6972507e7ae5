"""Read a decoded manifest that was not validated, such as those in the conformance vectors, for a decision.

Invariants: the result has every field that a decision uses; otherwise ShapeError is raised. Other fields stay empty,
and may be missing or invalid.
Not responsible for: validation; an app decides under the `Manifest` that its client validated.
"""

from __future__ import annotations

from inforce.fields import Fields
from inforce.instant import parse_rfc3339
from inforce.manifest import Manifest, ManifestPolicy, ManifestVersion
from inforce.manifest.model import amendments, by_place


def manifest_for_decision(shape: Fields) -> Manifest:
    """Read a manifest from `shape`."""
    return Manifest(
        spec=shape.text("spec"),
        serial=shape.integer("serial"),
        issued_at=shape.parsed("issued_at", parse_rfc3339),
        expires_at=shape.parsed("expires_at", parse_rfc3339),
        policies=tuple(map(_policy, shape.shapes("policies"))),
    )


def _policy(shape: Fields) -> ManifestPolicy:
    return ManifestPolicy(
        id=shape.text("id"),
        act=shape.text("act"),
        versions=by_place(map(_version, shape.shapes("versions"))),
        languages=shape.words("languages", ()),
        binding_language=shape.text("binding_language", ""),
        audience=shape.words("audience", ()),
        cancelled=shape.counts("cancelled", ()),
        reask_seconds=shape.integer("reask_seconds", None),
        withdrawn_at=shape.parsed("withdrawn_at", parse_rfc3339, None),
        amendments=amendments(shape.shape("amendments", {})),
    )


def _version(shape: Fields) -> ManifestVersion:
    enforce_at = shape.parsed("enforce_at", parse_rfc3339, None)
    return ManifestVersion(
        seq=shape.integer("seq", least=1),
        change=shape.text("change"),
        effective_at=shape.parsed("effective_at", parse_rfc3339),
        effective_at_new=shape.parsed("effective_at_new", parse_rfc3339, None),
        enforce_at=enforce_at,
        never_enforced=enforce_at is None and "enforce_at" in shape,
        published_at=shape.parsed("published_at", parse_rfc3339, None),
        same_as=shape.counts("same_as", ()),
        digests=shape.mapping("digests", {}),
        amends=shape.integer("amends", None, least=1),
        act=shape.text("act", None),
    )
