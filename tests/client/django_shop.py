"""A Django project with the settings, URLs and template of the documentation, for tests."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "apps" / "django.md"
HTML, PYTHON = (re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) for kind in ("html", "python"))
WITH_LEDGER = PYTHON.pop()
URLS = "django_shop_urls"
_CONTRIB = ("admin", "auth", "contenttypes", "sessions", "messages")
_MIDDLEWARE = (
    "sessions.middleware.SessionMiddleware",
    "auth.middleware.AuthenticationMiddleware",
    "messages.middleware.MessageMiddleware",
)
_CONTEXT = ("template.context_processors.request", "contrib.auth.context_processors.auth")


def documented_settings() -> dict[str, Any]:
    """Return the settings of a new project with those of the documentation."""
    settings: dict[str, Any] = {
        "INSTALLED_APPS": [f"django.contrib.{name}" for name in _CONTRIB],
        "MIDDLEWARE": [
            "django.middleware.csrf.CsrfViewMiddleware",
            *(f"django.contrib.{name}" for name in _MIDDLEWARE),
        ],
    }
    exec(PYTHON[0], settings)  # noqa: S102 - trusted code of the documentation
    return {name: value for name, value in settings.items() if name.isupper()}


def project(database: Path) -> dict[str, Any]:
    """Configure Django once per process, with a new database, and return the settings."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    if not settings.configured:
        processors = ["django.contrib.messages.context_processors.messages", *(f"django.{name}" for name in _CONTEXT)]
        template = {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": processors},
        }
        settings.configure(
            SECRET_KEY="tests",  # noqa: S106 - no secret
            ALLOWED_HOSTS=["*"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            ROOT_URLCONF=URLS,
            TEMPLATES=[template],
            USE_TZ=True,
            **documented_settings(),
        )
        django.setup()
        _urls()
    call_command("migrate", verbosity=0)
    return documented_settings()


def _urls() -> None:
    """Create the module of URLs: a page, an API, signing in, the admin site, and the URLs of the documentation."""
    from django.contrib import admin
    from django.contrib.auth import get_user_model, login
    from django.http import HttpRequest, HttpResponse, JsonResponse
    from django.template import engines
    from django.urls import path

    def page(request: HttpRequest) -> HttpResponse:
        html = f'<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>{HTML[0]}</main></html>'
        return HttpResponse(engines["django"].from_string(html).render({}, request))

    def sign_in(request: HttpRequest, name: str) -> HttpResponse:
        users = get_user_model().objects
        user, _ = users.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})
        login(request, user)
        return HttpResponse(f"user:{user.pk}")

    module = ModuleType(URLS)
    module.__dict__["urlpatterns"] = [
        path("", page),
        path("login/<name>", sign_in),
        path("api/orders", lambda _: JsonResponse([], safe=False)),
        path("support", page),
        path("favicon.ico", lambda _: HttpResponse(status=204)),
        path("admin/", admin.site.urls),
    ]
    exec(PYTHON[1], module.__dict__)  # noqa: S102 - trusted code of the documentation
    sys.modules[URLS] = module
