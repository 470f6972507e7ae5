"""Tokens of static and mobile apps: what makes them valid, and what they permit."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jws import JWSRegistry

from inforce.cli.runner import run
from inforce.errors import LedgerError
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.routes import ROUTES
from inforce.ledger.storage.database import LedgerPlace
from inforce.signing import Algorithm, PrivateKey, generate_key
from ledger.receipts import ORIGIN
from ledger.test_service import World, served

KEYS = {algorithm: generate_key(algorithm) for algorithm in Algorithm}
SHOP = KEYS[Algorithm.ED25519]
OTHER = generate_key()


def claims(subject: str = "u_mia", **more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "shop", "aud": ORIGIN, "sub": subject, "iat": now, "exp": now + 300, **more}


def signed(stated: Mapping[str, Any] | bytes, key: PrivateKey = SHOP, **header: Any) -> str:
    """Return the token with the claims `stated`."""
    algorithm = str(key.public.algorithm)
    payload = stated if isinstance(stated, bytes) else json.dumps(stated).encode()
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact({"alg": algorithm, "typ": "JWT", **header}, payload, key.jose, registry=registry)


def by_hand(header: Mapping[str, Any], stated: Mapping[str, Any], secret: bytes | None = None) -> str:
    """Return a token without signature, or with a HMAC under `secret`."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, stated)]
    mac = hmac.digest(secret, b".".join(parts), sha256) if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def as_eddsa(stated: Mapping[str, Any]) -> str:
    """Return a token whose header has the older name of the algorithm."""
    parts = [json.dumps(part).encode() for part in ({"alg": "EdDSA", "typ": "JWT"}, stated)]
    start = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = SHOP.jose.private_key.sign(start)  # type: ignore[union-attr, call-arg]
    return (start + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


async def send(world: World, path: str, document: object, token: str) -> tuple[int, Any]:
    answer = await world.post(path, document, Authorization=f"Bearer {token}")
    return answer.status_code, answer.json()


def register(world: World, caller: str = "shop", *keys: PrivateKey) -> None:
    for key in keys or KEYS.values():
        world.ledger.app_keys.add_public(caller, key.public)


def test_token_permits_what_its_own_user_may_do(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        register(world)
        for token in (signed(claims()), signed(claims(), KEYS[Algorithm.ES256]), as_eddsa(claims(aud=["x", ORIGIN]))):
            assert (await send(world, "/v1/receipts", world.receipt(), token))[0] == 201
            assert (await send(world, "/v1/decisions", {"subject": "u_mia"}, token))[0] == 200
        status, records = await send(world, "/v1/subjects/records", {"subject": "u_mia"}, signed(claims()))
        assert (status, [record["caller"] for record in records]) == (200, ["shop"] * 3)
        for subject, expected in (("u_mia", 200), ("u_ben", 403)):
            headers = {"Authorization": f"Bearer {signed(claims())}"}
            named = await world.client.get(f"/v1/subjects/{subject}/records", headers=headers)
            assert named.status_code == expected
        batch = [world.receipt(), world.receipt(subject="u_ben"), 7]
        status, answer = await send(world, "/v1/receipts", batch, signed(claims()))
        assert [(each["status"], each.get("type")) for each in answer["results"]] == [
            (201, None),
            (403, "subject-mismatch"),
            (400, "malformed"),
        ]

    served(place, work)


def test_token_opens_no_other_route(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        register(world)
        sent = world.receipt()
        await world.post("/v1/receipts", sent)
        permitted = {("POST", f"/v1/{path}") for path in ("receipts", "decisions", "subjects/records", "links")}
        permitted |= {("GET", "/v1/subjects/{ref:path}/records")}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {signed(claims())}"}
        for route in ROUTES:
            if not route.scope or (route.method, route.path) in permitted:
                continue
            path = route.path.replace("{id}", sent["id"]).replace("{path:path}", "0/000").replace("{ref:path}", "u_mia")
            answer = await world.client.request(route.method, path, headers=headers, content=b'{"subject":"u_mia"}')
            assert (answer.status_code, answer.json()["type"]) == (403, "scope"), route.path

    served(sqlite_place, work)


def test_token_of_another_user_is_refused_before_anything_is_looked_up(
    sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(world: World) -> None:
        register(world)
        await world.post("/v1/receipts", world.receipt(subject="u_ben"))

        async def looked_up(*_: object) -> None:
            raise AssertionError("a look-up could tell known subjects apart by its time")

        for name in ("add", "records", "link", "receipt"):
            monkeypatch.setattr(Ledger, name, looked_up)
        answers = []
        for subject in ("u_ben", "u_nia"):  # one that is known and one that is not
            for path, body in (
                ("/v1/receipts", world.receipt(subject=subject)),
                ("/v1/decisions", {"subject": subject}),
                ("/v1/subjects/records", {"subject": subject}),
                ("/v1/links", {"subject": subject, "linked": "u_mia"}),
            ):
                answers.append(await send(world, path, body, signed(claims())))
        assert {(status, body["type"]) for status, body in answers} == {(403, "subject-mismatch")}
        assert len({json.dumps(body) for _, body in answers}) == 1

    served(sqlite_place, work)


def test_known_and_unknown_users_are_answered_alike(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt(subject="u_ben"))
        await world.post("/v1/subjects/erase", {"subject": "u_ben"})
        for path in ("/v1/decisions", "/v1/subjects/records"):
            erased, unknown = [await world.post(path, {"subject": subject}) for subject in ("u_ben", "u_nia")]
            assert (erased.status_code, erased.content) == (unknown.status_code, unknown.content)

    served(sqlite_place, work)


def test_actor_and_sign_in_come_from_the_claims(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        register(world)
        forged = {"actor": {"ref": "u_eve", "capacity": "guardian"}, "auth": "mfa"}
        actor = {"ref": "p_1", "capacity": "guardian"}
        without, sent = world.receipt(**forged), world.receipt(**forged)
        assert (await send(world, "/v1/receipts", without, signed(claims())))[0] == 201
        assert (await send(world, "/v1/receipts", sent, signed(claims(actor=actor, auth="session"))))[0] == 201
        kept = await world.ledger.records("u_mia")
        assert [(each.get("actor"), each.get("auth")) for each in kept] == [(None, None), (actor, "session")]
        later = signed(claims(auth="mfa"))  # the receipt is sent again after another sign-in
        assert (await send(world, "/v1/receipts", sent, later))[0] == 200
        assert (await send(world, "/v1/receipts", {**sent, "act": "declined"}, later))[0] == 409
        wrong = signed(claims(actor={"ref": 7}))
        assert (await send(world, "/v1/receipts", world.receipt(), wrong))[0] == 400

    served(sqlite_place, work)


def test_link_needs_proof_of_both_references(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        register(world)
        register(world, "blog", OTHER)
        await world.post("/v1/receipts", world.receipt(subject="visitor"))
        asked = {"subject": "u_mia", "linked": "visitor"}
        own = signed(claims())
        blog = signed(claims("visitor", iss="blog"), OTHER)
        refused = [
            await send(world, "/v1/links", asked, own),
            await send(world, "/v1/links", {**asked, "linked_token": "x"}, own),
            await send(world, "/v1/links", {**asked, "linked_token": blog}, own),
            await send(world, "/v1/links", {**asked, "linked_token": signed(claims("other"))}, own),
            await send(world, "/v1/links", asked, signed(claims(linked=["other"]))),
        ]
        assert [status for status, _ in refused] == [401, 401, 401, 403, 401]
        assert world.ledger.size == 1
        assert (await send(world, "/v1/links", asked, signed(claims(linked=["other", "visitor"]))))[0] == 201
        second = {**asked, "linked": "v2", "linked_token": signed(claims("v2"))}
        assert (await send(world, "/v1/links", second, own))[0] == 201
        assert len(await world.ledger.records("u_mia")) == 1

    served(sqlite_place, work)


def test_token_that_is_not_valid_is_answered_with_401(sqlite_place: LedgerPlace) -> None:
    now = int(time.time())
    raw = SHOP.public.to_jwk()["x"].encode()
    tokens = {
        "expired": signed(claims(exp=now - 1)),
        "valid for too long": signed(claims(iat=now, exp=now + 700)),
        "issued long ago": signed(claims(iat=now - 900, exp=now + 100)),
        "issued in the future": signed(claims(iat=now + 200)),
        "not valid yet": signed(claims(nbf=now + 200)),
        "no end": signed({name: value for name, value in claims().items() if name != "exp"}),
        "end as text": signed(claims(exp=str(now + 60))),
        "end is true": signed(claims(exp=True)),
        "end is infinite": signed(json.dumps(claims()).replace(str(claims()["exp"]), "1e999").encode()),
        "other audience": signed(claims(aud="https://other.example")),
        "no audience": signed(claims(aud=None)),
        "no subject": signed(claims(sub="")),
        "linked is a text": signed(claims(linked="visitor")),
        "other issuer": signed(claims(iss="blog")),
        "issuer is a list": signed(claims(iss=["shop"])),
        "other key": signed(claims(), OTHER),
        "key of another app": signed(claims(iss="other"), OTHER),
        "duplicate claim": signed(json.dumps(claims()).replace('"sub"', '"sub":"u_ben","sub"').encode()),
        "not an object": signed(b"[]"),
        "no signature": by_hand({"alg": "none", "typ": "JWT"}, claims()),
        "secret key": by_hand({"alg": "HS256", "typ": "JWT"}, claims(), raw),
        "header of another algorithm": by_hand({"alg": "ES256", "typ": "JWT"}, claims(), b"x"),
        "algorithm is a list": by_hand({"alg": ["Ed25519"]}, claims(), b"x"),
        "no algorithm": by_hand({}, claims(), b"x"),
        "another type": signed(claims(), typ="policy-manifest+jws"),
        "critical field": by_hand({"alg": "Ed25519", "crit": ["b64"]}, claims()),
        "other signature": signed(claims())[:-8] + "AAAAAAAA",
        "too long": signed(claims(more="x" * 9_000)),
        "no token": "a.b.c",
        "not ASCII": "ä.ö.ü",
    }

    async def work(world: World) -> None:
        register(world)
        register(world, "blog", generate_key())
        for name, token in tokens.items():
            headers = {b"Content-Type": b"application/json", b"Authorization": b"Bearer " + token.encode()}
            answer = await world.client.post("/v1/receipts", content=json.dumps(world.receipt()), headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated"), name
            assert "u_mia" not in answer.text
        assert world.ledger.size == 0

    served(sqlite_place, work)


def test_public_keys_are_rotated_listed_and_revoked(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        keys = world.ledger.app_keys
        register(world)
        with pytest.raises(LedgerError, match="has 2 live keys of this kind: revoke one of them first"):
            register(world, "shop", OTHER)
        with pytest.raises(LedgerError, match="was registered before"):
            register(world, "blog", SHOP)
        assert (await send(world, "/v1/decisions", {"subject": "u_mia"}, signed(claims())))[0] == 200
        assert keys.revoke("shop", SHOP.public.kid) == 1
        register(world, "shop", OTHER)
        assert (await send(world, "/v1/decisions", {"subject": "u_mia"}, signed(claims(), OTHER)))[0] == 200
        assert (await send(world, "/v1/decisions", {"subject": "u_mia"}, signed(claims())))[0] == 401
        live = {row["id"] for row in keys.listed() if row["revoked_at"] is None}
        assert live == {world.key[:15], KEYS[Algorithm.ES256].public.kid, OTHER.public.kid}
        assert not any(world.key in str(row) for row in keys.listed())
        assert (keys.revoke("shop"), keys.revoke("shop")) == (3, 0)

    served(place, work)


def test_keys_are_managed_by_commands(
    sqlite_place: LedgerPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def nothing(world: World) -> None:
        """Create the ledger."""

    def keys(*words: str | Path) -> tuple[int, str, str]:
        code = run(["ledger", "key", *map(str, words), "--database", str(tmp_path / "ledger.db")])
        printed = capsys.readouterr()
        return code, printed.out, " ".join(printed.err.split())

    served(sqlite_place, nothing)
    public, private, kid = tmp_path / "public.jwk", tmp_path / "private.jwk", SHOP.public.kid
    public.write_text(json.dumps(SHOP.public.to_jwk()))
    private.write_text(json.dumps(SHOP.to_jwk()))
    assert keys("add", "shop", "--public-key", public) == (0, f"Registered the public key {kid} of shop.\n", "")
    fields = [line.split("\t") for line in keys("list")[1].splitlines()]
    assert {(line[1], line[2], line[4]) for line in fields} == {
        ("shop", "write read erase export audit", "live"),
        ("shop", "public key", "live"),
    }
    assert kid in {line[0] for line in fields}
    assert keys("revoke", "shop", "--id", kid)[1] == "Revoked 1 key of shop.\n"
    assert "\trevoked 2" in keys("list")[1]
    for message, words in {
        "either --scope": ["shop"],
        "or --public-key FILE": ["shop", "--scope", "read", "--public-key", public],
        "this is a private key": ["shop", "--public-key", private],
        "was registered before": ["blog", "--public-key", public],
    }.items():
        code, _, error = keys("add", *words)
        assert code in (2, 4)
        assert message in error
