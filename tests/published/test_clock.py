"""`in_force` depends on the clock of the build, `latest` on publication, and drafts appear nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import build_here, scaffold


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = scaffold(BookBuilder(tmp_path_factory.mktemp("clock") / "repository", timezone="Asia/Shanghai"))
    (
        book.policy("terms")
        .version("2026-01-15", en="# Terms\n\nOld words.\n")
        .version(
            "2027-03-01",
            meta={"published": "2027-01-20", "effective": "2027-03-01"},
            en="---\nsummary:\n  - text: New words.\n---\n# Terms\n\nNew words.\n",
        )
        .version("2028-01-01", meta={"draft": "true"}, en="# Terms\n\nSecret words.\n")
    )
    return book.root


@pytest.mark.parametrize(
    ("at", "in_force", "latest", "words"),
    [
        pytest.param("2027-01-19T15:59:59Z", 1, 1, "Old words", id="one second before publication"),
        pytest.param("2027-01-19T16:00:00Z", 1, 2, "Old words", id="at the instant of publication"),
        pytest.param("2027-02-28T15:59:59Z", 1, 2, "Old words", id="one second before it applies"),
        pytest.param("2027-02-28T16:00:00Z", 2, 2, "New words", id="at the instant at which it applies"),
        pytest.param("2027-03-01", 2, 2, "New words", id="on the effective date in the zone of the book"),
    ],
)
def test_version_in_force_changes_at_the_instant(
    repository: Path, tmp_path: Path, at: str, in_force: int, latest: int, words: str
) -> None:
    cache = repository.parent / "cache"  # shared, so that MkDocs runs once for each set of published versions
    site = build_here(repository, tmp_path / "site", cache, at)
    policy = json.loads((site / "policies.json").read_text("utf-8"))["policies"][0]
    assert (policy["in_force"], policy["latest"]) == (in_force, latest)
    assert words in (site / "terms/index.html").read_text("utf-8")
    everything = "".join(path.read_text("utf-8") for path in site.rglob("*") if path.suffix in (".html", ".json"))
    assert "Secret words" not in everything
    assert ("New words" in everything) == (latest == 2)
