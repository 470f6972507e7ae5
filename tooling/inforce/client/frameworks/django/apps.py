"""The app as Django registers it."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.core.signals import setting_changed


class PoliciesConfig(AppConfig):
    """The app `inforce_policies`."""

    name = "inforce.client.frameworks.django"
    label = "inforce_policies"
    verbose_name = "Policies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from inforce.client.frameworks.django import checks, configuration

        register(checks.check_settings)
        setting_changed.connect(configuration.forget)
