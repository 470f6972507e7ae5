"""The problem document (RFC 9457) of the 403 response that an app sends while a policy is due.

Invariants: it lists every policy that is due with the data an app needs to ask for it, and no user data. The status is
never 404, because the resource exists and becomes available once the policies are accepted.
"""

from __future__ import annotations

from typing import Any

from inforce.acceptance import Decision, PolicyDecision
from inforce.manifest import Manifest

MEDIA_TYPE = "application/problem+json"
STATUS = 403
_DUE = ("block", "prompt")


def problem(decision: Decision, manifest: Manifest | None, site: str) -> dict[str, Any]:
    """Return `decision` as a problem document; the addresses of the policies of `site` come from `manifest`."""
    due = [policy for policy in decision["policies"] if policy["outcome"] in _DUE]
    return {
        "type": f"{site}#due",
        "title": "Policies must be accepted first",
        "status": STATUS,
        "detail": "Reading, export, closing the account, signing out and support remain available.",
        "policies": [_due(policy, manifest, site) for policy in due],
    }


def _due(policy: PolicyDecision, manifest: Manifest | None, site: str) -> dict[str, Any]:
    listed = manifest.policy(policy["id"]) if manifest else None
    version = listed.version(policy["target_seq"] or 0) if listed else None
    return {
        "id": policy["id"],
        "outcome": policy["outcome"],
        "reason": policy["reason"],
        "act": (version and version.act) or (listed and listed.act),
        "page": site + listed.page if listed else site,
        "base_seq": policy["base_seq"],
        "target_seq": policy["target_seq"],
        "digests": {tag: str(digest) for tag, digest in version.digests.items()} if version else {},
        "language": policy["language"],
        "deadline": policy["deadline"],
    }
