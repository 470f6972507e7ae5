"""JSON Web Keys (RFC 7517), identified by their thumbprint (RFC 7638).

Invariants: a key has exactly one algorithm, whatever the header of a signature contains; the id of a key is its
thumbprint.
Not responsible for: reading and writing files (see `key_files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, import_key

from inforce.errors import SignatureError, quoted

JoseKey = OKPKey | ECKey
_MEMBERS = ("kty", "crv", "x", "y", "d")


class Algorithm(StrEnum):
    """The algorithm of a key: Ed25519 (RFC 9864), or ES256 (RFC 7518) for platforms without Ed25519."""

    ED25519 = "Ed25519"
    ES256 = "ES256"


_ALGORITHMS = {("OKP", "Ed25519"): Algorithm.ED25519, ("EC", "P-256"): Algorithm.ES256}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that verifies signatures; `kid` is its thumbprint."""

    kid: str
    algorithm: Algorithm
    jose: JoseKey = field(repr=False, compare=False)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any], kid: str | None = None) -> Self:
        """Create a key from the public JWK `jwk`; if `kid` is given, it must be the thumbprint.

        Raise SignatureError for a private key, an unsupported kind of key, or another thumbprint.
        """
        if "d" in jwk:
            raise SignatureError(
                "this is a private key: use its public part, and replace the key if others could read it"
            )
        algorithm, jose = _read(jwk)
        own = jose.thumbprint()
        named = kid or jwk.get("kid", own)
        if named != own:
            raise SignatureError(f"expected the key's thumbprint {quoted(own)} as its id, got {quoted(str(named))}")
        return cls(kid=own, algorithm=algorithm, jose=jose)

    def to_jwk(self) -> dict[str, str]:
        """Return the key as a JWK with the fields that define it, and no others."""
        return _members(self.jose, private=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A key that signs; its repr does not contain the secret."""

    public: PublicKey
    jose: JoseKey = field(repr=False, compare=False)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Create a key from the private JWK `jwk`; raise SignatureError for a public key or an unsupported kind."""
        if "d" not in jwk:
            raise SignatureError("this is not a private key: expected a JWK that has a “d”")
        _, jose = _read(jwk)
        named = jwk.get("kid")
        return cls(public=PublicKey.from_jwk(_members(jose, private=False), named), jose=jose)

    def to_jwk(self) -> dict[str, str]:
        """Return the private key as a JWK. Keep it secret."""
        return _members(self.jose, private=True)


def generate_key(algorithm: Algorithm = Algorithm.ED25519) -> PrivateKey:
    """Generate a key for `algorithm`."""
    key = OKPKey.generate_key("Ed25519") if algorithm is Algorithm.ED25519 else ECKey.generate_key("P-256")
    return PrivateKey.from_jwk(_members(key, private=True))


def _read(jwk: Mapping[str, Any]) -> tuple[Algorithm, JoseKey]:
    algorithm = _algorithm(jwk)
    members: dict[str, str | list[str]] = {name: str(jwk[name]) for name in _MEMBERS if name in jwk}
    public = {name: value for name, value in members.items() if name != "d"}
    try:
        jose, alone = cast(JoseKey, import_key(members)), cast(JoseKey, import_key(public))
        whole = jose.private_key is None or jose.private_key.public_key() == alone.public_key
    except (JoseError, ValueError, TypeError) as cause:
        raise SignatureError("this is not a valid key: its numbers cannot be decoded") from cause
    if not whole:
        raise SignatureError("this is not a valid key: its private and its public part do not match")
    return algorithm, jose


def _algorithm(jwk: Mapping[str, Any]) -> Algorithm:
    kind = (str(jwk.get("kty")), str(jwk.get("crv")))
    if kind not in _ALGORITHMS:
        raise SignatureError(f"expected a key of kind OKP/Ed25519 or EC/P-256, got {quoted('/'.join(kind))}")
    if jwk.get("alg", _ALGORITHMS[kind]) != _ALGORITHMS[kind]:
        raise SignatureError(f"expected a key for {_ALGORITHMS[kind]}, got one for {quoted(str(jwk['alg']))}")
    return _ALGORITHMS[kind]


def _members(jose: JoseKey, *, private: bool) -> dict[str, str]:
    values = jose.as_dict(private=private)
    return {name: str(values[name]) for name in _MEMBERS if name in values}
