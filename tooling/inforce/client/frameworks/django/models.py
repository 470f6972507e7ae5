"""The records of what users answered, in the database of the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import make_naive


class PolicyRecordManager(models.Manager):
    """Stores and finds records."""

    def add(self, record: Mapping[str, Any], owner: str) -> Mapping[str, Any] | None:
        """Store `record` of the user `owner`, unless a record with its id is stored; return that one, or None."""
        received = datetime.fromisoformat(record["received_at"])
        fields = {name: record[name] for name in ("policy", "seq", "version", "language", "act")}
        time = received if settings.USE_TZ else make_naive(received, UTC)
        defaults = {**fields, "owner": owner, "received_at": time, "record": dict(record)}
        stored, is_new = self.get_or_create(id=record["id"], defaults=defaults)
        return None if is_new else stored.record

    def records(self, owner: str) -> list[dict[str, Any]]:
        """Return the records of the user `owner`, oldest first."""
        return list(self.filter(owner=owner).order_by("received_at", "id").values_list("record", flat=True))

    def link(self, reference: str, owner: str) -> None:
        """Assign the records of `reference`, a visitor who has signed in, to the user `owner`."""
        self.filter(owner=reference).update(owner=owner)

    def forget(self, owner: str) -> None:
        """Delete the records of the user `owner`."""
        self.filter(owner=owner).delete()


class PolicyRecord(models.Model):
    """One act of a user concerning one version; `record` contains all its fields, the rest is for queries."""

    id = models.CharField(primary_key=True, max_length=36)
    owner = models.CharField(max_length=256, db_index=True, verbose_name="user")
    policy = models.CharField(max_length=256)
    seq = models.PositiveBigIntegerField(verbose_name="number")
    version = models.CharField(max_length=256)
    language = models.CharField(max_length=256)
    act = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    record = models.JSONField()

    objects = PolicyRecordManager()

    class Meta:
        """Names in the admin site."""

        verbose_name = "policy record"
        ordering = ("-received_at", "id")

    def __str__(self) -> str:
        return f"{self.policy} {self.version}: {self.act} by {self.owner}"
