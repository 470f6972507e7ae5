"""Compare a built or live site with the lock: every change, loss, rollback and wrong header is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from browser.static_site import StaticSite
from client.host import Host, answer
from client.published_site import DAY_AFTER, KEY, NOW, SECOND_KEY, Published, signing
from inforce.manifest import digests_file, to_bytes
from inforce.policy.lock import Lock
from inforce.signing import sign
from inforce.text import Digest
from inforce.verification import RULES, to_lines
from inforce.verification.site import lasting_addresses, manifest_addresses, read_addresses


@pytest.fixture
def live(site: Published, host: Host) -> Host:
    """Serve the site on `host` with the headers it was built with."""
    rules = StaticSite(folder=site.folder)
    for file in sorted(path for path in site.folder.rglob("*") if path.is_file()):
        path = "/" + file.relative_to(site.folder).as_posix()
        named = {name.replace("-", "_"): value for name, value in rules.headers_for(path)}
        host.at[path.removesuffix("index.html")] = answer(file.read_bytes(), **{"ETag": '"1"', **named})
    return host


class TestASiteAsItShouldBe:
    def test_built_folder_has_no_findings(self, site: Published) -> None:
        assert site.verify().findings == ()

    def test_live_site_with_its_built_headers_has_no_findings(self, site: Published, live: Host) -> None:
        assert site.verify(live.url).findings == ()

    def test_every_published_text_and_page_is_requested(self, site: Published) -> None:
        assert manifest_addresses(["policies.json"], signed=True) == ["policies.json", "policies.jws.json"]
        assert read_addresses(site.lock, NOW) == [
            "privacy/versions.json",
            "terms/versions.json",
            "privacy/2026-01-15/en.md",
            "terms/2026-01-15/de.md",
            "terms/2026-01-15/en.md",
            "terms/2026-02-01/en.md",
            "terms/2027-01-01/en.md",
        ]
        assert lasting_addresses(site.lock, NOW) == [
            "feed.xml",
            "schema/policy-manifest-1.json",
            "schema/policy-versions-1.json",
            "schema/policy-version-digests-1.json",
            "schema/policy-receipt-1.json",
            "conformance/vectors.json",
            "conformance/envelopes.json",
            "conformance/states.json",
            "conformance/histories.json",
            "privacy/",
            "privacy/history/",
            "privacy/feed.xml",
            "privacy/2026-01-15/",
            "privacy/2026-01-15/since/",
            "privacy/2026-01-15/en.html",
            "privacy/2026-01-15/since/en.json",
            "terms/",
            "terms/history/",
            "terms/feed.xml",
            "terms/2026-01-15/",
            "terms/2026-01-15/since/",
            "terms/2026-01-15/de.html",
            "terms/2026-01-15/since/de.json",
            "terms/2026-01-15/en.html",
            "terms/2026-01-15/since/en.json",
            "terms/changes/2026-01-15...2026-02-01/",
            "terms/changes/2026-01-15...2026-02-01/en.json",
            "terms/2026-02-01/",
            "terms/2026-02-01/since/",
            "terms/2026-02-01/en.html",
            "terms/2026-02-01/since/en.json",
            "terms/changes/2026-02-01...2027-01-01/",
            "terms/changes/2026-02-01...2027-01-01/en.json",
            "terms/2027-01-01/",
            "terms/2027-01-01/since/",
            "terms/2027-01-01/en.html",
            "terms/2027-01-01/since/en.json",
        ]

    def test_unpublished_versions_are_not_requested(self, site: Published) -> None:
        assert "terms/2027-01-01/en.md" not in read_addresses(site.lock, instant("2026-08-01"))


def rewrite(address: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Published], None]:
    """Change the JSON document at `address`."""

    def damage(site: Published) -> None:
        document = site.document(address)
        change(document)
        site.write(address, to_bytes(document), NOW)

    return damage


def resigned(change: Callable[[dict[str, Any]], object]) -> Callable[[Published], None]:
    """Change the manifest, and sign the result."""

    def damage(site: Published) -> None:
        rewrite("policies.json", change)(site)
        site.write("policies.jws.json", sign((site.folder / "policies.json").read_bytes(), [KEY]))

    return damage


def digests_of(site: Published) -> str:
    """Return the address of the digests of the terms."""
    (file,) = (site.folder / "terms").glob("versions.*.json")
    return file.relative_to(site.folder).as_posix()


def renamed(change: Callable[[dict[str, Any]], object]) -> Callable[[Published], None]:
    """Change the digests of the terms, and update the signed manifest."""

    def damage(site: Published) -> None:
        old = digests_of(site)
        document = site.document(old)
        change(document)
        digest = Digest.of(to_bytes(document))
        (site.folder / old).unlink()
        site.write(digests_file("terms", digest), to_bytes(document))
        resigned(lambda plain: plain["policies"][1].update(versions_digest=str(digest)))(site)

    return damage


PROOFS = [
    pytest.param(lambda site: site.write(digests_of(site), b"{}"), [""], "expected sha256:", id="other digests"),
    pytest.param(
        lambda site: site.write("terms/2026-01-15/since/en.json", b"[]"),
        ["terms/2026-01-15/since/en.json"],
        "as the manifest proves",
        id="another since file",
    ),
    pytest.param(
        lambda site: site.write("terms/changes/2026-01-15...2026-02-01/en.json", b"[]"),
        ["terms/changes/2026-01-15...2026-02-01/en.json"],
        "as the manifest proves",
        id="another redline",
    ),
    pytest.param(
        resigned(lambda document: document["policies"][1].pop("versions_digest")),
        ["policies.json"],
        "names no digests of terms",
        id="no digests named",
    ),
    pytest.param(
        renamed(lambda document: document["versions"][0]["digests"].update(en=str(Digest.of("other")))),
        [""],
        "locked text of 2026-01-15 in en",
        id="signed digests of another text",
    ),
    pytest.param(
        renamed(lambda document: document["versions"][1].pop("redlines")),
        [""],
        "no digest of terms/changes/2026-01-15...2026-02-01/en.json",
        id="a missing redline",
    ),
]


@pytest.mark.parametrize(("damage", "addresses", "words"), PROOFS)
def test_content_that_differs_from_its_digest_is_found(
    site: Published, damage: Callable[[Published], None], addresses: list[str], words: str
) -> None:
    damage(site)

    findings = site.verify().findings
    expected = [address or digests_of(site) for address in addresses]
    assert [(finding.rule, finding.place.path) for finding in findings] == [
        ("LIVE-proof", address) for address in expected
    ]
    assert words in findings[0].message


def test_missing_digests_are_found(site: Published) -> None:
    address = digests_of(site)
    (site.folder / address).unlink()

    assert site.found() == [("LIVE-missing", address)]


DAMAGES = [
    pytest.param(
        lambda site: site.write("terms/2026-01-15/de.md", b"# T\n\nZwei.\n"),
        [("LIVE-digest", "terms/2026-01-15/de.md")],
        id="another text",
    ),
    pytest.param(
        lambda site: (site.folder / "terms/2026-01-15/de.md").unlink(),
        [("LIVE-missing", "terms/2026-01-15/de.md")],
        id="a missing text",
    ),
    pytest.param(
        lambda site: (site.folder / "terms/changes/2026-01-15...2026-02-01/index.html").unlink(),
        [("LIVE-missing", "terms/changes/2026-01-15...2026-02-01/")],
        id="a missing redline file",
    ),
    pytest.param(
        lambda site: (site.folder / "terms/2026-01-15/de.html").unlink(),
        [("LIVE-missing", "terms/2026-01-15/de.html")],
        id="a missing fragment",
    ),
    pytest.param(
        lambda site: (site.folder / "terms/feed.xml").unlink(),
        [("LIVE-missing", "terms/feed.xml")],
        id="a missing feed",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"].pop()),
        [("LIVE-lock", "policies.json")],
        id="a policy missing in the manifest",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1].update(in_force=1)),
        [("LIVE-lock", "policies.json")],
        id="another version in force",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1].update(latest=2)),
        [("LIVE-lock", "policies.json")],
        id="another newest version",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1]["versions"].pop()),
        [("LIVE-lock", "policies.json")],
        id="an announced version missing in the manifest",
    ),
    pytest.param(
        lambda site: (site.folder / "policies.jws.json").unlink(),
        [("LIVE-missing", "policies.jws.json")],
        id="a missing signed manifest",
    ),
    pytest.param(
        lambda site: site.write("policies.json", b"<html>", NOW), [("LIVE-manifest", "policies.json")], id="a page"
    ),
    pytest.param(
        lambda site: site.write("policies.json", b" " * 65_536 + (site.folder / "policies.json").read_bytes(), NOW),
        [("LIVE-missing", "policies.json")],
        id="a manifest above the limit of its request",
    ),
    pytest.param(
        resigned(lambda manifest: manifest.update(site="https://staging.example/")),
        [("LIVE-manifest", "policies.json")],
        id="the manifest of another site",
    ),
    pytest.param(
        rewrite("policies.json", lambda manifest: manifest.update(poll_seconds=60)),
        [("LIVE-signature", "policies.jws.json")],
        id="a manifest that differs from the signed one",
    ),
    pytest.param(
        lambda site: site.publish(keys=(SECOND_KEY,)),
        [("LIVE-signature", "policies.jws.json")],
        id="the signature of an unknown key",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1]["versions"][0].update(change="notice")),
        [("LIVE-lock", "policies.json")],
        id="another level in the manifest",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1]["versions"][1].update(enforce_at="2026-10-01T00:00:00Z")),
        [("LIVE-lock", "policies.json")],
        id="a shorter grace period in the manifest",
    ),
    pytest.param(
        resigned(lambda manifest: manifest["policies"][1]["versions"][1]["digests"].pop("en")),
        [("LIVE-manifest", "policies.json")],
        id="no text in the manifest",
    ),
    pytest.param(
        rewrite("terms/versions.json", lambda document: document["versions"].pop(0)),
        [("LIVE-lock", "terms/versions.json")],
        id="a version missing in the list",
    ),
    pytest.param(
        rewrite("terms/versions.json", lambda document: document["versions"][0]["digests"].pop("de")),
        [("LIVE-lock", "terms/versions.json")],
        id="a language missing in the list",
    ),
    pytest.param(
        rewrite("terms/versions.json", lambda document: document["versions"][0].update(version="2025-01-15")),
        [("LIVE-lock", "terms/versions.json"), ("LIVE-unlocked", "terms/versions.json")],
        id="another label in the list",
    ),
    pytest.param(
        rewrite("terms/versions.json", lambda document: document["versions"][0]["digests"].update(fr="sha256:00")),
        [("LIVE-unlocked", "terms/versions.json")],
        id="an unlocked language",
    ),
    pytest.param(
        rewrite("terms/versions.json", lambda document: document.update(versions={})),
        [("LIVE-lock", "terms/versions.json")],
        id="an invalid list",
    ),
    pytest.param(
        lambda site: site.write("terms/versions.json", b"[]"),
        [("LIVE-lock", "terms/versions.json")],
        id="an invalid document",
    ),
    pytest.param(
        lambda site: os.utime(site.folder / "policies.json", (0, 0)),
        [("LIVE-cache", "policies.json")],
        id="a file time other than the time of issue",
    ),
]


class TestDamage:
    @pytest.mark.parametrize(("damage", "expected"), DAMAGES)
    def test_each_change_of_a_site_is_found(
        self, site: Published, damage: Callable[[Published], None], expected: list[tuple[str, str]]
    ) -> None:
        damage(site)

        report = site.verify()

        assert [(finding.rule, finding.place.path) for finding in report.findings] == expected
        assert all(finding.message.endswith(".") for finding in report.findings)
        assert {finding.rule for finding in report.findings} <= RULES.keys()

    def test_unlocked_version_is_found_in_every_file_that_contains_it(self, site: Published) -> None:
        entries = {label: entry for label, entry in site.lock.entries["terms"].items() if label != "2027-01-01"}
        site.lock = Lock(entries={**site.lock.entries, "terms": entries})

        assert site.found() == [("LIVE-unlocked", "policies.json"), ("LIVE-unlocked", "terms/versions.json")]

    def test_differences_are_described_with_manifest_field_names(self, site: Published) -> None:
        rewrite(
            "terms/versions.json", lambda document: document["versions"][1].update(enforce_at="2026-03-01T00:00:00Z")
        )(site)

        (finding,) = site.verify().findings

        assert finding.message == "Terms 2026-02-01, “enforce_at”: expected never, got “2026-03-01T00:00:00Z”."


class TestHostileSite:
    @pytest.mark.parametrize(
        "label", [[], {}, None, 7, "9" * 3_000_000], ids=["list", "object", "null", "number", "long"]
    )
    def test_invalid_label_in_the_list_is_reported_in_a_short_message(self, site: Published, label: object) -> None:
        rewrite("terms/versions.json", lambda document: document["versions"][0].update(version=label))(site)

        findings = site.verify().findings

        assert {finding.rule for finding in findings} == {"LIVE-lock", "LIVE-unlocked"}
        assert max(len(finding.message) for finding in findings) < 500

    def test_time_beyond_the_calendar_is_ignored(self, site: Published, host: Host) -> None:
        body = (site.folder / "policies.json").read_bytes()
        host.at["/policies.json"] = answer(body, Last_Modified="Fri, 31 Dec 9999 23:59:59 -2300")

        assert "LIVE-header" in {finding.rule for finding in site.verify(host.url).findings}

    def test_digests_of_unknown_policies_are_not_requested(self, site: Published, host: Host) -> None:
        document = site.document("policies.json")
        digest = {"versions_digest": f"sha256:{0:064}"}
        document["policies"] += [{**document["policies"][0], "id": f"p{number}", **digest} for number in range(9)]
        host.at["/policies.json"] = answer(to_bytes(document))

        site.verify(host.url)

        paths = [path for path, _ in host.asked]
        assert "/privacy/versions.json" in paths
        assert not [path for path in paths if f"{0:064}" in path]


class TestTime:
    def test_expired_manifest_is_found(self, site: Published) -> None:
        assert site.found(now=instant("2026-11-01")) == [("LIVE-date", "policies.json")]

    def test_manifest_issued_in_the_future_is_found(self, site: Published) -> None:
        site.publish(DAY_AFTER)

        assert ("LIVE-date", "policies.json") in site.found()

    def test_rollback_is_found(self, site: Published, tmp_path: Path) -> None:
        state = tmp_path / "seen.json"
        site.publish(DAY_AFTER)
        assert site.found(now=DAY_AFTER, state_file=state) == []
        site.publish(NOW)

        assert site.found(now=DAY_AFTER, state_file=state) == [("LIVE-serial", "policies.json")]
        assert site.found(now=DAY_AFTER, state_file=state) == [("LIVE-serial", "policies.json")]

    def test_two_manifests_with_one_serial_are_found(self, site: Published, tmp_path: Path) -> None:
        state = tmp_path / "seen.json"
        assert site.found(state_file=state) == []
        resigned(lambda manifest: manifest.update(poll_seconds=60))(site)

        assert site.found(state_file=state) == [("LIVE-serial", "policies.json")]

    def test_unreadable_state_from_the_previous_run_is_reported(self, site: Published, tmp_path: Path) -> None:
        (tmp_path / "seen.json").write_text("{")

        assert site.found(state_file=tmp_path / "seen.json") == [("LIVE-state", "")]
        assert site.found(state_file=tmp_path / "seen.json") == []

    def test_state_that_cannot_be_saved_is_reported(self, site: Published, tmp_path: Path) -> None:
        assert site.found(state_file=tmp_path / "none" / "seen.json") == [("LIVE-state", "")]


class TestKeys:
    def test_missing_signature_of_a_listed_key_is_reported(self, tmp_path: Path) -> None:
        book = BookBuilder(tmp_path / "book", extra=signing(KEY, SECOND_KEY))
        book.policy("terms").version("2026-01-15")
        site = Published(tmp_path / "site", book.read().require())
        site.publish(keys=(KEY,))

        report = site.verify()

        assert [finding.rule for finding in report.findings] == ["LIVE-key"]
        assert not report.blocks

    def test_book_without_keys_needs_no_signature(self, tmp_path: Path) -> None:
        book = BookBuilder(tmp_path / "book")
        book.policy("terms").version("2026-01-15")
        site = Published(tmp_path / "site", book.read().require())
        site.publish()
        (site.folder / "policies.jws.json").unlink()

        assert site.found() == []


class TestHosts:
    def test_missing_headers_are_found(self, site: Published) -> None:
        (site.folder / "_headers").unlink()
        with StaticSite(folder=site.folder) as plain:
            rule_places = site.found(plain.url)

        assert ("LIVE-header", "policies.json") in rule_places
        assert ("LIVE-header", "terms/2026-01-15/en.md") in rule_places
        assert ("LIVE-cache", "terms/2026-01-15/en.md") in rule_places

    @pytest.mark.parametrize(
        ("headers", "words"),
        [
            pytest.param(
                {"Content_Type": "text/plain"}, "expected the type application/json, got “text/plain”", id="type"
            ),
            pytest.param(
                {"Cache_Control": "max-age=31536000, immutable"}, "notice a change too late", id="permanently"
            ),
            pytest.param({"Cache_Control": "max-age=999999999999999"}, "notice a change too late", id="too long"),
            pytest.param({"Set_Cookie": "a=b"}, "it sets a cookie", id="a cookie"),
            pytest.param({}, "neither ETag nor Last-Modified", id="no validator"),
        ],
    )
    def test_harmful_header_is_found(self, site: Published, host: Host, headers: dict[str, str], words: str) -> None:
        body = (site.folder / "policies.json").read_bytes()
        host.at["/policies.json"] = answer(body, **{"Access_Control_Allow_Origin": "*", **headers})

        messages = [
            finding.message for finding in site.verify(host.url).findings if finding.place.path == "policies.json"
        ]

        assert any(words in message.lower() or words in message for message in messages), messages

    def test_unreachable_host_is_one_finding_per_url(self, site: Published) -> None:
        report = site.verify("http://127.0.0.1:9/")

        assert {finding.rule for finding in report.findings} == {"LIVE-missing"}
        assert len(report.findings) == len(
            {
                *manifest_addresses(["policies.json"], signed=True),
                *read_addresses(site.lock, NOW),
                *lasting_addresses(site.lock, NOW),
            }
        )

    def test_unsafe_url_is_rejected(self, site: Published) -> None:
        with pytest.raises(ValueError, match="https address"):
            site.verify("http://policies.shop.example/")


def test_monitor_prints_one_line_per_finding(site: Published) -> None:
    site.write("terms/2026-01-15/de.md", b"# T\n\nZwei.\n")
    (site.folder / "terms/index.html").unlink()

    lines = to_lines(site.verify().findings)

    assert [line.split(":")[0] for line in lines] == [
        "error LIVE-missing /terms/",
        "error LIVE-digest /terms/2026-01-15/de.md",
    ]
