"""At every instant, all parts of inforce name the same version in force, whatever was amended and cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given, settings

from amended_history import AmendedHistory
from inforce.acceptance import decide
from inforce.checks import Book, CheckReport, examine
from inforce.checks.rules.lang import language_missing
from inforce.client.http import Response
from inforce.client.state import ClientState
from inforce.client.trust import Trust
from inforce.instant import format_instant
from inforce.manifest import Manifest, parse_manifest, reissued, to_bytes
from inforce.manifest.build import manifest, versions_document
from inforce.policy import Policy, Version
from inforce.review.catalog_diff import ChangeKind, version_changes
from inforce.review.comment import ReviewComment
from inforce.verification.manifest_checks import history_findings, manifest_findings
from inforce.verification.site import Site
from property.book_strategies import SETTINGS
from property.test_amendment_laws import instants, started, steps

LISTED, LIST = "policies.json", "terms/versions.json"


def history_of(drawn: list[tuple[str, int]]) -> AmendedHistory:
    history = started()
    for kind, days in drawn:
        history.step(kind, days)
    return history


def site_of(history: AmendedHistory, at: datetime, **changes: Any) -> Site:
    """Return the site that publishes `history` at `at`, with `changes` of the policy in its manifest."""
    document = manifest(history.catalog, at)
    for listed in document["policies"]:
        listed.update(changes)
    files = {LISTED: document, LIST: versions_document(history.catalog, history.policy, at, {})}
    return Site(
        trust=Trust(site=SETTINGS.site),
        lock=history.lock,
        now=at,
        answers={path: Response(status=200, headers={}, body=to_bytes(file)) for path, file in files.items()},
        memory=ClientState(),
    )


def seq_of(version: Version | None) -> int | None:
    return version.seq if version else None


few = settings(max_examples=max(1, settings().max_examples // 3))


@few
@given(steps)
def test_manifest_version_list_and_verification_agree_with_the_policy(drawn: list[tuple[str, int]]) -> None:
    history = history_of(drawn)
    policy = history.policy
    for at in instants(history):
        current = policy.in_force(at)
        listed = versions_document(history.catalog, history.policy, at, {})["versions"]
        assert [entry["seq"] for entry in listed if entry["state"] == "in_force"] == ([current.seq] if current else [])
        site = site_of(history, at)
        assert [*manifest_findings(site), *history_findings(site)] == []
    other = next((version for version in policy.public(at) if current and version.seq != current.seq), None)
    if current and other:
        (finding,) = manifest_findings(site_of(history, at, in_force=other.seq))
        assert f"“in_force”: expected “{current.seq}”, got “{other.seq}”" in finding.message


@few
@given(steps)
def test_every_manifest_in_use_leads_to_the_version_in_force(drawn: list[tuple[str, int]]) -> None:
    """A client computes it from a manifest of any earlier day; so does a manifest that was issued again."""
    history = history_of(drawn)
    issued: list[tuple[Manifest, tuple[Version, ...]]] = []
    for at in instants(history):
        public = known(history.policy, at)
        issued.append((parse_manifest(to_bytes(manifest(history.catalog, at))), public))
        for earlier, published in issued[-4:]:
            if published != public or at > earlier.expires_at:
                continue
            expected = seq_of(history.policy.in_force(at))
            again = reissued(earlier, at) if at > earlier.issued_at else dict(earlier.data)
            assert [policy.get("in_force") for policy in again["policies"]] == [expected] * len(again["policies"])
            decision = decide(
                {
                    "manifest": earlier,
                    "now": format_instant(at),
                    "subject": {"id": "u", "since": "2020-01-01T00:00:00Z"},
                    "state": {"seen": {"terms": 999}},
                }
            )
            assert [policy["target_seq"] for policy in decision["policies"]] == [expected] * len(decision["policies"])


def known(policy: Policy, at: datetime) -> tuple[Version, ...]:
    """Return the public versions at `at`, without cancellations of a later date."""
    return tuple(
        version if version.is_cancelled(at) else replace(version, cancelled=None) for version in policy.public(at)
    )


@given(steps)
def test_checks_examine_the_version_in_force_and_later_ones(drawn: list[tuple[str, int]]) -> None:
    history = history_of(drawn)
    policy = history.policy
    for at in instants(history):
        current = policy.in_force(at)
        report = examine(Book(catalog=history.catalog, lock=history.lock), at, [language_missing])
        first = policy.place(current) if current else (0, 0)
        expected = [v for v in policy.versions if policy.place(v) >= first and v.cancelled is None]
        assert len(report.findings) == len(expected)


@few
@given(steps)
def test_review_names_the_version_that_applies_before_a_new_one(drawn: list[tuple[str, int]]) -> None:
    history = started()
    for kind, days in drawn:
        base = history.catalog
        history.step(kind, days)
        policy = history.policy
        for change in version_changes(base, history.catalog):
            if change.kind is not ChangeKind.NEW:
                continue
            comment = ReviewComment(
                version_changes=(change,), report=CheckReport(findings=()), settings=SETTINGS, now=history.now
            ).to_markdown()
            applying = [
                version
                for version in policy.versions
                if version.effective_at < change.version.effective_at and not version.draft and not version.cancelled
            ]
            expected = f"version {applying[-1].label} applies until then." if applying else "it is the first version."
            assert expected in comment or "before that applies." in comment
