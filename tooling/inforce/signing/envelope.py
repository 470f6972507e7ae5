"""The envelope: an unencoded payload and its signatures in one JSON file (RFC 7515, RFC 7797).

Invariants: the returned bytes are the verified bytes.
Not responsible for: interpreting the payload.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from inforce.errors import ManifestError, ShapeError, SignatureError, quoted
from inforce.fields import Fields
from inforce.manifest import parse_json, to_bytes
from inforce.signing.keys import PrivateKey, PublicKey

TYPE = "policy-manifest+jws"
# RFC 7797: the payload is not base64url-encoded; `crit` makes an implementation without support reject the file.
_UNENCODED: Mapping[str, object] = {"b64": False, "crit": ["b64"]}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    protected: str
    signature: str
    header: Mapping[str, Any]

    @property
    def kid(self) -> str:
        """The key id; if it is not a string, the empty string, which matches no key."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else ""


def sign(payload: bytes, keys: Sequence[PrivateKey]) -> bytes:
    """Sign `payload`, UTF-8 text, with each of `keys` and return the JWS in JSON serialisation.

    Ed25519 signatures are deterministic; ES256 signatures are not.
    """
    if not keys:
        raise SignatureError("no private key is given to sign with")
    return to_bytes({"payload": payload.decode(), "signatures": [_sign(payload, key) for key in keys]})


def verify(raw: bytes, keys: Iterable[PublicKey], *, limit: int | None = None) -> bytes:
    """Return the payload of the JWS `raw`, of at most `limit` bytes, if one of `keys` signed it.

    Every signature with the id of one of `keys` must be valid: made with the key's own algorithm, of type
    `policy-manifest+jws`, over exactly these bytes. Signatures with other key ids are ignored, so that keys can be
    rotated. Raise SignatureError otherwise.
    """
    known = {key.kid: key for key in keys}
    payload, signatures = _open(raw, limit)
    ours = [(signature, known[signature.kid]) for signature in signatures if signature.kid in known]
    if not ours:
        names = ", ".join(quoted(str(signature.kid)) for signature in signatures[:3]) or "none"
        raise SignatureError(f"expected a signature of a known key, got {names}")
    for signature, key in ours:
        _refuse_other_terms(signature.header, key)
        _refuse_forgery(payload, signature, key)
    return payload.encode()


def signers(raw: bytes) -> tuple[str, ...]:
    """Return the key ids in the signatures of the JWS `raw` without verifying them.

    Raise SignatureError if `raw` is not a JWS.
    """
    _, signatures = _open(raw, None)
    return tuple(str(signature.kid) for signature in signatures)


def _sign(payload: bytes, key: PrivateKey) -> dict[str, str]:
    public = key.public
    header = {"alg": str(public.algorithm), "typ": TYPE, "kid": public.kid, **_UNENCODED}
    signed = jws.serialize_json([{"protected": header}], payload, key.jose, registry=_registry(public))
    (signature,) = signed["signatures"]
    return {"protected": signature["protected"], "signature": signature["signature"]}


def _open(raw: bytes, limit: int | None) -> tuple[str, list[_Signature]]:
    try:
        shape = Fields(parse_json(raw, limit=limit), "", ManifestError)
        payload = shape.text("payload")
        return payload, [_read(inner) for inner in shape.shapes("signatures")]
    except ShapeError as cause:
        raise SignatureError(f"this is not a signed manifest: {cause}") from cause


def _read(shape: Fields) -> _Signature:
    protected = shape.parsed("protected", _base64url)
    header = parse_json(urlsafe_b64decode(protected.encode()))
    if not isinstance(header, dict):
        raise shape.error("protected", "expected an object")
    return _Signature(protected=protected, signature=shape.parsed("signature", _base64url), header=header)


def _base64url(text: str) -> str:
    message = f"expected base64url without padding, got {quoted(text)}"
    if not _BASE64URL.fullmatch(text):
        raise ValueError(message)
    try:
        # Also rejects impossible lengths and non-zero trailing bits (RFC 4648, section 3.5).
        urlsafe_b64decode(text.encode())
    except ValueError as cause:
        raise ValueError(message) from cause
    return text


def _refuse_other_terms(header: Mapping[str, Any], key: PublicKey) -> None:
    expected = {"alg": str(key.algorithm), "typ": TYPE, **_UNENCODED}
    for name, value in expected.items():
        if repr(header.get(name)) != repr(value):  # repr distinguishes False from 0
            got = quoted(str(header.get(name)))
            raise SignatureError(
                f"the signature of {quoted(key.kid)} has the wrong “{name}”: expected {value}, got {got}"
            )


def _refuse_forgery(payload: str, signature: _Signature, key: PublicKey) -> None:
    alone = {"payload": payload, "protected": signature.protected, "signature": signature.signature}
    try:
        jws.deserialize_json(cast(jws.FlattenedJSONSerialization, alone), key.jose, registry=_registry(key))
    except (JoseError, ValueError) as cause:
        raise SignatureError(f"the signature of {quoted(key.kid)} does not match these bytes") from cause


def _registry(key: PublicKey) -> jws.JWSRegistry:
    # Other header fields can be ignored: every field that must be understood is listed in “crit”.
    return jws.JWSRegistry(algorithms=[str(key.algorithm)], strict_check_header=False)
