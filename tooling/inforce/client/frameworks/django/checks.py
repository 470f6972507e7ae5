"""System checks: `manage.py check` reports a wrong setting before the first request."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from inforce.client.frameworks.django.configuration import configuration

_GATE: Final = "inforce.client.frameworks.django.middleware.policy_gate"
_USERS: Final = "django.contrib.auth.middleware.AuthenticationMiddleware"


def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """Return what is wrong in the settings of the project."""
    wrong: list[checks.CheckMessage] = []
    try:
        configuration()
    except ImproperlyConfigured as error:
        wrong.append(checks.Error(str(error), id="inforce_policies.E001"))
    try:
        reverse("inforce_policies:receipts")
    except (NoReverseMatch, ImproperlyConfigured):
        hint = 'Add path("policies/", include("inforce.client.frameworks.django.urls")) to urlpatterns.'
        wrong.append(checks.Error("The routes of the policies are missing.", hint=hint, id="inforce_policies.E002"))
    middleware = list(settings.MIDDLEWARE)
    if _GATE not in middleware:
        message = "MIDDLEWARE does not contain the gate, so no user is blocked."
        wrong.append(checks.Warning(message, hint=f"Add {_GATE!r}.", id="inforce_policies.W001"))
    elif _USERS in middleware and middleware.index(_USERS) > middleware.index(_GATE):
        hint = f"Move {_GATE!r} below {_USERS!r}."
        wrong.append(checks.Error("The gate runs before users are signed in.", hint=hint, id="inforce_policies.E003"))
    return wrong
