"""The problem document (RFC 9457) with which an app answers while something is due: 403, and what it is.

Keeps true: it names every policy that is due with what an app needs to ask for it, and nothing about the user. Never
404: what is asked for exists, and opens once the policies are accepted.
"""

from __future__ import annotations

from typing import Any

from inforce.acceptance import Decision, PolicyDecision
from inforce.manifest import Manifest

MEDIA_TYPE = "application/problem+json"
STATUS = 403
_DUE = ("block", "prompt")


def problem(decision: Decision, manifest: Manifest | None, site: str) -> dict[str, Any]:
    """Write `decision` as a problem document; `manifest` says where the policies of `site` can be read."""
    due = [policy for policy in decision["policies"] if policy["outcome"] in _DUE]
    return {
        "type": f"{site}#due",
        "title": "Policies are to be accepted first",
        "status": STATUS,
        "detail": "Reading, export, closing the account, signing out and support stay open.",
        "policies": [_due(policy, manifest, site) for policy in due],
    }


def _due(policy: PolicyDecision, manifest: Manifest | None, site: str) -> dict[str, Any]:
    listed = manifest.policy(policy["id"]) if manifest else None
    version = listed.version(policy["target_seq"] or 0) if listed else None
    return {
        "id": policy["id"],
        "outcome": policy["outcome"],
        "reason": policy["reason"],
        "act": listed.act if listed else None,
        "page": site + listed.page if listed else site,
        "base_seq": policy["base_seq"],
        "target_seq": policy["target_seq"],
        "digests": {tag: str(digest) for tag, digest in version.digests.items()} if version else {},
        "language": policy["language"],
        "deadline": policy["deadline"],
    }
