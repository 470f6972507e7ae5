"""Tests of signing and verifying, also against an independent implementation."""

from __future__ import annotations

import base64
import gzip
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from book_builder import instant
from inforce.errors import ManifestError, SetupError, SignatureError
from inforce.manifest import parse_manifest, to_bytes
from inforce.signing import (
    Algorithm,
    PrivateKey,
    PublicKey,
    generate_key,
    issue,
    private_keys,
    resign,
    sign,
    verify,
    write_private_key,
)
from inforce.text import Digest

PAYLOAD = '{"type":"policy-manifest","words":"“隐私” \\n"}\n'.encode()
# RFC 8037, appendix A: a key pair and its thumbprint.
RFC_8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}
RFC_8037_KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return generate_key()


@pytest.fixture(scope="module")
def old_platforms() -> PrivateKey:
    return generate_key(Algorithm.ES256)


def opened(raw: bytes) -> dict[str, Any]:
    """Decode a signed file as a generic JSON reader does."""
    return dict(json.loads(raw))


def header_of(signature: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(signature["protected"] + "==")))


def with_header(raw: bytes, **members: object) -> bytes:
    """Set `members` in the header of the first signature; None removes a field."""
    document = opened(raw)
    header = {**header_of(document["signatures"][0]), **members}
    header = {name: value for name, value in header.items() if value is not None}
    text = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    document["signatures"][0]["protected"] = text
    return json.dumps(document).encode()


class TestTheSignedFile:
    def test_file_contains_the_exact_bytes_and_one_signature_per_key(
        self, key: PrivateKey, old_platforms: PrivateKey
    ) -> None:
        document = opened(sign(PAYLOAD, [key, old_platforms]))

        assert list(document) == ["payload", "signatures"]
        assert document["payload"].encode() == PAYLOAD
        first, second = document["signatures"]
        assert list(first) == ["protected", "signature"]
        assert header_of(first) == {
            "alg": "Ed25519",
            "typ": "policy-manifest+jws",
            "kid": key.public.kid,
            "b64": False,
            "crit": ["b64"],
        }
        assert (header_of(second)["alg"], header_of(second)["kid"]) == ("ES256", old_platforms.public.kid)

    def test_ed25519_signatures_are_deterministic(self, key: PrivateKey) -> None:
        assert sign(PAYLOAD, [key]) == sign(PAYLOAD, [key])

    def test_signing_without_a_key_is_rejected(self) -> None:
        with pytest.raises(SignatureError, match="no private key is given"):
            sign(PAYLOAD, [])

    def test_three_policies_with_an_announced_version_take_1_kb_compressed(self, key: PrivateKey) -> None:
        plain, signed = three_policies("en"), sign(three_policies("en"), [key])

        assert len(plain) <= 2048
        assert len(gzip.compress(signed, mtime=0)) <= 1000

    def test_additional_language_adds_about_one_digest_per_version(self, key: PrivateKey) -> None:
        plain, signed = three_policies("en", "zh-Hans"), sign(three_policies("en", "zh-Hans"), [key])

        assert len(plain) <= 2048
        assert len(gzip.compress(signed, mtime=0)) <= 1100


def three_policies(*languages: str) -> bytes:
    """Return a manifest of three policies in `languages`, one of which has an announced version."""
    languages = languages or ("en", "zh-Hans")

    def version(seq: int, **members: str) -> dict[str, Any]:
        digests = {tag: str(Digest.of(f"{seq} {tag}")) for tag in languages}
        return {"seq": seq, "version": f"202{seq}-01-15", "change": "material", **members, "digests": digests}

    applying = {"published_at": "2025-12-14T16:00:00Z", "effective_at": "2026-01-14T16:00:00Z"}
    coming = {"published_at": "2026-08-14T16:00:00Z", "effective_at": "2027-02-28T16:00:00Z"}
    acts = [("cookies", "consent"), ("privacy", "acknowledge"), ("terms", "accept")]
    policies: list[dict[str, Any]] = [
        {
            "id": name,
            "act": act,
            "page": f"{name}/",
            "languages": list(languages),
            "binding_language": "en",
            "latest": number,
            "in_force": number,
            "versions": [version(number, **applying)],
        }
        for number, (name, act) in enumerate(acts, 4)
    ]
    policies[1]["versions"].append(version(7, **coming, enforce_at="2027-03-31T16:00:00Z"))
    document = {
        "type": "policy-manifest",
        "spec": "1.0",
        "site": "https://policies.shop.example/",
        "path": "policies.json",
        "serial": 1789884000,
        "issued_at": "2026-09-20T06:00:00Z",
        "expires_at": "2026-10-20T06:00:00Z",
        "poll_seconds": 86400,
        "policies": policies,
    }
    return to_bytes(document)


class TestVerifying:
    def test_payload_signed_by_a_known_key_is_returned_byte_for_byte(self, key: PrivateKey) -> None:
        assert verify(sign(PAYLOAD, [key]), [key.public]) == PAYLOAD

    def test_one_known_key_suffices_and_unknown_signatures_are_ignored(
        self, key: PrivateKey, old_platforms: PrivateKey
    ) -> None:
        signed = sign(PAYLOAD, [key, old_platforms, generate_key()])

        assert verify(signed, [old_platforms.public]) == PAYLOAD

    def test_keys_can_be_rotated_while_both_are_trusted(self, key: PrivateKey) -> None:
        new = generate_key()
        both, after = sign(PAYLOAD, [key, new]), sign(PAYLOAD, [new])

        assert verify(both, [key.public]) == verify(both, [new.public]) == verify(after, [key.public, new.public])

    def test_signatures_of_unknown_keys_only_are_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="expected a signature of a known key, got"):
            verify(sign(PAYLOAD, [generate_key()]), [key.public])

    def test_verification_without_keys_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="known key"):
            verify(sign(PAYLOAD, [key]), [])

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda text: text.replace("words", "swords"), id="a letter more"),
            pytest.param(lambda text: text + " ", id="a blank at the end"),
            pytest.param(lambda text: text.rstrip("\n"), id="a missing final newline"),
            pytest.param(lambda text: text.replace(":", ": "), id="the same data in another format"),
        ],
    )
    def test_changed_bytes_are_rejected(self, key: PrivateKey, change: Any) -> None:
        document = opened(sign(PAYLOAD, [key]))
        document["payload"] = change(document["payload"])

        with pytest.raises(SignatureError, match="does not match these bytes"):
            verify(json.dumps(document).encode(), [key.public])

    @pytest.mark.parametrize("member", ["protected", "signature"])
    @pytest.mark.parametrize("value", ["en-", "a", "ab=", "é", ""], ids=repr)
    def test_invalid_base64url_is_rejected(self, key: PrivateKey, member: str, value: str) -> None:
        """Non-zero trailing bits are rejected, too (RFC 4648, section 3.5)."""
        document = opened(sign(PAYLOAD, [key]))
        document["signatures"][0][member] = value

        with pytest.raises(SignatureError, match="this is not a signed manifest"):
            verify(json.dumps(document).encode(), [key.public])

    def test_valid_signature_does_not_excuse_an_invalid_one_of_another_known_key(
        self, key: PrivateKey, old_platforms: PrivateKey
    ) -> None:
        document = opened(sign(PAYLOAD, [key, old_platforms]))
        document["signatures"][1]["signature"] = document["signatures"][0]["signature"]

        with pytest.raises(SignatureError, match="does not match"):
            verify(json.dumps(document).encode(), [key.public, old_platforms.public])

    @pytest.mark.parametrize(
        ("members", "reason"),
        [
            pytest.param({"alg": "ES256"}, "wrong “alg”", id="the algorithm of another key"),
            pytest.param({"alg": "none"}, "wrong “alg”", id="no algorithm"),
            pytest.param({"alg": "HS256"}, "wrong “alg”", id="the public key as a shared secret"),
            pytest.param({"alg": "EdDSA"}, "wrong “alg”", id="the name that left the curve open"),
            pytest.param({"typ": "JWT"}, "wrong “typ”", id="a token of another kind"),
            pytest.param({"typ": None}, "wrong “typ”", id="no type"),
            pytest.param({"b64": None}, "wrong “b64”", id="an encoded payload"),
            pytest.param({"b64": 0}, "wrong “b64”", id="zero for false"),
            pytest.param({"crit": None}, "wrong “crit”", id="an unencoded payload that is not critical"),
            pytest.param({"crit": ["b64", "exp"]}, "wrong “crit”", id="an unknown critical header"),
            pytest.param({"kid": "another"}, "known key", id="the id of another key"),
            pytest.param({"x": 1}, "does not match", id="a header that was not signed"),
        ],
    )
    def test_signature_with_another_header_is_rejected(
        self, key: PrivateKey, members: dict[str, object], reason: str
    ) -> None:
        with pytest.raises(SignatureError, match=reason):
            verify(with_header(sign(PAYLOAD, [key]), **members), [key.public])

    def test_unprotected_header_is_ignored(self, key: PrivateKey) -> None:
        document = opened(sign(PAYLOAD, [key]))
        document["signatures"][0]["header"] = {"kid": "another", "alg": "none"}

        assert verify(json.dumps(document).encode(), [key.public]) == PAYLOAD

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            pytest.param(b"", "not JSON", id="nothing"),
            pytest.param(b"<html></html>", "not JSON", id="a page"),
            pytest.param(b"[]", "expected fields", id="a list"),
            pytest.param(b'{"signatures":[]}', "payload is missing", id="no payload"),
            pytest.param(b'{"payload":"x"}', "signatures is missing", id="no signatures"),
            pytest.param(b'{"payload":"x","signatures":[]}', "known key, got none", id="an empty list of signatures"),
            pytest.param(b'{"payload":"x","payload":"y","signatures":[]}', "twice", id="two payloads"),
            pytest.param(b'{"payload":1,"signatures":[]}', "expected text", id="a payload that is a number"),
            pytest.param(b'{"payload":"x","signatures":[{}]}', "protected is missing", id="a bare signature"),
            pytest.param(
                b'{"payload":"x","signatures":[{"protected":"e30=","signature":"AA"}]}',
                "without padding",
                id="padding",
            ),
            pytest.param(
                b'{"payload":"x","signatures":[{"protected":"W10","signature":"AA"}]}',
                "expected an object",
                id="a header that is a list",
            ),
            pytest.param(
                b'{"payload":"x","signatures":[{"protected":"AAAA","signature":"AA"}]}', "not", id="a header of zeros"
            ),
            pytest.param(b'{"a":' * 30_000, "levels deep", id="thirty thousand levels"),
        ],
    )
    def test_file_that_is_not_a_signed_manifest_is_rejected(self, key: PrivateKey, raw: bytes, reason: str) -> None:
        with pytest.raises(SignatureError, match=reason):
            verify(raw, [key.public])

    def test_file_above_the_limit_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="more than the limit of 100"):
            verify(sign(PAYLOAD, [key]), [key.public], limit=100)


NODE = """
import {readFileSync} from 'node:fs';
const [file, ...keys] = process.argv.slice(1);
const {payload, signatures} = JSON.parse(readFileSync(file, 'utf8'));
const bytes = text => Uint8Array.from(Buffer.from(text, 'utf8'));
const algorithms = {
  Ed25519: [{name: 'Ed25519'}, {name: 'Ed25519'}],
  ES256: [{name: 'ECDSA', namedCurve: 'P-256'}, {name: 'ECDSA', hash: 'SHA-256'}],
};
for (const [index, {protected: header, signature}] of signatures.entries()) {
  const {alg} = JSON.parse(Buffer.from(header, 'base64url'));
  const [kind, how] = algorithms[alg];
  const key = await crypto.subtle.importKey('jwk', JSON.parse(keys[index]), kind, false, ['verify']);
  const signed = bytes(`${header}.${payload}`);
  console.log(alg, await crypto.subtle.verify(how, key, Buffer.from(signature, 'base64url'), signed));
}
"""


class TestAnotherImplementation:
    @pytest.mark.parametrize("damage", [False, True], ids=["as signed", "with a byte changed"])
    def test_web_crypto_verifies_the_same_signatures(
        self, tmp_path: Path, key: PrivateKey, old_platforms: PrivateKey, damage: bool
    ) -> None:
        signed = sign(three_policies(), [key, old_platforms])
        published = tmp_path / "policies.jws.json"
        published.write_bytes(signed.replace(b"acknowledge", b"acknowledgE") if damage else signed)
        keys = [json.dumps(single.public.to_jwk()) for single in (key, old_platforms)]

        process = subprocess.run(
            ["node", "--no-warnings", "--input-type=module", "-e", NODE, str(published), *keys],
            capture_output=True,
            text=True,
            check=True,
        )

        right = str(not damage).lower()
        assert process.stdout.split("\n") == [f"Ed25519 {right}", f"ES256 {right}", ""]


class TestKeys:
    def test_key_id_is_the_thumbprint_of_rfc_7638(self) -> None:
        assert PrivateKey.from_jwk(RFC_8037).public.kid == RFC_8037_KID

    def test_public_part_contains_nothing_private(self, key: PrivateKey) -> None:
        assert set(key.public.to_jwk()) == {"kty", "crv", "x"}

    def test_repr_of_a_key_contains_no_secret(self) -> None:
        private = PrivateKey.from_jwk(RFC_8037)

        assert RFC_8037["d"] not in f"{private} {private!r} {private.public!r}"

    @pytest.mark.parametrize("algorithm", Algorithm)
    def test_key_survives_the_round_trip(self, algorithm: Algorithm) -> None:
        private = generate_key(algorithm)

        assert PrivateKey.from_jwk(private.to_jwk()) == private
        assert PublicKey.from_jwk(private.public.to_jwk(), private.public.kid) == private.public

    @pytest.mark.parametrize(
        ("members", "reason"),
        [
            pytest.param({}, "this is a private key", id="a private key"),
            pytest.param({"d": None, "x": "AA"}, "numbers cannot be decoded", id="too short"),
            pytest.param({"d": None, "x": "é"}, "numbers cannot be decoded", id="invalid base64url"),
            pytest.param({"d": None, "x": None}, "numbers cannot be decoded", id="not a number"),
            pytest.param({"d": None, "crv": "X25519"}, "OKP/Ed25519 or EC/P-256, got “OKP/X25519”", id="another curve"),
            pytest.param({"d": None, "kty": "oct"}, "got “oct/Ed25519”", id="a shared secret"),
            pytest.param({"d": None, "alg": "ES256"}, "a key for Ed25519, got one for “ES256”", id="another algorithm"),
            pytest.param(
                {"d": None, "kid": "mine"},
                f"expected the key's thumbprint “{RFC_8037_KID}” as its id, got “mine”",
                id="a chosen name",
            ),
        ],
    )
    def test_invalid_public_key_is_rejected(self, members: dict[str, str | None], reason: str) -> None:
        jwk = {name: value for name, value in {**RFC_8037, **members}.items() if value is not None}

        with pytest.raises(SignatureError, match=reason):
            PublicKey.from_jwk(jwk)

    def test_private_key_from_a_public_jwk_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="this is not a private key"):
            PrivateKey.from_jwk(key.public.to_jwk())

    def test_private_key_with_a_foreign_public_part_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="do not match"):
            PrivateKey.from_jwk({**RFC_8037, "x": key.public.to_jwk()["x"]})


class TestKeyFiles:
    def test_private_key_file_is_readable_by_its_owner_only(self, tmp_path: Path, key: PrivateKey) -> None:
        file = tmp_path / "key.json"

        write_private_key(file, key)

        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert private_keys({"INFORCE_SIGNING_KEY_FILE": str(file)}) == (key,)

    def test_existing_key_file_is_not_overwritten(self, tmp_path: Path, key: PrivateKey) -> None:
        file = tmp_path / "key.json"
        file.write_text("precious")

        with pytest.raises(SetupError, match="exists, and a key file is never overwritten"):
            write_private_key(file, key)

        assert file.read_text() == "precious"

    def test_target_of_a_link_is_not_overwritten(self, tmp_path: Path, key: PrivateKey) -> None:
        (tmp_path / "key.json").symlink_to(tmp_path / "elsewhere.json")

        with pytest.raises(SetupError):
            write_private_key(tmp_path / "key.json", key)

        assert not (tmp_path / "elsewhere.json").exists()

    def test_missing_folder_is_reported(self, tmp_path: Path, key: PrivateKey) -> None:
        with pytest.raises(SetupError, match="cannot be written: No such file or directory"):
            write_private_key(tmp_path / "none" / "key.json", key)

    def test_environment_may_contain_a_key_or_a_key_set(self, key: PrivateKey) -> None:
        second = generate_key(Algorithm.ES256)
        single, two = json.dumps(key.to_jwk()), json.dumps({"keys": [key.to_jwk(), second.to_jwk()]})

        assert private_keys({"INFORCE_SIGNING_KEY": single}) == (key,)
        assert private_keys({"INFORCE_SIGNING_KEY": two}) == (key, second)

    def test_empty_environment_variable_yields_no_key(self) -> None:
        assert private_keys({"INFORCE_SIGNING_KEY": "", "HOME": "/"}) == ()

    def test_setting_both_key_variables_is_rejected(self) -> None:
        with pytest.raises(SetupError, match="both set"):
            private_keys({"INFORCE_SIGNING_KEY": "{}", "INFORCE_SIGNING_KEY_FILE": "key.json"})

    def test_missing_key_file_is_reported_with_its_path(self, tmp_path: Path) -> None:
        with pytest.raises(SetupError, match=r"key file .*none\.json cannot be read"):
            private_keys({"INFORCE_SIGNING_KEY_FILE": str(tmp_path / "none.json")})

    @pytest.mark.parametrize("text", ["nWGxne_9secret", '"nWGxne_9secret"', '{"keys":[]}', '{"keys":["secret"]}'])
    def test_invalid_key_is_rejected_without_being_quoted(self, text: str) -> None:
        with pytest.raises(SignatureError, match="INFORCE_SIGNING_KEY: expected a private JWK") as refusal:
            private_keys({"INFORCE_SIGNING_KEY": text})

        assert "secret" not in str(refusal.value)
        assert refusal.value.__cause__ is None


class TestIssues:
    def test_book_with_a_key_is_published_with_a_signature(self, key: PrivateKey) -> None:
        issued = issue(PAYLOAD, [key.public], [key])

        assert issued.plain == PAYLOAD
        assert issued.signed is not None
        assert verify(issued.signed, [key.public]) == PAYLOAD

    def test_book_without_keys_is_published_without_a_signature(self) -> None:
        assert issue(PAYLOAD, [], []).signed is None

    def test_book_with_a_key_is_never_published_without_a_signature(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="requires signed manifests, but no private key is set"):
            issue(PAYLOAD, [key.public], [])

    def test_key_that_the_book_does_not_list_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(SignatureError, match="does not list the key"):
            issue(PAYLOAD, [key.public], [key, generate_key()])

    def test_one_of_several_listed_keys_suffices(self, key: PrivateKey) -> None:
        issued = issue(PAYLOAD, [generate_key().public, key.public], [key])

        assert issued.signed == sign(PAYLOAD, [key])

    def test_published_manifest_is_reissued_without_the_book(self, key: PrivateKey) -> None:
        before = three_policies()

        issued = resign(before, instant("2026-10-01"), [key])

        assert issued.signed is not None
        assert verify(issued.signed, [key.public]) == issued.plain
        old, new = parse_manifest(before), parse_manifest(issued.plain)
        assert new.serial > old.serial
        dates = ("serial", "issued_at", "expires_at")
        assert {n: v for n, v in old.data.items() if n not in (*dates, "policies")} == {
            n: v for n, v in new.data.items() if n not in (*dates, "policies")
        }

    def test_reissue_after_the_clock_was_set_back_is_rejected(self, key: PrivateKey) -> None:
        with pytest.raises(ManifestError, match="serial: expected a higher one"):
            resign(three_policies(), instant("2001-01-01"), [key])
