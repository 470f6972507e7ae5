"""Benchmark of polling the manifest: bytes transferred, time in a client, and load on the host.

Prints one line per measurement with its reference and its target. `--small` uses a fifth of the clients. All random
numbers have fixed seeds; only times differ between runs.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import zopfli.gzip as zopfli

from inforce.client.backoff import after_answer, after_failure
from inforce.client.limits import Limits
from inforce.client.trust import Trust
from inforce.manifest import to_bytes
from inforce.signing import generate_key, sign
from inforce.text import Digest

SITE = "https://policies.shop.example/"
DAY, MINUTE = 86_400, 60
POLICIES = (("cookies", "consent"), ("privacy", "acknowledge"), ("terms", "accept"))


def manifest(*languages: str) -> bytes:
    """Return a manifest of three policies in `languages`, one of them with an announced version."""
    policies = [_policy(name, act, languages) for name, act in POLICIES]
    policies[1]["versions"].append(_version(3, "privacy", languages, "2027-02-28T16:00:00Z"))
    policies[1] |= {"latest": 3}
    return to_bytes(
        {
            "type": "policy-manifest",
            "spec": "1.0",
            "site": SITE,
            "path": "policies.json",
            "serial": 1789884000,
            "issued_at": "2026-09-20T06:00:00Z",
            "expires_at": "2026-10-20T06:00:00Z",
            "poll_seconds": DAY,
            "policies": policies,
        }
    )


def crowd(clients: int, seed: int, *, at_once: bool, outage: range = range(0)) -> array[int]:
    """Return the number of requests per minute over three days of `clients` that poll once a day.

    They start `at_once`, as after a general release, or spread over the first day. The host does not respond during
    `outage` (seconds).
    """
    minutes = array("L", bytes(8 * 3 * DAY // MINUTE))
    chance = Random(seed).random  # noqa: S311 - reproducible, not a secret
    for _ in range(clients):
        begin = 0.0 if at_once else chance() * DAY
        for second in _asks(begin, chance, outage):
            minutes[int(second) // MINUTE] += 1
    return minutes


def peak(minutes: array[int], since: int) -> float:
    """Return the ratio of the busiest minute to the mean of `minutes`, from the second `since` on."""
    considered = minutes[since // MINUTE :]
    return max(considered) / statistics.mean(considered)


def _asks(second: float, chance: Callable[[], float], outage: range) -> Iterator[float]:
    failures = 0
    while second < 3 * DAY:
        yield second
        if outage.start <= second < outage.stop:
            failures += 1
            wait = after_failure(DAY, failures, chance(), has_copy=True, requested=None)
        else:
            failures, wait = 0, after_answer(DAY, chance())
        second += wait.total_seconds()


def _policy(name: str, act: str, languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": name,
        "act": act,
        "page": f"{name}/",
        "languages": list(languages),
        "binding_language": languages[0],
        "latest": 2,
        "in_force": 2,
        "versions": [_version(2, name, languages, "2026-01-14T16:00:00Z")],
    }


def _version(seq: int, name: str, languages: tuple[str, ...], effective: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "version": effective[:10],
        "change": "material",
        "published_at": "2025-12-14T16:00:00Z",
        "effective_at": effective,
        "digests": {tag: str(Digest.of(f"{name} {seq} {tag}")) for tag in languages},
    }


def _median_ms(work: Callable[[], object], rounds: int = 400) -> float:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


def _sizes() -> None:
    key = generate_key()
    for languages in (("en",), ("en", "zh-Hans")):
        plain = manifest(*languages)
        signed = sign(plain, [key])
        packed, closely = len(gzip.compress(signed, mtime=0)), len(zopfli.compress(signed))
        print(
            f"{len(languages)} language(s): {len(plain):,} bytes plain (target: 2,048); "
            f"signed and gzipped {packed:,} by gzip -9 and {closely:,} by zopfli (target: 1,000)"
        )


def _times() -> None:
    key = generate_key()
    plain = manifest("en", "zh-Hans")
    signed, limit = sign(plain, [key]), Limits().manifest
    with_key, without = Trust.of(SITE, (key.public.to_jwk(),)), Trust.of(SITE, ())
    ours = _median_ms(lambda: with_key.manifest(signed, limit))
    unsigned = _median_ms(lambda: without.manifest(plain, limit))
    bare = _median_ms(lambda: json.loads(plain))
    print(f"verify and parse: {ours:.3f} ms (target: 1 ms)")
    print(f"parse alone: {unsigned:.3f} ms, which is {unsigned / bare:.0f} times json.loads, and validates every field")


def _crowds(clients: int) -> None:
    outage = range(DAY, DAY + 3600)
    print(f"{clients:,} clients, busiest minute against the mean (target: 2):")
    print(f"  spread over a day: {peak(crowd(clients, 1, at_once=False), DAY):.2f}")
    print(f"  started in one minute, afterwards: {peak(crowd(clients, 2, at_once=True), DAY // 2 + MINUTE):.2f}")
    print(f"  host unavailable for an hour: {peak(crowd(clients, 3, at_once=False, outage=outage), DAY):.2f}")


if __name__ == "__main__":
    _sizes()
    _times()
    _crowds(200_000 if "--small" in sys.argv else 1_000_000)
