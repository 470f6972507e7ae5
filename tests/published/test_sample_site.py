"""The built site of the sample book meets the design."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.markdown import plain_text
from published.links import broken_links, read_page

HOME = "https://policies.sinomai.example/"
POLICIES = ("cookies", "privacy", "terms")


def load(site: Path, path: str) -> Any:
    return json.loads((site / path).read_text("utf-8"))


def test_every_internal_link_resolves(sample_site: Path) -> None:
    assert broken_links(sample_site, HOME) == []


@pytest.mark.parametrize("policy", POLICIES)
def test_every_published_text_matches_its_digest(sample_site: Path, policy: str) -> None:
    versions = load(sample_site, f"{policy}/versions.json")["versions"]
    texts = [(version["texts"][tag], digest) for version in versions for tag, digest in version["digests"].items()]
    assert len(texts) >= len(versions) > 1
    for path, digest in texts:
        assert f"sha256:{hashlib.sha256((sample_site / path).read_bytes()).hexdigest()}" == digest


@pytest.mark.parametrize("policy", POLICIES)
def test_manifest_verifies_every_text_redline_and_since_file(sample_site: Path, policy: str) -> None:
    def proven(place: str, digest: str) -> bytes:
        content = (sample_site / place).read_bytes()
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
        return content

    listed = {entry["id"]: entry for entry in load(sample_site, "policies.json")["policies"]}[policy]
    digest = listed["versions_digest"]
    document = json.loads(proven(f"{policy}/versions.{digest.removeprefix('sha256:')}.json", digest))
    found = set()
    for version in document["versions"]:
        label = version["version"]
        files = {f"{policy}/{label}/{tag}.md": digest for tag, digest in version["digests"].items()}
        files |= {f"{policy}/{label}/since/{tag}.json": digest for tag, digest in version["since"].items()}
        for old, redlines in version.get("redlines", {}).items():
            files |= {f"{policy}/changes/{old}...{label}/{tag}.json": digest for tag, digest in redlines.items()}
        for place, digest in files.items():
            proven(place, digest)
        found |= files.keys()
    published = {path.relative_to(sample_site).as_posix() for path in (sample_site / policy).glob("**/*.json")}
    published |= {path.relative_to(sample_site).as_posix() for path in (sample_site / policy).glob("**/*.md")}
    assert {place for place in published if "/versions." not in place} == found


@pytest.mark.parametrize("policy", POLICIES)
def test_digests_match_the_published_schema(sample_site: Path, policy: str) -> None:
    (file,) = (sample_site / policy).glob("versions.*.json")
    schema = load(sample_site, "schema/policy-version-digests-1.json")
    Draft202012Validator(schema).validate(json.loads(file.read_bytes()))


@pytest.mark.parametrize(
    ("document", "schema"),
    [
        ("policies.json", "schema/policy-manifest-1.json"),
        *((f"{policy}/versions.json", "schema/policy-versions-1.json") for policy in POLICIES),
    ],
)
def test_json_files_match_the_published_schema(sample_site: Path, document: str, schema: str) -> None:
    Draft202012Validator(load(sample_site, schema)).validate(load(sample_site, document))


def test_schema_of_the_receipt_is_published(sample_site: Path) -> None:
    assert load(sample_site, "schema/policy-receipt-1.json") == RECEIPT_SCHEMA


def test_manifest_lists_versions_in_force_and_announced(sample_site: Path) -> None:
    policies = {policy["id"]: policy for policy in load(sample_site, "policies.json")["policies"]}
    privacy = policies["privacy"]
    assert (privacy["in_force"], privacy["latest"]) == (5, 6)
    assert privacy["next_change_at"] == "2031-02-28T16:00:00Z"


def test_every_version_and_language_has_a_page(sample_site: Path) -> None:
    for policy in POLICIES:
        for version in load(sample_site, f"{policy}/versions.json")["versions"]:
            page = sample_site / version["page"]
            assert (page / "index.html").is_file()
            assert (page / "zh-Hans" / "index.html").is_file()
            assert (page / "since" / "index.html").is_file()


def test_redlines_of_adjacent_versions_label_changes_in_words(sample_site: Path) -> None:
    text = (sample_site / "privacy/changes/2024-03-01...2025-01-01/index.html").read_text("utf-8")
    assert "<ins" in text
    assert "<del" in text
    assert "added:" in text
    assert "deleted:" in text


def test_redline_json_contains_both_texts(sample_site: Path) -> None:
    document = load(sample_site, "privacy/changes/2024-03-01...2025-01-01/en.json")
    texts = {
        side: plain_text((sample_site / f"privacy/{document[side]['version']}/en.md").read_text("utf-8"))
        for side in ("old", "new")
    }
    operations = {
        "old": {"equal", "reformat", "delete", "move_from"},
        "new": {"equal", "reformat", "insert", "move_to"},
    }
    for side, ops in operations.items():
        assert "".join(run["text"] for run in document["runs"] if run["op"] in ops) == texts[side]
    assert document["summary"][0]["section"] == "retention"


def test_since_page_links_versions_in_force_and_announced(sample_site: Path) -> None:
    document = load(sample_site, "privacy/2025-01-01/since/en.json")
    assert [comparison["new"]["version"] for comparison in document["in_force"]] == ["2026-01-15.1"]
    assert [comparison["new"]["version"] for comparison in document["announced"]] == ["2031-03-01"]


def test_old_versions_and_redlines_are_not_in_search_and_navigation(sample_site: Path) -> None:
    index = load(sample_site, "search/texts.json")
    redlines = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert "privacy/" in redlines
    assert not [place for place in redlines if re.search(r"/(\d{4}-|changes/|history/)", place)]
    nav = (sample_site / "index.html").read_text("utf-8").partition("md-nav--primary")[2].partition("</nav>")[0]
    assert "privacy/" in nav
    assert "2024-03-01" not in nav


def test_sitemap_lists_texts_in_force_with_dates(sample_site: Path) -> None:
    text = (sample_site / "sitemap.xml").read_text("utf-8")
    assert f"<loc>{HOME}privacy/zh-Hans/</loc>" in text
    assert "<lastmod>2026-02-02T16:00:00Z</lastmod>" in text
    assert "2024-03-01" not in text
    assert not (sample_site / "sitemap.xml.gz").exists()


def test_site_contains_no_scaffold_files(sample_site: Path) -> None:
    assert not (sample_site / "inforce-shell").exists()
    for page in sample_site.rglob("*.html"):
        assert "inforce-gap" not in page.read_text("utf-8")


def test_every_page_states_that_the_book_is_an_illustration(sample_site: Path) -> None:
    pages = list(sample_site.rglob("index.html"))
    assert len(pages) > 50
    for page in pages:
        assert re.search("illustration|示例", page.read_text("utf-8")), page


def test_pages_declare_language_and_relations(sample_site: Path) -> None:
    page = (sample_site / "privacy/2025-01-01/zh-Hans/index.html").read_text("utf-8")
    assert '<html lang="zh-Hans"' in page
    for relation in ("latest-version", "predecessor-version", "successor-version", "version-history", "canonical"):
        assert f'rel="{relation}" href="{HOME}privacy/' in page, relation


def test_version_page_shows_state_interval_digest_and_commit(sample_site: Path) -> None:
    page = (sample_site / "privacy/2025-01-01/index.html").read_text("utf-8")
    assert "Superseded" in page
    assert 'datetime="2024-12-31T16:00:00Z"' in page
    assert 'datetime="2025-08-31T16:00:00Z"' in page
    assert "7865935a79105257aa6f232897923fb7f14aee64d2c92650dddebe42398e0a2d" in page
    assert "sha256sum" in page
    assert "book: the sample policies" in page


def test_no_page_has_an_inline_script_or_style(sample_site: Path) -> None:
    for path in sample_site.rglob("*.html"):
        page = path.read_text("utf-8")
        scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
        assert [attributes for attributes in scripts if "application/" not in attributes] == [], path
        assert "<style" not in page
        assert " style=" not in page, path


def test_table_of_contents_links_the_headings(sample_site: Path) -> None:
    anchors = read_page(sample_site / "privacy/index.html")
    assert "#retention" in anchors.targets
    assert "retention" in anchors.ids
