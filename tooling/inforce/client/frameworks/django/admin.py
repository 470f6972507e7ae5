"""The list of records in the admin site; a record cannot be added, changed or deleted there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inforce.client.frameworks.django.models import PolicyRecord


@admin.register(PolicyRecord)
class PolicyRecordAdmin(admin.ModelAdmin):
    """The list, filtered by policy, act and date."""

    list_display = ("received_at", "policy", "version", "language", "act", "owner")
    list_filter = ("policy", "act", "received_at")
    date_hierarchy = "received_at"
    search_fields = ("=id", "=owner")

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:  # noqa: ARG002 - passed by Django
        """Return that no record can be added."""
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:  # noqa: ARG002 - passed by Django
        """Return that no record can be changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:  # noqa: ARG002 - passed by Django
        """Return that no record can be deleted."""
        return False
