"""Generate random questions with every field and every combination; few distinct instants make boundaries frequent.

>>> question(random.Random(7))["role"] in ("client", "server")
True

`Chance` is `random.Random` or the generator of Hypothesis, so that property tests can shrink the questions and two
clients can be compared on them. All generated manifests are readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from random import Random
from typing import Any, TypeAlias

from inforce.instant import parse_rfc3339

Chance: TypeAlias = Random

BEGIN = datetime(2026, 6, 20, tzinfo=UTC)
DAYS = 24
SUBJECTS = ("acct:1", "acct:1", "acct:1", "anon:x", "anon:y", "acct:2")
ACTS = ("accept", "acknowledge", "consent", "none")
ANSWERS = ("accepted", "acknowledged", "consented", "declined", "refused", "withdrawn")
CHANGES = ("material", "material", "notice", "editorial")
IDS = ("a", "b", "c", "d", "e", "f", "g", "h")
REQUIRED = ("policy", "seq", "act", "at", "subject")
TAGS = ("eu", "us", "business")
PUBLISHED = ("en", "de", "zh", "zh-Hant", "pt-BR")
WISHES = ("en-GB", "DE", "zh-Hant-TW", "zh-Hans", "pt", "fr", "de-x-private", "*")


def question(chance: Chance) -> dict[str, Any]:
    """Generate a question with up to three policies and seven records."""
    policies = [policy(chance, name) for name in ("terms", "privacy", "research")[: chance.choice([0, 1, 2, 2, 3])]]
    state: dict[str, Any] = {"records": [record(chance) for _ in range(chance.randint(0, 7))]}
    state |= _some(
        chance,
        seen={"terms": chance.randint(0, 9), "privacy": chance.randint(0, 9)},
        deferred={name: {"seq": chance.randint(1, 8), "until": instant(chance)} for name in ("terms", "privacy")},
    )
    state |= _few(chance, last_serial=chance.choice([40, 42, 43]), last_server_time=instant(chance))
    subject = {"id": "acct:1"} | _some(chance, since=instant(chance), linked=chance.sample(["anon:x", "anon:y"], 1))
    manifest = {
        "type": "policy-manifest",
        "spec": chance.choice(["1.0", "1.0", "1.7", "1"]),
        "serial": 42,
        "issued_at": instant(chance, days=6),
        "expires_at": instant(chance, first=20),
        "policies": policies,
    }
    drawn = {"manifest": manifest, "now": instant(chance), "subject": subject, "state": state}
    return drawn | _some(
        chance,
        clock_offset_seconds=chance.choice([0, 1, -1, 0.5, 86_400, -86_400]),
        audience=chance.sample(TAGS, chance.randint(0, 2)),
        languages=chance.sample(WISHES, chance.randint(0, 3)),
        role=chance.choice(["client", "server"]),
    )


def policy(chance: Chance, name: str) -> dict[str, Any]:
    """Generate a policy called `name` with up to five versions, in any order."""
    seqs = chance.sample(range(1, 9), chance.randint(0, 5))
    originals = amendments(chance)
    drawn = {"id": name, "act": chance.choice(ACTS), "versions": [version(chance, seq, originals) for seq in seqs]}
    drawn |= {"languages": list(PUBLISHED[: chance.randint(1, 5)]), "binding_language": "en"}
    return (
        drawn
        | _few(
            chance,
            audience=chance.sample(TAGS, 2),
            cancelled=chance.sample(range(1, 10), chance.randint(1, 2)),
            withdrawn_at=instant(chance, first=12),
        )
        | _some(
            chance,
            reask_seconds=chance.choice([86_400, 4 * 86_400, 10 * 86_400, 20 * 86_400]),
            amendments={str(number): original for number, original in originals.items()},
        )
    )


def amendments(chance: Chance) -> dict[int, int]:
    """Generate the numbers of up to three amendments, each with the number of an earlier original."""
    numbers = chance.sample(range(2, 10), chance.choice([0, 0, 1, 2, 3]))
    return {
        number: chance.choice([each for each in range(1, number) if each not in numbers] or [1]) for number in numbers
    }


def version(chance: Chance, seq: int, originals: Mapping[int, int] = {}) -> dict[str, Any]:
    """Generate the version `seq`, which amends the one in `originals`, if any."""
    drawn = {"seq": seq, "change": chance.choice(CHANGES), "effective_at": instant(chance, first=-12)}
    drawn |= {"amends": originals[seq], "change": chance.choice(CHANGES[2:])} if seq in originals else {}
    drawn |= _some(
        chance,
        enforce_at=chance.choice([None, instant(chance), instant(chance)]),
        published_at=instant(chance, days=12),
        effective_at_new=instant(chance),
        digests={language: f"sha256:{seq}{language}" for language in chance.sample(PUBLISHED, 2)},
    )
    return drawn | _few(chance, same_as=chance.sample(range(1, 9), 1), act=chance.choice(ACTS))


def record(chance: Chance) -> dict[str, Any]:
    """Generate a record about one of the policies, or about a policy that is no longer listed."""
    seq, language = chance.randint(1, 9), chance.choice(PUBLISHED)
    drawn = {
        "policy": chance.choice(["terms", "terms", "terms", "privacy", "privacy", "research", "gone"]),
        "seq": seq,
        "act": chance.choice(ANSWERS),
        "at": instant(chance, first=-6),
        "subject": chance.choice(SUBJECTS),
    }
    drawn |= _some(chance, language=language, serial=chance.choice([*range(39, 45), serial_of(chance)]))
    digest = chance.choice([f"sha256:{seq}{language}", f"sha256:{seq}{language}", "sha256:other"])
    drawn |= _few(chance, digest=digest, pending=chance.choice([True, False]))
    # Half of the records come from a server that numbers records, or states when it received them.
    server = {"n": chance.randint(0, 9)} | _some(chance, received_at=instant(chance, first=-6))
    own = {"id": chance.choice(IDS)} | _some(chance, after=chance.choice(IDS))
    return drawn | chance.choice([{}, own, own | server, _some(chance, **server)])


def serial_of(chance: Chance) -> int:
    """Generate the serial of a manifest that was issued at one of the instants."""
    return int(parse_rfc3339(instant(chance)).timestamp())


def unreadable_record(chance: Chance) -> Any:
    """Generate an invalid record: with one field missing or of the wrong type, or not an object."""
    name = chance.choice(
        [*REQUIRED, *REQUIRED, "language", "digest", "serial", "pending", "received_at", "id", "n", "after"]
    )
    junk = chance.choice([name in REQUIRED and None, "", "junk", 0, -1, 6.5, 2**53, [], ["terms"], ["accepted"], {}])
    fits = (
        (name in ("policy", "subject", "language", "digest", "id", "after") and isinstance(junk, str))
        or (name in ("serial", "n") and junk in (0, -1))
        or (name == "pending" and junk is False)
    )
    return chance.choice([None, 7, "junk", [], {}, True]) if fits else record(chance) | {name: junk}


def instant(chance: Chance, first: int = 0, days: int = DAYS) -> str:
    """Generate an instant within `days` days from the day `first`: mostly midnight, sometimes close to midnight."""
    day, beside = chance.randint(first, first + days), chance.choice([0, 0, 0, 0, 1000, -1000, 500, -1])
    return _written(day, beside, chance.choice([0, 0, 0, 0, 0, 0, 330, -570]))


@cache
def _written(day: int, milliseconds: int, offset: int) -> str:
    drawn = BEGIN + timedelta(days=day, milliseconds=milliseconds)
    return drawn.astimezone(timezone(timedelta(minutes=offset))).isoformat().replace("+00:00", "Z")


def _some(chance: Chance, **members: Any) -> dict[str, Any]:
    """Return each of `members` with a probability of 2/3."""
    return {name: value for name, value in members.items() if chance.random() < 0.66}


def _few(chance: Chance, **members: Any) -> dict[str, Any]:
    """Return each of `members` with a probability of 1/5."""
    return {name: value for name, value in members.items() if chance.random() < 0.2}
