"""Where private keys are kept: a file of its owner's, or the environment of a build. Never in the book.

Keeps true: a key file is readable by its owner alone and is never written over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from inforce.disk import create_file, how_to_fix, read_regular
from inforce.errors import ManifestError, SetupError, SignatureError
from inforce.manifest import parse_json
from inforce.signing.keys import PrivateKey

KEY = "INFORCE_SIGNING_KEY"
KEY_FILE = "INFORCE_SIGNING_KEY_FILE"
_LARGEST = 1024 * 1024


def private_keys(environ: Mapping[str, str]) -> tuple[PrivateKey, ...]:
    """Read the keys that the environment `environ` names; none where it names none.

    `INFORCE_SIGNING_KEY_FILE` is the path of a JWK or of a JWK set, `INFORCE_SIGNING_KEY` holds one itself.
    SetupError where both are there or the file cannot be read, SignatureError where it is no key.
    """
    path, text = environ.get(KEY_FILE, ""), environ.get(KEY, "")
    if path and text:
        raise SetupError(f"{KEY_FILE} and {KEY} are both set: unset one, so that it is clear who signs")
    if path:
        return _parse(_read(Path(path)), f"the file {KEY_FILE} names")
    return _parse(text.encode(), KEY) if text else ()


def write_private_key(path: Path, key: PrivateKey) -> None:
    """Write `key` to the new file `path` with mode 0600; SetupError where something is there already."""
    content = json.dumps({**key.to_jwk(), "kid": key.public.kid}) + "\n"
    try:
        create_file(path, content.encode(), mode=0o600)
    except FileExistsError as cause:
        message = f"{path} is there already, and a key is never written over: name another file"
        raise SetupError(message) from cause
    except OSError as cause:
        raise SetupError(f"{path} cannot be written: {cause.strerror}; {how_to_fix(cause)}") from cause


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, _LARGEST)
    except OSError as cause:
        fix = how_to_fix(cause, f"name another file with {KEY_FILE}, or put the key itself into {KEY}")
        raise SetupError(f"the key file {path} cannot be read: {cause.strerror}; {fix}") from cause


def _parse(raw: bytes, where: str) -> tuple[PrivateKey, ...]:
    try:
        data = parse_json(raw)
    except ManifestError:
        # Without the cause: its message might quote a secret.
        raise SignatureError(f"{where}: expected a private JWK (RFC 7517), got something that is not JSON") from None
    keys = data.get("keys", [data]) if isinstance(data, dict) else []
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise SignatureError(f"{where}: expected a private JWK, or a set of them")
    return tuple(PrivateKey.from_jwk(key) for key in keys)
