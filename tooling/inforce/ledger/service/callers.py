"""Recognise callers: apps by their key, and users of static and mobile apps by a token that their app signed.

Invariants: a token is checked with a public key of the caller that it names as issuer; nothing about its claims is
answered before its signature is verified; a token acts for its own subject only, whether the ledger has records of
that subject or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from inforce.errors import SignatureError
from inforce.ledger.app_keys import AppKeys
from inforce.ledger.keys import Caller, SubjectToken
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.requests import is_reference
from inforce.signing import unverified_claims, verify_token

TOKEN_SECONDS: Final = 600
CLOCK_SECONDS: Final = 60
_SCOPES: Final = frozenset({"write", "read"})
STATED: Final[Sequence[str]] = ("actor", "auth")
_EXPECTED: Final = "send a token that a registered public key of its issuer signed"


class Callers:
    """The callers of one ledger.

    :param app_keys: the keys of apps
    :param audiences: what `aud` of a token may be
    :param clock: function that returns the time in seconds since 1970
    """

    def __init__(self, app_keys: AppKeys, audiences: Iterable[str], clock: Callable[[], float] = time.time) -> None:
        self._app_keys = app_keys
        self._audiences = frozenset(audiences)
        self._clock = clock

    def of(self, credential: str) -> Caller:
        """Return the caller whose key or token is `credential`; raise ProblemError if it is neither."""
        if "." in credential:  # no key has a full stop, and every token has two
            return self.of_token(credential)
        caller = self._app_keys.caller_of(credential)
        if caller is None:
            raise _refused("send a key of this ledger in the header Authorization: Bearer …")
        return caller

    def of_token(self, token: str) -> Caller:
        """Return the caller that signed `token`, limited to its subject; raise ProblemError if it is not valid."""
        claims = self._verified(token)
        self._check_times(claims)
        audience = claims.get("aud")
        if self._audiences.isdisjoint(map(str, audience if isinstance(audience, list) else [audience])):
            raise _refused(f"aud: expected {' or '.join(sorted(self._audiences))}")
        subject, linked = claims.get("sub"), claims.get("linked", [])
        if not is_reference(subject):
            raise _refused("sub: expected a reference of 1 to 256 characters")
        if not isinstance(linked, list) or not all(map(is_reference, linked)):
            raise _refused("linked: expected a list of references")
        stated = {name: claims[name] for name in STATED if claims.get(name) is not None}
        return Caller(
            claims["iss"], _SCOPES, SubjectToken(subject=str(subject), linked=frozenset(linked), stated=stated)
        )

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            issuer = unverified_claims(token).get("iss")
        except SignatureError:
            raise _refused(_EXPECTED) from None
        for key in self._app_keys.public_keys(issuer) if isinstance(issuer, str) else ():
            try:
                return verify_token(token, key)
            except SignatureError:
                continue  # the caller may have another key
        raise _refused(_EXPECTED)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
        if "exp" not in times or not all(map(_is_time, times.values())):
            raise _refused("exp, iat, nbf: expected whole seconds since 1970; exp is required")
        expires = times["exp"]
        if expires <= now:
            raise _refused("exp: the token has expired")
        if expires > min(now, times.get("iat", now)) + TOKEN_SECONDS:
            raise _refused(f"exp: expected at most {TOKEN_SECONDS} seconds after now and after iat")
        if max(times.get("iat", 0), times.get("nbf", 0)) > now + CLOCK_SECONDS:
            raise _refused("iat, nbf: expected an instant that has passed")


def own_subject(caller: Caller | None, subject: str) -> str:
    """Return `subject`; raise ProblemError if `caller` sent the token of another one."""
    if caller and caller.token and caller.token.subject != subject:
        raise ProblemError("subject-mismatch", "subject: expected the sub of the token")
    return subject


def _is_time(value: object) -> bool:
    return type(value) is int and value >= 0  # a bool is an int too


def _refused(detail: str) -> ProblemError:
    return ProblemError("unauthenticated", detail)
