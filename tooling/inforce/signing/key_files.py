"""Read and write private keys: in a file, or in the environment of a build; never in the book.

Invariants: a key file is readable by its owner only and is never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from inforce.disk import create_file, how_to_fix, read_regular
from inforce.errors import ManifestError, SetupError, ShapeError, SignatureError
from inforce.fields import Fields
from inforce.manifest import parse_json
from inforce.signing.keys import PrivateKey

KEY = "INFORCE_SIGNING_KEY"
KEY_FILE = "INFORCE_SIGNING_KEY_FILE"
_LARGEST = 1024 * 1024


def private_keys(environ: Mapping[str, str]) -> tuple[PrivateKey, ...]:
    """Read the keys that the environment `environ` configures; none if it configures none.

    `INFORCE_SIGNING_KEY_FILE` is the path of a JWK or of a JWK set; `INFORCE_SIGNING_KEY` contains one. Raise
    SetupError if both are set or the file cannot be read; SignatureError if it does not contain a key.
    """
    path, text = environ.get(KEY_FILE, ""), environ.get(KEY, "")
    if path and text:
        raise SetupError(f"{KEY_FILE} and {KEY} are both set: unset one of them")
    if path:
        return _parse(_read(Path(path)), f"the file {KEY_FILE} names")
    return _parse(text.encode(), KEY) if text else ()


def write_private_key(path: Path, key: PrivateKey) -> None:
    """Write `key` to the new file `path` with mode 0600; raise SetupError if the file exists."""
    content = json.dumps({**key.to_jwk(), "kid": key.public.kid}) + "\n"
    try:
        create_file(path, content.encode(), mode=0o600)
    except FileExistsError as cause:
        message = f"{path} exists, and a key file is never overwritten: choose another path"
        raise SetupError(message) from cause
    except OSError as cause:
        raise SetupError(f"{path} cannot be written: {cause.strerror}; {how_to_fix(cause)}") from cause


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, _LARGEST)
    except OSError as cause:
        fix = how_to_fix(cause, f"set the path of another file in {KEY_FILE}, or put the key itself into {KEY}")
        raise SetupError(f"the key file {path} cannot be read: {cause.strerror}; {fix}") from cause


def _parse(raw: bytes, where: str) -> tuple[PrivateKey, ...]:
    try:
        data = parse_json(raw)
        keys = Fields(data).shapes("keys", (data,))
    except ManifestError:
        # Without the cause, because its message could contain a secret.
        raise SignatureError(f"{where}: expected a private JWK (RFC 7517), got something that is not JSON") from None
    except ShapeError:
        keys = ()
    if not keys:
        raise SignatureError(f"{where}: expected a private JWK, or a set of them")
    return tuple(PrivateKey.from_jwk({name: key.value(name) for name in key.names()}) for key in keys)
