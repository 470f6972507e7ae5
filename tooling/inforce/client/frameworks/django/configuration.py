"""The setting `INFORCE_POLICIES`, and the client that it describes: one per process.

Invariants: an unknown or missing name is an error, so that a misspelt one cannot open the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.module_loading import import_string

from inforce.acceptance import SubjectForm
from inforce.client.frameworks.ledger import LedgerRecords
from inforce.client.frameworks.paths import ProtectedPaths
from inforce.client.policies import Policies
from inforce.errors import InforceError

SETTING: Final = "INFORCE_POLICIES"
_CLIENT: Final = ("SITE", "KEYS", "MANIFEST", "STATE_FILE", "LEDGER", "LEDGER_KEY")
NAMES: Final = (*_CLIENT, "PROTECTS", "OPEN", "SUBJECT_OF", "AUDIENCE_OF", "ACCEPTS")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The setting, read: the client, the ledger if there is one, the address and keys for pages, what is protected,
    and the project's functions.
    """

    policies: Policies
    ledger: LedgerRecords | None
    manifest: str
    keys: Sequence[Mapping[str, Any]]
    paths: ProtectedPaths
    subject_of: Callable[[HttpRequest], str | SubjectForm | None]
    audience_of: Callable[[HttpRequest], Sequence[str]]
    accepts: Callable[[HttpRequest, Mapping[str, Any]], bool] | None


@cache
def configuration() -> ProjectSettings:
    """Return the setting, read once per process; raise ImproperlyConfigured if it is wrong."""
    given = _given()
    site, manifest, keys = str(given["SITE"]), given.get("MANIFEST", "policies.json"), tuple(given.get("KEYS", ()))
    try:
        policies = Policies(site, manifest=manifest, keys=keys, state_file=given.get("STATE_FILE"))
        ledger = LedgerRecords(given["LEDGER"], given.get("LEDGER_KEY", "")) if "LEDGER" in given else None
    except (InforceError, TypeError, ValueError) as error:
        message = f"{SETTING}: {error}"
        raise ImproperlyConfigured(message) from error
    return ProjectSettings(
        policies=policies,
        ledger=ledger,
        manifest=site + (manifest.removesuffix(".json") + ".jws.json" if keys else manifest),
        keys=keys,
        paths=ProtectedPaths(given.get("PROTECTS", ["/"]), given.get("OPEN", [])),
        subject_of=_function(given, "SUBJECT_OF") or signed_in_user,
        audience_of=_function(given, "AUDIENCE_OF") or _no_audience,
        accepts=_function(given, "ACCEPTS"),
    )


def forget(*, setting: str = SETTING, **_: object) -> None:
    """Read the setting again at the next call, because a test has changed it."""
    if setting == SETTING:
        configuration.cache_clear()


def signed_in_user(request: HttpRequest) -> SubjectForm | None:
    """Return the user of `request` as `user:` and the primary key, since the date of joining; None for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    joined = getattr(user, "date_joined", None)
    subject: SubjectForm = {"id": f"user:{user.pk}"}
    if joined and joined.tzinfo:
        subject["since"] = joined.isoformat()
    return subject


def _given() -> Mapping[str, Any]:
    given = getattr(settings, SETTING, None)
    if not isinstance(given, dict) or not given.get("SITE"):
        message = f'{SETTING}: expected a dict with the address of the policy site, such as {{"SITE": "https://…/"}}'
        raise ImproperlyConfigured(message)
    for name in given:
        if name not in NAMES:
            close = get_close_matches(str(name), NAMES, 1)
            message = f"{SETTING}: unknown name {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")
            raise ImproperlyConfigured(message)
    return given


def _function(given: Mapping[str, Any], name: str) -> Any:
    """Return the function that the setting `name` contains or imports; None if it is absent."""
    value = given.get(name)
    try:
        function = import_string(value) if isinstance(value, str) else value
    except ImportError as error:
        message = f"{SETTING}: {name}: {error}"
        raise ImproperlyConfigured(message) from error
    if function is not None and not callable(function):
        message = f"{SETTING}: {name}: expected a function or its dotted path, got {value!r}"
        raise ImproperlyConfigured(message)
    return function


def _no_audience(_: HttpRequest) -> Sequence[str]:
    return ()
