"""Verify JSON Web Tokens (RFC 7519) in their compact form, signed with Ed25519 or ES256.

Invariants: the key decides the algorithm, whatever the header of a token contains; the returned claims are the signed
bytes, decoded strictly.
Not responsible for: the meaning of the claims, such as the instant at which a token expires.
"""

from __future__ import annotations

from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from inforce.errors import ManifestError, SignatureError
from inforce.manifest import parse_json
from inforce.signing.keys import PublicKey

_LARGEST: Final = 8_192


class _Registry(jws.JWSRegistry):
    """The algorithm of one key. Most libraries still write `EdDSA` (RFC 8037) for `Ed25519` (RFC 9864)."""

    def get_alg(self, name: str) -> Any:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


def unverified_claims(token: str) -> dict[str, Any]:
    """Return the claims of `token` without verifying them, to find the key of its issuer.

    Raise SignatureError if `token` is not a JSON Web Token.
    """
    parts = token.split(".")
    if len(token) > _LARGEST or len(parts) != 3:
        raise SignatureError("this is not a JSON Web Token")
    try:
        header, claims = (parse_json(urlsafe_b64decode(part.encode("ascii"))) for part in parts[:2])
    except (ManifestError, ValueError) as cause:
        raise SignatureError("this is not a JSON Web Token") from cause
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise SignatureError("this is not a JSON Web Token")
    if "crit" in header or str(header.get("typ", "JWT")).upper() != "JWT":
        raise SignatureError("expected a token of the type “JWT” without “crit”")
    return claims


def verify_token(token: str, key: PublicKey) -> dict[str, Any]:
    """Return the claims of `token` if `key` signed it; raise SignatureError otherwise."""
    claims = unverified_claims(token)
    registry = _Registry(algorithms=[str(key.algorithm)], strict_check_header=False)
    try:
        jws.deserialize_compact(token, key.jose, registry=registry)
    except (JoseError, ValueError, TypeError, KeyError) as cause:
        raise SignatureError("the signature of the token does not match the key") from cause
    return claims
