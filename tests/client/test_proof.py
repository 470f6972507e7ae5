"""With keys, every text and redline is verified from the signature or rejected; a republished site still works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from client.host import Host, answer
from client.test_changes import FIRST, SECOND, digests_of, publish, redlines_of
from client.world import START, Clock
from inforce.client import AsyncPolicies, Changes, Policies, PolicyText, Reason, RefusedError
from inforce.errors import DigestMismatchError, UnknownVersionError
from inforce.manifest import to_bytes
from inforce.manifest.build import manifest, versions_document
from inforce.policy.catalog import Catalog
from inforce.signing import generate_key, sign
from inforce.text import Digest

KEY = generate_key()
OLD_TEXT, OLD_REDLINE, MANIFEST = "/terms/1/en.md", "/terms/changes/1...2/en.json", "/policies.jws.json"
LATER = instant("2026-09-21T06:00:00Z")
Call = Callable[["App"], Any]


class App:
    """An app of either kind with a key, after it has fetched the manifest."""

    def __init__(self, kind: type[Policies | AsyncPolicies], site: str, clock: Clock) -> None:
        self.policies = kind(site, keys=[KEY.public.to_jwk()], clock=clock)
        self._wait(self.policies.refresh())

    def text(self, seq: int = 1) -> PolicyText:
        return self._wait(self.policies.text("terms", seq, "en"))

    def changes(self, base: int = 1, target: int = 2) -> Changes:
        return self._wait(self.policies.changes("terms", base, target, "en"))

    @staticmethod
    def _wait(answer: Any) -> Any:
        return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer


@pytest.fixture
def catalog(host: Host, tmp_path: Path) -> Catalog:
    """A policy of two versions, of which the manifest lists the second one."""
    return book_of(host, tmp_path, FIRST, SECOND)


def book_of(host: Host, root: Path, *texts: str, extra: str = "") -> Catalog:
    """Write a book of the site `host` whose policy has a version for each of `texts`."""
    book = BookBuilder(root, extra=extra)
    text = (root / "policy_versions" / "book.yml").read_text("utf-8")
    book.write("policy_versions/book.yml", text.replace("https://policies.shop.example/", host.url))
    policy = book.policy("terms")
    for number, words in enumerate(texts, 1):
        policy.version(str(number), en=words)
    return book.read().require()


@pytest.fixture(params=[Policies, AsyncPolicies], ids=["threads", "asyncio"])
def app(request: pytest.FixtureRequest, host: Host, catalog: Catalog, clock: Clock) -> App:
    publish(host, catalog, redlines_of(catalog, START), START, KEY)
    return App(request.param, host.url, clock)


def paths(host: Host) -> list[str]:
    return [path for path, _ in host.asked]


def test_old_text_and_its_redline_are_verified_from_the_signature(host: Host, app: App) -> None:
    assert app.text().markdown == FIRST
    assert app.changes().runs
    assert paths(host) == [MANIFEST, digests_of(host), OLD_TEXT, OLD_REDLINE]


def test_unsigned_list_of_versions_is_not_used_for_verification(host: Host, catalog: Catalog, app: App) -> None:
    """A host that alters an old text and its digest in the unsigned list is detected."""
    forged = versions_document(catalog, catalog.policy("terms"), START, {})
    forged["versions"][0]["digests"]["en"] = str(Digest.of("# Other words\n"))
    host.at["/terms/versions.json"] = answer(to_bytes(forged))
    host.at[OLD_TEXT] = answer(b"# Other words\n")

    with pytest.raises(DigestMismatchError, match="terms 1 in en"):
        app.text()
    assert "/terms/versions.json" not in paths(host)


def altered_redline(host: Host, catalog: Catalog) -> None:
    redline = redlines_of(catalog, START)[OLD_REDLINE]
    redline["runs"] = [{"op": "equal", "text": "Nothing changed."}]
    host.at[OLD_REDLINE] = answer(to_bytes(redline))


def altered_digests(host: Host, catalog: Catalog) -> None:
    files = {**redlines_of(catalog, START), OLD_REDLINE: {"type": "policy-changes"}}
    path, signed = digests_of(host), host.at[MANIFEST]
    publish(host, catalog, files, START, KEY)
    host.at[path] = host.at.pop(digests_of(host))
    host.at[MANIFEST] = signed


def missing(path: Callable[[Host], str]) -> Callable[[Host, Catalog], None]:
    return lambda host, _: host.at.pop(path(host)) and None


@pytest.mark.parametrize(
    ("damage", "call", "error", "words"),
    [
        pytest.param(altered_redline, App.changes, DigestMismatchError, "from 1 to 2", id="altered redline"),
        pytest.param(altered_digests, App.text, DigestMismatchError, "the digests of terms", id="altered digests"),
        pytest.param(altered_digests, App.changes, DigestMismatchError, "digests of terms", id="altered, for changes"),
        pytest.param(missing(digests_of), App.text, RefusedError, "missing: the digests", id="no digests"),
        pytest.param(missing(lambda _: OLD_TEXT), App.text, RefusedError, "missing: terms 1", id="no text"),
        pytest.param(missing(lambda _: OLD_REDLINE), App.changes, RefusedError, "missing: terms from", id="no redline"),
    ],
)
def test_altered_or_missing_file_is_rejected_after_one_manifest_refresh(
    host: Host, catalog: Catalog, clock: Clock, app: App, damage: Any, call: Call, error: type[Exception], words: str
) -> None:
    damage(host, catalog)
    clock.pass_by(minutes=2)

    for _ in range(3):
        with pytest.raises(error, match=words):
            call(app)

    assert paths(host).count(MANIFEST) == 2  # the back-off of forced refreshes limits the requests to a broken site


@pytest.mark.parametrize("call", [App.text, App.changes])
def test_republished_site_works_after_one_refresh(
    host: Host, catalog: Catalog, clock: Clock, app: App, call: Call
) -> None:
    """The cached manifest refers to digests that the newer site no longer has."""
    before = digests_of(host)
    files = redlines_of(catalog, LATER)
    files[OLD_REDLINE]["summary"] = [{"section": None, "text": "Another build."}]
    publish(host, catalog, files, LATER, KEY)
    assert digests_of(host) != before
    clock.now = LATER

    assert call(app)
    assert paths(host)[1:4] == [before, MANIFEST, digests_of(host)]


def test_text_listed_in_the_manifest_needs_no_digests_file(host: Host, app: App) -> None:
    assert app.text(2).markdown == SECOND
    assert paths(host) == [MANIFEST, "/terms/2/en.md"]


def test_manifest_without_digests_verifies_only_listed_texts(
    host: Host, catalog: Catalog, clock: Clock, app: App
) -> None:
    clock.now = LATER
    host.at[MANIFEST] = answer(sign(to_bytes(manifest(catalog, LATER)), [KEY]))
    app._wait(app.policies.refresh(force=True))

    assert app.text(2).markdown == SECOND
    for call in (App.text, App.changes):
        with pytest.raises(RefusedError) as refusal:
            call(app)
        assert refusal.value.reason is Reason.UNPROVEN


def test_without_a_manifest_nothing_is_returned(host: Host, app: App, clock: Clock) -> None:
    host.at[MANIFEST] = answer(b"", status=404)
    with pytest.raises(RefusedError) as refusal:
        App(type(app.policies), host.url, clock).text()
    assert refusal.value.reason is Reason.UNPROVEN


def test_version_missing_in_the_digests_is_reported_as_unpublished(app: App) -> None:
    with pytest.raises(UnknownVersionError, match="“9”"):
        app.text(9)
    with pytest.raises(UnknownVersionError, match="“9”"):
        app.changes(1, 9)


def test_digests_are_fetched_again_when_their_digest_in_the_manifest_changes(
    host: Host, catalog: Catalog, clock: Clock, app: App
) -> None:
    app.changes()
    files = redlines_of(catalog, LATER)
    files[OLD_REDLINE]["summary"] = [{"section": None, "text": "Another build."}]
    publish(host, catalog, files, LATER, KEY)
    clock.now = LATER
    app._wait(app.policies.refresh(force=True))

    assert app.changes().summary[0]["text"] == "Another build."


def test_redline_of_distant_versions_comes_from_the_since_file(host: Host, tmp_path: Path, clock: Clock) -> None:
    """Distant versions have no redline, so the redline in the since file of the older version is verified instead."""
    catalog = book_of(host, tmp_path, FIRST, SECOND, "# Terms\n\nWe keep it a day.\n", extra="compare_pairs: 0\n")
    files = redlines_of(catalog, START)
    publish(host, catalog, files, START, KEY)
    app, since = App(Policies, host.url, clock), "/terms/1/since/en.json"

    assert app.changes(1, 3).runs
    assert paths(host)[-1] == since
    files[since]["in_force"][0]["runs"] = []
    host.at[since] = answer(to_bytes(files[since]))
    with pytest.raises(DigestMismatchError):
        app.changes(1, 3)


@pytest.mark.parametrize("kind", [Policies, AsyncPolicies])
def test_versions_that_the_site_has_not_compared_are_compared_here(
    host: Host, tmp_path: Path, clock: Clock, kind: type[Policies | AsyncPolicies]
) -> None:
    """The two texts are verified, and the result has the same form as that of the site."""
    day, week = "# Terms\n\nWe keep it a day.\n", "# Terms\n\nWe keep it a week.\n"
    catalog = book_of(host, tmp_path, FIRST, SECOND, day, week, extra="compare_pairs: 0\n")
    files = redlines_of(catalog, START)
    publish(host, catalog, files, START, KEY)
    app = App(kind, host.url, clock)

    changes = app.changes(1, 3)

    assert (changes.base_seq, changes.target_seq, changes.language, changes.summary) == (1, 3, "en", ())
    assert [run["op"] for run in changes.runs if run["text"].strip() == "a day"] == ["insert"]
    published = app.changes(1, 4).data
    assert changes.data.keys() == published.keys()
    assert changes.data["old"] == published["old"]
    assert changes.data["new"]["digest"] == str(Digest.of(day))

    host.at["/terms/3/en.md"] = answer(week.encode())
    with pytest.raises(DigestMismatchError):
        App(kind, host.url, clock).changes(1, 3)
