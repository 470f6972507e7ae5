"""The publication of a catalogue: pages, pairs, fingerprints, feeds, sitemap, headers, comparisons."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from book_builder import instant
from browser.static_site import StaticSite
from inforce import address
from inforce.instant import parse_zone
from inforce.language import Language
from inforce.manifest import digests_file
from inforce.policy import Cancellation, ChangeLevel, Edition, Policy, SummaryPoint, Version, Withdrawal
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.policy.settings import Publisher, Settings
from inforce.publication import Page, Publication, Texts
from inforce.publication.pairs import first_compared, version_pairs
from inforce.site.page_kinds import page_kinds
from inforce.text import Digest
from page_files import comparison_file
from policy_builder import EN, policy, version

DE = Language("de")
SITE = "https://policies.shop.example/"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FIRST = version("1", "2026-01-01")
SECOND = version("2", "2027-01-20", "2027-03-01")
BEFORE, ANNOUNCED, AFTER = "2027-01-01", "2027-02-01", "2027-04-01"


def edition(language: Language, text: str, **more: Any) -> Edition:
    return Edition(language=language, text=f"# Terms\n\n{text}\n", **more)


def publication(at: str, *policies: Policy, compare_pairs: int = 200, **more: Any) -> Publication:
    """Return the publication of `policies` at `at`."""
    settings = Settings(
        publisher=Publisher(name="Shop", url="https://shop.example/", contact="terms@shop.example"),
        site=SITE,
        timezone=parse_zone("UTC"),
        languages=(EN, DE),
        compare_pairs=compare_pairs,
    )
    return Publication(
        catalog=Catalog(settings=settings, policies=policies), now=instant(at), kinds=page_kinds(), **more
    )


def pages(shown: Publication) -> dict[str, Page]:
    """Return every page of `shown` by path."""
    lasting = [page for item in shown.policies for page in shown.lasting_pages(item)]
    histories = (page for item in shown.policies for page in shown.histories_of(item))
    return {page.address: page for page in [*shown.living_pages(), *histories, *lasting]}


def files(shown: Publication) -> dict[str, bytes]:
    """Return every file of `shown` that is not a page, by path."""
    return {file.address: file.make() for file in shown.files()}


def tree(shown: Publication, place: str) -> Xml.Element:
    """Return the parsed XML of `shown` at `place`."""
    return Xml.fromstring(files(shown)[place])  # noqa: S314 - written by the code under test


class TestPages:
    def test_every_version_has_a_page_a_redline_and_a_since_page(self) -> None:
        assert sorted(pages(publication(ANNOUNCED, policy(FIRST, SECOND)))) == [
            "",
            "terms/",
            "terms/1/",
            "terms/1/since/",
            "terms/2/",
            "terms/2/since/",
            "terms/changes/",
            "terms/changes/1...2/",
            "terms/history/",
        ]

    def test_language_has_pages_for_its_versions(self) -> None:
        both = replace(SECOND, editions=(*SECOND.editions, edition(DE, "Worte.")))
        third = replace(both, label=replace(both.label, text="3"))

        shown = pages(publication(AFTER, policy(FIRST, both, third)))

        assert sorted(place for place in shown if place.endswith("/de/")) == [
            "terms/2/de/",
            "terms/2/since/de/",
            "terms/3/de/",
            "terms/3/since/de/",
            "terms/changes/2...3/de/",
            "terms/changes/de/",
            "terms/de/",
            "terms/history/de/",
        ]
        assert all(shown[place].language == DE for place in shown if place.endswith("/de/"))

    @pytest.mark.parametrize(
        ("at", "hidden"),
        [
            pytest.param("2025-12-31", ("1", "2"), id="nothing is published yet"),
            pytest.param(BEFORE, ("2",), id="the second version is published later"),
        ],
    )
    def test_version_published_later_appears_nowhere(self, at: str, hidden: tuple[str, ...]) -> None:
        shown = publication(at, policy(FIRST, SECOND))

        addresses = [*pages(shown), *files(shown)]

        assert [place for place in addresses for label in hidden if f"/{label}/" in place] == []

    def test_policy_without_a_public_version_is_not_listed(self) -> None:
        shown = publication(BEFORE, policy(replace(FIRST, draft=True)))

        assert list(pages(shown)) == [""]
        assert pages(shown)[""].context["policies"] == []
        assert [place for place in files(shown) if place.startswith("terms")] == []

    def test_language_with_only_unpublished_versions_has_no_page(self) -> None:
        coming = replace(SECOND, editions=(*SECOND.editions, edition(DE, "Worte.")))

        shown = [pages(publication(at, policy(FIRST, coming))) for at in (BEFORE, ANNOUNCED)]

        assert ["terms/de/" in found for found in shown] == [False, True]

    @pytest.mark.parametrize("place", ["terms/", "terms/1/", "terms/history/"])
    def test_withdrawal_is_announced_and_ends_the_text_at_its_instant(self, place: str) -> None:
        gone = replace(policy(FIRST), withdrawn=Withdrawal(at=instant("2026-06-01"), reason="Closed."))

        facts = [pages(publication(at, gone))[place].context for at in ("2026-05-31", "2026-06-01")]

        assert [item["withdrawn"] for item in facts] == [{"at": instant("2026-06-01"), "reason": "Closed."}] * 2
        stands = [item.get("current") or item.get("standing") or item["versions"][0] for item in facts]
        assert [(item["state"], item["end"], item["then"]) for item in stands] == [
            ("in_force", instant("2026-06-01"), "withdrawn"),
            ("withdrawn", instant("2026-06-01"), "withdrawn"),
        ]

    def test_cancelled_version_keeps_its_page_and_states_the_reason(self) -> None:
        gone = replace(SECOND, cancelled=Cancellation(at=instant("2027-02-10"), reason="Too many objections."))

        facts = [pages(publication(at, policy(FIRST, gone)))["terms/2/"].context for at in (ANNOUNCED, AFTER)]

        assert [(item["standing"]["state"], item["cancelled"]) for item in facts] == [
            ("announced", None),
            ("cancelled", "Too many objections."),
        ]

    def test_page_of_the_text_in_force_changes_with_the_clock(self) -> None:
        shown = [pages(publication(at, policy(FIRST, SECOND)))["terms/"] for at in (BEFORE, ANNOUNCED, AFTER)]

        assert [page.context["current"]["label"] for page in shown] == ["1", "1", "2"]
        assert [page.context["current"]["end"] for page in shown] == [None, instant("2027-03-01"), None]
        assert [[row["label"] for row in page.context["announced"]] for page in shown] == [[], ["2"], []]
        assert [page.text for page in shown] == [FIRST.editions[0], FIRST.editions[0], SECOND.editions[0]]

    def test_missing_translation_shows_the_binding_text_with_a_note(self) -> None:
        translated = replace(FIRST, editions=(*FIRST.editions, edition(DE, "Worte.")))

        shown = [pages(publication(at, policy(translated, SECOND)))["terms/de/"] for at in (ANNOUNCED, AFTER)]

        assert [page.context["untranslated"] for page in shown] == [False, True]
        assert [page.text.language for page in shown if page.text] == [DE, EN]

    @pytest.mark.parametrize(
        ("translates", "mark"),
        [
            pytest.param(FIRST.editions[0].digest, "translation", id="made from this version's binding text"),
            pytest.param(SECOND.editions[0].digest, "lags", id="made from the text of another version"),
            pytest.param(None, "lags", id="source text not stated"),
        ],
    )
    def test_translation_states_its_relation_to_the_binding_text(self, translates: Any, mark: str) -> None:
        translated = replace(FIRST, editions=(*FIRST.editions, edition(DE, "Worte.", translates=translates)))

        shown = pages(publication(BEFORE, policy(translated)))

        marks = [
            shown[place].context["edition"]["mark"] for place in ("terms/1/de/", "terms/de/", "terms/1/", "terms/")
        ]
        assert marks == [mark, mark, "", ""]

    def test_history_states_when_each_version_applied(self) -> None:
        overtaken = version("2", "2027-01-20", "2027-06-01")
        rows = pages(publication("2027-07-01", policy(FIRST, overtaken, version("3", "2027-03-01"))))[
            "terms/history/"
        ].context

        assert [(row["label"], row["state"], row["start"], row["end"]) for row in rows["versions"]] == [
            ("3", "in_force", instant("2027-03-01"), None),
            ("2", "overtaken", None, None),
            ("1", "superseded", instant("2026-01-01"), instant("2027-03-01")),
        ]

    def test_since_page_compares_with_texts_in_force_and_announced(self) -> None:
        zero = version("0", "2025-01-01")
        shown = pages(publication(ANNOUNCED, policy(zero, FIRST, SECOND)))

        targets = {place: shown[f"terms/{place}/since/"].context["targets"] for place in "012"}

        told = {place: [(row["label"], row["in_force"]) for row in rows] for place, rows in targets.items()}
        assert told == {"0": [("1", True), ("2", False)], "1": [("2", False)], "2": []}

    def test_summary_is_shown_only_for_adjacent_versions(self) -> None:
        facts = replace(
            SECOND, editions=(edition(EN, "New.", summary=(SummaryPoint(text="It is new.", section="use"),)),)
        )
        found = pages(publication(AFTER, policy(version("0", "2025-01-01"), FIRST, facts)))

        shown = {place: found[f"terms/changes/{place}/"].context["summary"] for place in ("1...2", "0...2")}
        assert shown == {"1...2": [{"section": "use", "text": "It is new."}], "0...2": []}
        assert [found[f"terms/{place}/since/"].context["targets"][0]["summary"] for place in "01"] == [
            [],
            shown["1...2"],
        ]

    def test_first_commit_of_a_text_is_stated_if_known(self) -> None:
        evidence = Evidence(commit="c" * 40, committed=instant("2026-01-01"), subject="terms: first")
        shown = pages(publication(AFTER, policy(FIRST, SECOND), evidence={"terms": {"1": evidence}}))

        assert shown["terms/1/"].context["evidence"]["subject"] == "terms: first"
        assert shown["terms/2/"].context["evidence"] is None


class TestPairs:
    @pytest.mark.parametrize(
        ("compare_pairs", "first"), [(0, 1), (1, 2), (2, 2), (3, 3), (189, 19), (190, 20), (200, 20), (210, 21)]
    )
    def test_number_of_compared_versions_follows_from_the_limit_on_pairs(self, compare_pairs: int, first: int) -> None:
        assert first_compared(compare_pairs) == first

    @pytest.mark.parametrize(
        ("compare_pairs", "expected"),
        [
            pytest.param(0, "12 23 34", id="neighbours always"),
            pytest.param(3, "12 13 23 34", id="all pairs among the first three"),
            pytest.param(6, "12 13 14 23 24 34", id="all pairs"),
        ],
    )
    def test_neighbours_and_all_first_versions_are_compared(self, compare_pairs: int, expected: str) -> None:
        shown = policy(*[version(str(number), "2026-01-01") for number in range(1, 5)]).versions

        assert " ".join(f"{old.label}{new.label}" for old, new in version_pairs(shown, compare_pairs)) == expected

    def test_page_of_all_comparisons_lists_the_existing_redlines(self) -> None:
        versions = [version(str(number), "2026-01-01") for number in range(1, 4)]
        page = pages(publication(AFTER, policy(*versions), compare_pairs=0))["terms/changes/"]

        named = [(target["label"], [old["label"] for old in target["olds"]]) for target in page.context["targets"]]
        assert named == [("3", ["2"]), ("2", ["1"])]
        assert page.context["labels"] == ["3", "2", "1"]


class TestFingerprints:
    def test_fingerprints_are_equal_on_every_build(self) -> None:
        item, other = (pages(publication(AFTER, policy(FIRST, SECOND))) for _ in range(2))

        assert {place: page.fingerprint() for place, page in item.items()} == {
            place: page.fingerprint() for place, page in other.items()
        }

    @pytest.mark.parametrize(
        ("changed", "touched"),
        [
            pytest.param({"change": ChangeLevel.NOTICE}, "2 1...2 2...3", id="its level"),
            pytest.param({"enforce_at": instant("2027-08-01")}, "2 1...2 2...3", id="its dates"),
            pytest.param({"editions": (edition(EN, "Other."),)}, "2 1...2 2...3", id="its text"),
        ],
    )
    def test_change_of_a_version_changes_only_its_own_pages(self, changed: dict[str, Any], touched: str) -> None:
        third = version("3", "2028-01-01")
        item = pages(publication("2028-02-01", policy(FIRST, SECOND, third)))
        other = pages(publication("2028-02-01", policy(FIRST, replace(SECOND, **changed), third)))

        kinds = ("version", "redline")
        changed_pages = {
            place.removeprefix("terms/").removeprefix("changes/").rstrip("/")
            for place, page in item.items()
            if page.kind.name in kinds and page.fingerprint() != other[place].fingerprint()
        }
        # Adjacent pages show the version's dates and level next to the link, but not its text.
        neighbours = set() if "editions" in changed else {"1", "3"}
        assert changed_pages == set(touched.split()) | neighbours

    def test_later_version_changes_only_neighbour_and_versions_with_new_state(self) -> None:
        older = [version(str(number), f"2026-0{number}-01") for number in range(1, 5)]
        item = pages(publication(AFTER, policy(*older)))
        other = pages(publication(AFTER, policy(*older, version("5", "2027-01-01"))))

        unchanged = ("version", "redline")
        touched = [place for place, page in item.items() if page.kind.name in unchanged and page != other[place]]
        assert touched == ["terms/4/"]

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"text": SECOND.editions[0]}, id="the text it shows"),
            pytest.param({"pairs": (FIRST.editions * 2,)}, id="the texts it compares"),
            pytest.param({"context": {"label": "2"}}, id="its metadata"),
            pytest.param({"links": ({"rel": "latest-version", "href": "terms/"},)}, id="its relations"),
            pytest.param({"language": DE}, id="its language"),
            pytest.param({"address": "terms/2/"}, id="its address"),
        ],
    )
    def test_fingerprint_includes_every_input_of_a_page(self, changed: dict[str, Any]) -> None:
        page = Page(
            kind=page_kinds()[-1], address="terms/1/", language=EN, context={"label": "1"}, text=FIRST.editions[0]
        )

        assert replace(page, **changed).fingerprint() != page.fingerprint()

    def test_page_rejects_values_that_are_not_plain_data(self) -> None:
        page = Page(kind=page_kinds()[0], address="", language=EN, context={"policy": object()})

        with pytest.raises(TypeError, match="which is not plain data"):
            page.fingerprint()


class TestFeeds:
    def entries(self, at: str, *versions: Version, feed: str = "terms/feed.xml") -> list[tuple[str, str]]:
        root = tree(publication(at, policy(*versions)), feed)
        return [
            (entry.findtext(f"{ATOM}id", "").removeprefix(SITE), entry.findtext(f"{ATOM}updated", ""))
            for entry in root.iter(f"{ATOM}entry")
        ]

    IN_FORCE_1 = ("terms/1/#in-force", "2026-01-01T00:00:00Z")
    ANNOUNCED_2 = ("terms/2/#announced", "2027-01-20T00:00:00Z")
    IN_FORCE_2 = ("terms/2/#in-force", "2027-03-01T00:00:00Z")

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            pytest.param("2025-12-31", None, id="nothing published: no feed of the policy"),
            pytest.param("2027-01-19", [IN_FORCE_1], id="a day before the announcement"),
            pytest.param("2027-01-20", [ANNOUNCED_2, IN_FORCE_1], id="the instant of the announcement"),
            pytest.param("2027-02-28", [ANNOUNCED_2, IN_FORCE_1], id="a day before it applies"),
            pytest.param("2027-03-01", [IN_FORCE_2, ANNOUNCED_2, IN_FORCE_1], id="the instant it applies"),
            pytest.param("2029-01-01", [IN_FORCE_2, ANNOUNCED_2, IN_FORCE_1], id="years later, unchanged"),
        ],
    )
    def test_feed_has_entries_for_announcement_and_effect(self, at: str, expected: Any) -> None:
        if expected is None:
            assert "terms/feed.xml" not in files(publication(at, policy(FIRST, SECOND)))
        else:
            assert self.entries(at, FIRST, SECOND) == expected
        assert self.entries(at, FIRST, SECOND, feed="feed.xml") == (expected or [])

    def test_version_effective_at_publication_has_one_entry(self) -> None:
        assert self.entries(AFTER, FIRST) == [self.IN_FORCE_1]

    def test_retroactive_version_has_an_entry_at_publication(self) -> None:
        late = version("2", "2027-03-01", "2027-01-20", retroactive="A court said so.")

        assert self.entries(AFTER, FIRST, late)[0] == ("terms/2/#in-force", "2027-03-01T00:00:00Z")

    def test_cancelled_version_has_only_an_announcement_entry(self) -> None:
        gone = replace(SECOND, cancelled=Cancellation(at=instant("2027-02-10"), reason="Too many objections."))

        assert self.entries(AFTER, FIRST, gone) == [self.ANNOUNCED_2, self.IN_FORCE_1]

    def test_overtaken_version_has_no_entry_for_its_effective_date(self) -> None:
        overtaking = version("3", "2027-02-01", "2027-02-15")

        shown = self.entries(AFTER, FIRST, SECOND, overtaking)

        assert [place for place, _ in shown if place.endswith("#in-force")] == [
            "terms/3/#in-force",
            "terms/1/#in-force",
        ]

    def test_entry_contains_the_authors_summary(self) -> None:
        facts = replace(SECOND, editions=(edition(EN, "New.", summary=(SummaryPoint(text="Fish & <chips>."),)),))
        root = tree(publication(AFTER, policy(FIRST, facts)), "terms/feed.xml")

        assert [entry.findtext(f"{ATOM}summary") for entry in root.iter(f"{ATOM}entry")] == [
            "Fish & <chips>.",
            "Fish & <chips>.",
            None,
        ]

    def test_feed_contains_the_newest_fifty_entries(self) -> None:
        versions = [version(str(number), f"2026-01-{number:02}", f"2026-02-{number:02}") for number in range(1, 29)]

        shown = self.entries(AFTER, *versions)

        assert (len(shown), shown[0][0], len({place for place, _ in shown})) == (50, "terms/28/#in-force", 50)


class TestSitemap:
    def test_sitemap_lists_texts_in_force_with_languages_and_dates(self) -> None:
        translated = replace(SECOND, editions=(*SECOND.editions, edition(DE, "Worte.")))
        coming = replace(policy(version("1", "2027-03-01", "2028-01-01")), id="privacy")

        root = tree(publication(AFTER, coming, policy(FIRST, translated)), "sitemap.xml")

        assert [(url.findtext(f"{SITEMAP}loc"), url.findtext(f"{SITEMAP}lastmod")) for url in root] == [
            (SITE, None),
            (f"{SITE}terms/", "2027-03-01T00:00:00Z"),
            (f"{SITE}terms/de/", "2027-03-01T00:00:00Z"),
        ]


class TestHeaders:
    @pytest.fixture
    def rules(self, tmp_path: Path) -> StaticSite:
        """A host with the header rules for a policy in two languages."""
        (tmp_path / "_headers").write_bytes(files(self.found())["_headers"])
        return StaticSite(folder=tmp_path)

    def found(self) -> Publication:
        both = [replace(item, editions=(*item.editions, edition(DE, f"{item.label}."))) for item in (FIRST, SECOND)]
        return publication(ANNOUNCED, policy(*both))

    def caching(self, rules: StaticSite, place: str) -> list[str]:
        return [value for name, value in rules.headers_for(f"/{place}") if name == "Cache-Control"]

    def test_only_immutable_files_are_cached_permanently(self, rules: StaticSite) -> None:
        shown = self.found()
        companions = [
            page.context[name]
            for page in pages(shown).values()
            for name in ("file", "document")
            if name in page.context
        ]
        fragments = [
            address.fragment_beside(address.text_file(item, each, text.language))
            for item in shown.policies
            for each in item.versions
            for text in each.editions
        ]
        digests = [digests_file(item.id, Digest.of(item.id)) for item in shown.policies]
        known = [
            *pages(shown),
            *files(shown),
            *companions,
            *fragments,
            *digests,
            address.MANIFEST,
            address.SIGNED_MANIFEST,
        ]

        unchanged = [place for place in known if any("immutable" in value for value in self.caching(rules, place))]

        assert unchanged
        assert sorted(unchanged) == sorted(
            place
            for place in known
            if place in fragments
            or place in digests
            or place.endswith(".md")
            or ("/changes/" in place and not place.endswith("/"))
        )

    def test_all_files_for_programs_have_the_same_cache_lifetime(self, rules: StaticSite) -> None:
        shown = self.found()
        companions = [page.context["file"] for page in pages(shown).values() if "file" in page.context]
        polled = [*files(shown), *companions, address.MANIFEST, address.SIGNED_MANIFEST, *address.CONFORMANCE]

        wrong = {place: self.caching(rules, place) for place in polled if len(self.caching(rules, place)) != 1}

        assert wrong == {address.HEADERS: [], address.SITEMAP: []}  # read only by hosts and search engines

    @pytest.mark.parametrize(
        ("place", "kind", "shared"),
        [
            ("policies.json", "application/json; charset=utf-8", True),
            ("terms/versions.json", "application/json; charset=utf-8", True),
            (f"terms/versions.{64 * 'a'}.json", "application/json; charset=utf-8", True),
            ("terms/1/since/en.json", "application/json; charset=utf-8", True),
            ("terms/changes/1...2/en.json", "application/json; charset=utf-8", True),
            ("terms/1/en.md", "text/markdown; charset=utf-8", True),
            ("terms/feed.xml", "application/atom+xml; charset=utf-8", False),
            ("terms/calendar.ics", "text/calendar; charset=utf-8", False),
            ("terms/timemap.link", "application/link-format", False),
        ],
    )
    def test_files_have_media_type_and_cross_origin_access(
        self, rules: StaticSite, place: str, kind: str, shared: bool
    ) -> None:
        facts = dict(rules.headers_for(f"/{place}"))

        assert (facts["Content-Type"], facts.get("Access-Control-Allow-Origin") == "*") == (kind, shared)
        exposed = facts.get("Access-Control-Expose-Headers")
        assert exposed == ("Date, Retry-After" if "json" in kind else None)

    def test_every_path_has_a_content_security_policy(self, rules: StaticSite) -> None:
        facts = dict(rules.headers_for("/terms/index.html"))

        assert "default-src 'none'" in facts["Content-Security-Policy"]
        assert "unsafe" not in facts["Content-Security-Policy"]


class TestComparisons:
    def document(self, place: str, at: str = ANNOUNCED) -> Any:
        facts = replace(SECOND, editions=(edition(EN, "New.", summary=(SummaryPoint(text="New words."),)),))
        page = pages(publication(at, policy(version("0", "2025-01-01"), FIRST, facts)))[place]
        texts = Texts()
        shown = [texts.changes(old, new) for old, new in page.pairs]
        written, content = comparison_file(page, SITE, shown)
        assert written == page.context["file"]
        return json.loads(content)

    def test_redline_json_identifies_and_reproduces_both_texts(self) -> None:
        document = self.document("terms/changes/1...2/")

        assert document["type"] == "policy-changes"
        assert [document[side]["version"] for side in ("old", "new")] == ["1", "2"]
        assert document["old"]["digest"] == str(FIRST.editions[0].digest)
        assert document["summary"] == [{"section": "", "text": "New words."}]
        assert "".join(run["text"] for run in document["runs"] if run["op"] != "insert") == "Terms\nWords of 1.\n"

    def test_since_json_separates_in_force_from_announced(self) -> None:
        document = self.document("terms/0/since/")

        assert (document["type"], document["version"]) == ("policy-changes-since", "0")
        assert [item["new"]["version"] for item in document["in_force"]] == ["1"]
        assert [item["new"]["version"] for item in document["announced"]] == ["2"]

    def test_since_json_is_empty_for_the_newest_version(self) -> None:
        document = self.document("terms/2/since/", AFTER)

        assert (document["in_force"], document["announced"]) == ([], [])


def test_prepared_texts_are_cached_and_the_least_recently_used_is_evicted() -> None:
    texts = Texts()
    editions = [edition(EN, f"Text {number}.") for number in range(65)]
    first, second = (texts.prepared(text) for text in editions[:2])

    for text in editions[2:]:
        assert texts.prepared(editions[0]) is first
        texts.prepared(text)

    assert texts.prepared(editions[0]) is first
    assert texts.prepared(editions[1]) is not second
