"""Benchmark of a decision: three policies, one version announced, a user who answered before and a new user.

Prints the median and the 99th percentile of one `decide` call on one core, beside the target: under the validated
`Manifest`, as in the client, and under a decoded one, which is read at every call. A back end decides on every request,
so the target of the former is 60 µs. The exit code is 1 if the target is missed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from inforce.acceptance import decide
from inforce.manifest import Manifest

GOAL_MICROSECONDS = 60
ROUNDS = 5_000
SERIAL = 1_800_424_800


def version(seq: int, change: str, effective: str, enforce: str | None = None) -> dict[str, Any]:
    """Return the version `seq`, announced about a month before it is `effective`."""
    listed = {
        "seq": seq,
        "version": effective,
        "change": change,
        "published_at": f"{effective[:4]}-01-19T16:00:00Z",
        "effective_at": f"{effective}T16:00:00Z",
        "digests": {"en": f"sha256:{seq:064x}", "zh-Hans": f"sha256:{seq + 99:064x}"},
    }
    return listed | ({"enforce_at": f"{enforce}T16:00:00Z"} if enforce else {})


def question(*, answered: bool) -> dict[str, Any]:
    """Decide about three policies, one of them with an announced version, for a user who `answered` before or never."""
    settled = [version(2, "material", "2026-01-31"), version(3, "notice", "2026-05-31")]
    policies = [
        {
            "id": name,
            "act": act,
            "page": f"{name}/",
            "languages": ["en", "zh-Hans"],
            "binding_language": "en",
            "versions": [*settled, version(4, "material", "2027-02-28", "2027-03-31")] if act == "accept" else settled,
        }
        for name, act in (("cookies", "consent"), ("privacy", "acknowledge"), ("terms", "accept"))
    ]
    records = [
        {
            "policy": policy["id"],
            "seq": 2,
            "act": {"consent": "consented", "acknowledge": "acknowledged"}.get(policy["act"], "accepted"),
            "at": "2026-02-01T08:00:00.250Z",
            "subject": "u_8f3c",
            "language": "en",
            "digest": f"sha256:{2:064x}",
            "serial": SERIAL,
        }
        for policy in policies
        if answered
    ]
    manifest = {
        "type": "policy-manifest",
        "spec": "1.0",
        "site": "https://policies.shop.example/",
        "path": "policies.json",
        "serial": SERIAL,
        "issued_at": "2027-01-20T06:00:00Z",
        "expires_at": "2027-02-20T06:00:00Z",
        "poll_seconds": 86_400,
        "policies": policies,
    }
    return {
        "manifest": manifest,
        "now": "2027-01-25T09:30:00Z",
        "subject": {"id": "u_8f3c", "since": "2025-01-01T00:00:00Z"},
        "state": {"records": records, "last_serial": SERIAL},
        "languages": ["zh-Hans-CN", "en"],
        "role": "server",
    }


def microseconds(run: Callable[[], object]) -> list[float]:
    """Return the durations of many calls of `run`, sorted."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        taken.append((time.perf_counter() - begin) * 1e6)
    return sorted(taken)


def main() -> int:
    """Measure, print, and return the exit code."""
    missed = False
    for name, answered in (("answered before", True), ("never answered", False)):
        decoded: Any = question(answered=answered)
        validated = decoded | {"manifest": Manifest.from_json(decoded["manifest"])}
        taken = microseconds(partial(decide, validated))
        median, late = statistics.median(taken), taken[len(taken) * 99 // 100]
        read = statistics.median(microseconds(partial(decide, decoded)))
        written = statistics.median(microseconds(partial(json.dumps, decoded)))
        print(f"decide, three policies, {name}: median {median:.0f} µs, 99th percentile {late:.0f} µs")
        print(f"  target: a median of {GOAL_MICROSECONDS} µs; under a decoded manifest {read:.0f} µs;", end=" ")
        print(f"serialising the question as JSON takes {written:.0f} µs")
        missed |= median > GOAL_MICROSECONDS
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
