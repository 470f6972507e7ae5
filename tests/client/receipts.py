"""A receipt with every field, for tests."""

from __future__ import annotations

from typing import Any

from client.world import TEXT
from inforce.text import Digest


def receipt(**changes: Any) -> dict[str, Any]:
    """Return a receipt with every field that a client sets, of `u_mia` for the version in force of the test site."""
    return {
        "type": "policy-receipt",
        "spec": "1.0",
        "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe0",
        "policy": "terms",
        "seq": 2,
        "version": "2026-01-01",
        "language": "en",
        "digest": str(Digest.of(TEXT)),
        "act": "accepted",
        "base_seq": None,
        "serial": 1,
        "manifest_digest": f"sha256:{64 * 'a'}",
        "subject": "u_mia",
        "after": "01a2225b-8cf6-76f5-acf2-8655b7060f00",
        "at": "2026-02-01T00:00:00Z",
        "device_at": "2026-02-01T00:00:03.120+02:00",
        "surface": {
            "template": "policy-prompt/1",
            "build": f"sha384-{64 * 'A'}",
            "screen": f"sha256:{64 * 'b'}",
            "label": "Accept",
            "language": "en",
            "outcome": "block",
            "opened": True,
            "channel": "web",
        },
        "actor": {"ref": "u_guardian", "capacity": "guardian", "authority": "parental responsibility"},
    } | changes
