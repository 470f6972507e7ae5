"""The small parts of the site: links, shells, cache, sanitiser, translations."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from book_builder import instant
from built import SECRET
from inforce.book.user_cache import CachePlace
from inforce.errors import BookError, Place, SetupError
from inforce.instant import parse_zone
from inforce.language import Language
from inforce.markdown import to_html
from inforce.policy.settings import Publisher, Settings
from inforce.redline import Format
from inforce.rendering.labels import ENGLISH
from inforce.site.build import parallel
from inforce.site.build.assemble import make_genuine
from inforce.site.build.cache import Cache, key_of, renderer_fingerprint
from inforce.site.build.page_groups import BuildIndex
from inforce.site.build.sync import add, drop, settle
from inforce.site.links import Links
from inforce.site.messages import labels, translations
from inforce.site.mkdocs.page_template import SHELL_DEPTHS, Rendered, Shell, gap, gaps, shell_path
from inforce.site.mkdocs.theme import theme_language
from inforce.site.sanitiser import passed
from inforce.site.templating import Words, environment
from memos import forget
from property.markdown_strategies import texts

PLACE = Place(path="policy_versions/terms/1/en.md")
KEY = key_of("a page")


class TestLinks:
    @pytest.mark.parametrize(
        ("page", "target", "online", "offline"),
        [
            pytest.param("", "", "./", "./index.html", id="home to itself"),
            pytest.param("", "privacy/", "privacy/", "privacy/index.html", id="home to a folder"),
            pytest.param("privacy/", "", "../", "../index.html", id="back home"),
            pytest.param("privacy/", "feed.xml", "../feed.xml", "../feed.xml", id="a file name is unchanged"),
            pytest.param("privacy/1/", "privacy/1/en.md", "en.md", "en.md", id="a file beside the page"),
            pytest.param("privacy/", "privacy/#a", "./#a", "./index.html#a", id="a fragment of the page itself"),
            pytest.param("a/", "b/#c", "../b/#c", "../b/index.html#c", id="a fragment of another page"),
            pytest.param(
                "privacy/changes/",
                "privacy/changes/1...2/",
                "1...2/",
                "1...2/index.html",
                id="dots in a name are kept",
            ),
            pytest.param(
                "privacy/changes/1...2/", "privacy/1/", "../../1/", "../../1/index.html", id="out of two folders"
            ),
            pytest.param(
                "privacy/1/zh-Hans/", "privacy/zh-Hans/", "../../zh-Hans/", "../../zh-Hans/index.html", id="a language"
            ),
            pytest.param("404.html", "privacy/", "privacy/", "privacy/index.html", id="from a file at the root"),
        ],
    )
    def test_link_is_relative_to_the_page(self, page: str, target: str, online: str, offline: str) -> None:
        assert Links(page=page).to(target) == online
        assert Links(page=page, offline=True).to(target) == offline

    def test_special_characters_in_links_are_escaped(self) -> None:
        assert Links(page="privacy/").to("privacy/é b/ü.md#a") == "%C3%A9%20b/%C3%BC.md#a"

    @given(*[st.lists(st.sampled_from(["privacy", "1...2", "2026-01-15.1", "zh-Hans", "since"]), max_size=4)] * 2)
    def test_link_resolves_to_its_target_below_any_folder(self, page: list[str], target: list[str]) -> None:
        here, there = ("".join(f"{step}/" for step in steps) for steps in (page, target))

        for root in ("https://policies.example/", "https://example.org/legal/policies/"):
            assert urljoin(root + here, Links(page=here).to(there)) == root + there


class TestShell:
    HTML = f"<title>{gap('title')}</title>{gap('head')}<h1>{gap('title')}</h1>{gap('content')}<nav>{gap('contents')}"

    def test_gaps_are_filled_everywhere_and_titles_are_escaped(self) -> None:
        rendered = Rendered(title="Terms & <Conditions>", head="<meta>", content="<p>One</p>", contents="<ul></ul>")

        page = Shell.cut(self.HTML).fill(rendered)

        title = "Terms &amp; &lt;Conditions&gt;"
        assert page == f"<title>{title}</title><meta><h1>{title}</h1><p>One</p><nav><ul></ul>"

    def test_shell_filled_with_gaps_is_unchanged(self) -> None:
        assert Shell.cut(self.HTML).fill(gaps()) == self.HTML

    def test_text_that_looks_like_a_gap_is_not_filled(self) -> None:
        page = Shell.cut(self.HTML).fill(Rendered(title="T", head="", content=gap("title")))

        assert f"</h1>{gap('title')}<nav>" in page

    @pytest.mark.parametrize("name", ["head", "content"])
    def test_missing_or_repeated_gap_is_rejected(self, name: str) -> None:
        with pytest.raises(ValueError, match=f"a page's {name} 0 times instead of once"):
            Shell.cut(self.HTML.replace(gap(name), ""))
        with pytest.raises(ValueError, match=f"a page's {name} 2 times instead of once"):
            Shell.cut(self.HTML + gap(name))

    def test_shell_digest_includes_everything_around_its_gaps(self) -> None:
        first, other = Shell.cut(self.HTML), Shell.cut(self.HTML.replace("<nav>", "<aside>"))

        assert first.fingerprint == Shell.cut(self.HTML).fingerprint != other.fingerprint

    @pytest.mark.parametrize("depth", SHELL_DEPTHS)
    def test_shell_has_the_folder_depth_of_its_pages(self, depth: int) -> None:
        assert shell_path("de", depth).count("/") == depth


def cache_in(folder: Path) -> Cache:
    """Return the cache in `folder`, with the same secret in every test."""
    return Cache(CachePlace(folder, SECRET))


def _overwrite(entry: Path, content: bytes) -> None:
    entry.chmod(0o644)
    entry.write_bytes(content)


class TestRecollection:
    def test_stored_group_is_found_by_this_build_and_the_next(self, tmp_path: Path) -> None:
        cache = cache_in(tmp_path)
        cache.put(KEY, b"words")
        name, files = key_of("shelf"), {"terms/index.html": KEY}
        memory = BuildIndex(cache)
        memory.remember(name, files)
        memory.begin()

        assert memory.recall(name) == files
        assert BuildIndex(cache_in(tmp_path)).recall(name) == files

    def test_group_with_a_missing_file_is_not_found(self, tmp_path: Path) -> None:
        BuildIndex(cache_in(tmp_path)).remember(key_of("shelf"), {"terms/index.html": KEY})

        assert BuildIndex(cache_in(tmp_path)).recall(key_of("shelf")) is None

    def test_unused_group_is_discarded(self, tmp_path: Path) -> None:
        memory = BuildIndex(cache_in(tmp_path))
        memory.remember(key_of("shelf"), {"terms/index.html": KEY})
        for _ in range(2):
            memory.begin()

        assert memory.recall(key_of("shelf")) is None


class TestCache:
    def test_missing_entry_is_not_found(self, tmp_path: Path) -> None:
        assert not cache_in(tmp_path / "new").contains(KEY)

    def test_stored_entry_is_found_by_this_build_and_the_next(self, tmp_path: Path) -> None:
        cache = cache_in(tmp_path)
        cache.put(KEY, b"words")

        assert cache.contains(KEY)
        assert cache_in(tmp_path).contains(KEY)

    def test_entry_is_a_read_only_hard_link_in_the_site(self, tmp_path: Path) -> None:
        cache, target = cache_in(tmp_path / "cache"), tmp_path / "site/terms/index.html"
        cache.put(KEY, b"words")
        add(tmp_path / "site", {"terms/index.html": KEY}, cache)

        status = target.stat()
        assert (target.read_bytes(), status.st_nlink, status.st_mode & 0o777) == (b"words", 2, 0o444)

    def test_entry_is_copied_without_hard_links(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cache, target = cache_in(tmp_path / "cache"), tmp_path / "page.html"
        cache.put(KEY, b"words")
        monkeypatch.setattr(os, "link", _no_links)
        cache.link(KEY, str(target))

        assert (target.read_bytes(), target.stat().st_nlink) == (b"words", 1)

    @pytest.mark.parametrize("linked", [True, False], ids=["with hard links", "without hard links"])
    def test_linking_into_an_earlier_build_changes_no_cache_entry(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
    ) -> None:
        cache, target, other = cache_in(tmp_path / "cache"), tmp_path / "page.html", key_of("another page")
        cache.put(KEY, b"old words")
        cache.put(other, b"new words")
        add(tmp_path, {"page.html": KEY}, cache)
        if not linked:
            monkeypatch.setattr(os, "link", _no_links)
        add(tmp_path, {"page.html": other, "again.html": KEY}, cache)

        assert target.read_bytes() == b"new words"
        assert (tmp_path / "again.html").read_bytes() == b"old words"

    @pytest.mark.parametrize("content", [b"", b"wor", b"words and more"], ids=["empty", "truncated", "too long"])
    def test_entry_of_wrong_size_is_created_again(self, tmp_path: Path, content: bytes) -> None:
        cache = cache_in(tmp_path)
        cache.put(KEY, b"words")
        (entry,) = _entries(tmp_path)
        entry.unlink()
        entry.write_bytes(content)

        assert not cache_in(tmp_path).contains(KEY)
        cache.put(KEY, b"words")
        assert cache_in(tmp_path).contains(KEY)

    def test_altered_entry_of_the_same_size_is_created_again(self, tmp_path: Path) -> None:
        cache_in(tmp_path).put(KEY, b"words")
        _overwrite(_entries(tmp_path)[0], b"lies!")

        cache = cache_in(tmp_path)
        assert cache.reject_altered([KEY])
        assert not cache.contains(KEY)
        assert cache.read(KEY) is None
        cache.put(KEY, b"words")
        assert not cache.reject_altered([KEY])

    def test_altered_entry_is_never_linked_into_a_site(self, tmp_path: Path) -> None:
        cache_in(tmp_path / "cache").put(KEY, b"words")
        _overwrite(_entries(tmp_path / "cache")[0], b"lies!")

        with pytest.raises(LookupError):
            cache_in(tmp_path / "cache").link(KEY, str(tmp_path / "page.html"))
        assert not (tmp_path / "page.html").exists()

    def test_entry_sealed_with_another_secret_is_not_used(self, tmp_path: Path) -> None:
        Cache(CachePlace(tmp_path, b"another machine" * 2)).put(KEY, b"lies!")

        assert cache_in(tmp_path).read(KEY) is None

    def test_symbolic_link_is_not_an_entry(self, tmp_path: Path) -> None:
        cache_in(tmp_path).put(KEY, b"words")
        (entry,) = _entries(tmp_path)
        content = tmp_path / "elsewhere"
        content.write_bytes(b"words")
        entry.unlink()
        entry.symlink_to(content)

        assert cache_in(tmp_path).read(KEY) is None

    def test_entries_are_not_written_through_a_symbolic_link(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / KEY[:2]).symlink_to(outside)
        cache_in(tmp_path / "cache").put(KEY, b"words")

        assert list(outside.iterdir()) == []
        assert cache_in(tmp_path / "cache").read(KEY) == b"words"

    def test_cache_that_keeps_changing_is_rejected(self, tmp_path: Path) -> None:
        def make() -> dict[str, str]:
            return {"page.html": KEY}  # the entry is missing after every attempt

        with pytest.raises(SetupError, match="INFORCE_CACHE"):
            make_genuine(make, cache_in(tmp_path))

    def test_two_builds_can_share_a_cache(self, tmp_path: Path) -> None:
        first, other = cache_in(tmp_path), cache_in(tmp_path)
        first.put(KEY, b"words")
        other.put(KEY, b"words")
        first.put(key_of("another page"), b"more words")

        assert not other.contains(key_of("another page"))
        other.refresh()
        assert other.contains(key_of("another page"))
        assert len(_entries(tmp_path)) == 2

    def test_incomplete_file_of_another_build_is_not_an_entry(self, tmp_path: Path) -> None:
        cache_in(tmp_path).put(KEY, b"words")
        (_entries(tmp_path)[0].parent / ".new-unfinished").write_bytes(b"wor")

        cache = cache_in(tmp_path)
        cache.prune(0)

        assert [path.name for path in _entries(tmp_path)] == [".new-unfinished"]

    def test_pruning_removes_only_as_many_unused_entries_as_necessary(self, tmp_path: Path) -> None:
        keys = [key_of(str(number)) for number in range(4)]
        earlier = cache_in(tmp_path / "cache")
        for key in keys:
            earlier.put(key, b"ten bytes.")
        cache = cache_in(tmp_path / "cache")
        cache.use(keys[0])

        cache.prune(40)
        assert len(_entries(tmp_path / "cache")) == 4
        cache.prune(20)
        assert len(_entries(tmp_path / "cache")) == 2
        cache.prune(0)
        assert [path.name.partition("-")[0] for path in _entries(tmp_path / "cache")] == [keys[0]]

    def test_cache_key_parts_are_separated(self) -> None:
        assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", "")}) == 4

    def test_program_digest_is_stable(self) -> None:
        assert re.fullmatch("[0-9a-f]{64}", renderer_fingerprint())
        assert renderer_fingerprint() == renderer_fingerprint()

    def test_most_recently_used_entry_is_pruned_last(self, tmp_path: Path) -> None:
        keys = [key_of(str(number)) for number in range(3)]
        earlier = cache_in(tmp_path)
        for key in keys:
            earlier.put(key, b"ten bytes.")
        for entry in _entries(tmp_path):
            os.utime(entry, (0, 0))
        again = cache_in(tmp_path)
        again.use(keys[1])
        again.prune(1000)
        cache_in(tmp_path).prune(10)

        assert [path.name.partition("-")[0] for path in _entries(tmp_path)] == [keys[1]]

    def test_full_disk_leaves_no_entry_and_no_temporary_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = cache_in(tmp_path)
        monkeypatch.setattr(Path, "replace", _refuse_full_disk)

        with pytest.raises(OSError, match="No space left"):
            cache.put(KEY, b"words")

        assert (_entries(tmp_path), cache.contains(KEY)) == ([], False)

    def test_incomplete_files_are_removed_after_an_hour(self, tmp_path: Path) -> None:
        cache_in(tmp_path).put(KEY, b"words")
        left = _entries(tmp_path)[0].parent / ".new-1-1-1"
        left.write_bytes(b"wor")
        os.utime(left, (0, 0))
        cache_in(tmp_path).prune(1000)

        assert not left.exists()

    def test_removed_entry_raises_error_instead_of_being_copied(self, tmp_path: Path) -> None:
        cache = cache_in(tmp_path)
        cache.put(KEY, b"words")
        _entries(tmp_path)[0].unlink()

        assert cache.read(KEY) is None
        with pytest.raises(LookupError):
            cache.link(KEY, str(tmp_path / "page.html"))


class TestTree:
    @pytest.fixture
    def cache(self, tmp_path: Path) -> Cache:
        made = cache_in(tmp_path / "cache")
        made.put("a" * 64, b"one")
        made.put("b" * 64, b"two")
        return made

    def test_synchronised_folder_contains_exactly_the_wanted_files(self, tmp_path: Path, cache: Cache) -> None:
        site = tmp_path / "site"
        (site / "gone/deep").mkdir(parents=True)
        (site / "gone/deep/page.html").write_text("old")
        (site / "file").mkdir()
        (site / "file/page.html").write_text("a folder stands where a file belongs")
        (site / "link").symlink_to(tmp_path)
        (site / "hollow/inside").mkdir(parents=True)
        settle(site, {"file": "a" * 64, "new/page.html": "b" * 64}, cache)

        assert sorted(path.relative_to(site).as_posix() for path in site.rglob("*")) == ["file", "new", "new/page.html"]
        assert ((site / "file").read_text(), (site / "new/page.html").read_text()) == ("one", "two")
        assert tmp_path.is_dir()

    def test_correct_files_are_kept_and_overwritten_ones_replaced(self, tmp_path: Path, cache: Cache) -> None:
        site = tmp_path / "site"
        site.mkdir()
        wanted = {"right.html": "a" * 64, "wrong.html": "b" * 64}
        settle(site, wanted, cache)
        (site / "wrong.html").unlink()
        (site / "wrong.html").write_text("two")  # the same bytes in a file outside the cache
        (site / "right.html").parent.chmod(0o755)
        before = (site / "right.html").stat()
        settle(site, wanted, cache)

        assert (site / "right.html").stat() == before
        assert (site / "wrong.html").stat().st_ino == cache.inode("b" * 64)

    def test_removal_leaves_no_empty_folder(self, tmp_path: Path, cache: Cache) -> None:
        site = tmp_path / "site"
        site.mkdir()
        settle(site, {"one/two/page.html": "a" * 64, "stays.html": "b" * 64}, cache)
        drop(site, ["one/two/page.html"])

        assert [path.name for path in site.iterdir()] == ["stays.html"]


class TestSanitiser:
    @given(texts)
    def test_sanitiser_accepts_all_rendered_html(self, text: str) -> None:
        fragment = to_html(text)

        assert passed(fragment, PLACE) is fragment

    @pytest.mark.parametrize(
        "fragment",
        [
            pytest.param("<p>Between <acme> and you</p>", id="text that looks like a tag"),
            pytest.param("<p>One</p><script>1</script>", id="a script"),
            pytest.param('<p><a href="javascript:alert(1)">One</a></p>', id="a javascript link"),
            pytest.param('<p><a href="data:text/html,1">One</a></p>', id="a data link"),
            pytest.param('<p onclick="1">One</p>', id="an event handler attribute"),
            pytest.param('<p style="color: red">One</p>', id="a style"),
            pytest.param("<p>One", id="an element that is not closed"),
            pytest.param("<p>Fish & chips</p>", id="an unescaped character"),
        ],
    )
    def test_unsafe_fragment_is_rejected_with_its_place(self, fragment: str) -> None:
        with pytest.raises(BookError, match=r"policy_versions/terms/1/en\.md.* would not be shown as it is written"):
            passed(fragment, PLACE)


class TestMessages:
    @pytest.mark.parametrize(
        ("tag", "word"),
        [
            pytest.param("zh-Hans", "现行有效", id="a language with a catalogue"),
            pytest.param("zh-Hans-CN", "现行有效", id="a region of it"),
            pytest.param("de-AT", "In Kraft", id="a region of another"),
            pytest.param("ar-EG", "سارٍ", id="a language from right to left"),
            pytest.param("en", "In force", id="English, which is the source language"),
            pytest.param("sw", "In force", id="a language without a catalogue"),
            pytest.param("zh-CN", "现行有效", id="a region that uses the script of a catalogue"),
            pytest.param("zh-Hant", "In force", id="the same language in another script"),
            pytest.param("ja-Latn", "In force", id="a catalogue in another script"),
        ],
    )
    def test_translation_uses_the_closest_catalogue_or_english(self, tag: str, word: str) -> None:
        assert translations(Language(tag)).ugettext("In force") == word

    def test_missing_translation_falls_back_to_english(self) -> None:
        assert translations(Language("de")).ugettext("No such words") == "No such words"

    def test_redline_labels_are_in_the_readers_language(self) -> None:
        assert (labels(Language("de")).added, labels(Language("en"))) == ("hinzugefügt:", ENGLISH)

    def test_redline_labels_that_fall_back_declare_their_language(self) -> None:
        assert labels(Language("sw")) == replace(ENGLISH, tongue=' lang="en" dir="ltr"')
        assert labels(Language("de-AT")).tongue == ""

    def test_lists_use_the_separator_of_the_language(self) -> None:
        formats = (Format("strong"), Format("heading", "2"))
        assert labels(Language("ja")).spell(formats) == "太字、見出し 2"
        assert labels(Language("en")).spell(formats) == "strong, heading 2"


class TestThemeLanguage:
    @pytest.mark.parametrize(
        ("tag", "known"),
        [
            pytest.param("en", "en", id="English"),
            pytest.param("zh-Hans", "zh", id="simplified Chinese, which the theme calls zh"),
            pytest.param("zh-Hans-CN", "zh", id="a region of it"),
            pytest.param("zh-Hant-HK", "zh-Hant", id="traditional Chinese"),
            pytest.param("pt-BR", "pt-BR", id="a region that the theme supports"),
            pytest.param("de-AT", "de", id="an unsupported region"),
            pytest.param("sr-Cyrl-RS", "sr", id="a script and an unsupported region"),
            pytest.param("gd", "en", id="an unsupported language"),
        ],
    )
    def test_theme_uses_its_closest_language(self, tag: str, known: str) -> None:
        assert theme_language(Language(tag)) == known


class TestDay:
    @pytest.mark.parametrize(
        ("tag", "at", "shown"),
        [
            pytest.param("en", "2027-02-28T16:00:00Z", "March 1, 2027", id="the start of a day in the book's zone"),
            pytest.param("en", "2027-03-01T00:00:00Z", "March 1, 2027, 08:00 (Asia/Shanghai)", id="a time of day"),
            pytest.param("en", "2027-02-28T15:59:59Z", "February 28, 2027, 23:59 (Asia/Shanghai)", id="just before"),
            pytest.param("de", "2027-02-28T16:00:00Z", "1. März 2027", id="in German"),
            pytest.param("zh-Hans", "2027-02-28T16:00:00Z", "2027年3月1日", id="in Chinese"),
        ],
    )
    def test_date_is_formatted_for_readers_and_for_programs(self, tag: str, at: str, shown: str) -> None:
        words = Words(_settings("Asia/Shanghai"), Language(tag), Links(page=""))

        assert words.day(instant(at)) == f'<time datetime="{at}">{shown}</time>'

    def test_date_of_a_day_without_midnight_has_no_time(self) -> None:
        words = Words(_settings("America/Santiago"), Language("de"), Links(page=""))

        assert "8. September 2024<" in words.day(instant("2024-09-08T04:00:00Z"))


class TestWords:
    ROWS = (
        {"tag": "en", "name": "English", "page": "privacy/1/", "mark": "binding"},
        {"tag": "de", "name": "Deutsch <&>", "page": "privacy/1/de/", "mark": "lags"},
    )

    def test_page_links_its_other_languages_but_not_its_own(self) -> None:
        words = Words(_settings("UTC"), Language("de"), Links(page="privacy/1/de/"))

        shown = words.tongues(self.ROWS)
        assert '<a href="../" hreflang="en" lang="en">English</a>' in shown
        assert '<span lang="de" aria-current="true">Deutsch &lt;&amp;&gt;</span>' in shown
        assert words.tongues(self.ROWS[:1]).strip() == ""

    def test_languages_of_a_version_are_marked_as_binding_or_translation(self) -> None:
        words = Words(_settings("UTC"), Language("sw"), Links(page="privacy/1/"))

        assert words.editions(self.ROWS) == (
            '<a href="./" hreflang="en" lang="en">English</a> (binding) · '
            '<a href="de/" hreflang="de" lang="de">Deutsch &lt;&amp;&gt;</a> (may be out of date)'
        )

    @given(st.lists(st.sampled_from(["en", "de", "zh-Hans", "ar"]), max_size=3), st.sampled_from([False, True]))
    def test_pages_do_not_depend_on_earlier_pages(self, others: list[str], offline: bool) -> None:
        sentences = []
        for before in ([], others):
            assert forget("inforce.site.templating", "inforce.language", "inforce.instant")
            for tag in before:
                self.say(tag, f"privacy/1/{tag}/", offline=not offline)
            sentences.append(self.say("de", "privacy/1/de/", offline=offline))

        assert sentences[0] == sentences[1]

    def say(self, tag: str, page: str, *, offline: bool) -> list[str]:
        words = Words(_settings("Asia/Shanghai"), Language(tag), Links(page=page, offline=offline))
        at = instant("2027-03-01T00:00:00Z")
        return [words.tongues(self.ROWS), words.editions(self.ROWS), words.day(at), words.plain_day(at), words.iso(at)]

    def test_values_in_messages_are_escaped_and_links_are_kept(self) -> None:
        template = environment(Language("de")).from_string(
            "{{ _('%(title)s of %(name)s, version %(label)s.', **said) }}"
        )

        shown = template.render(said={"title": "<T>", "name": Markup("<b>N</b>"), "label": 7})
        assert shown == str(translations(Language("de")).ugettext("%(title)s of %(name)s, version %(label)s.")) % {
            "title": "&lt;T&gt;",
            "name": "<b>N</b>",
            "label": "7",
        }


def _settings(zone: str) -> Settings:
    publisher = Publisher(name="Shop", url="https://shop.example/", contact="privacy@shop.example")
    return Settings(
        publisher=publisher, site="https://policies.example/", timezone=parse_zone(zone), languages=(Language("en"),)
    )


def _no_links(*_: object) -> None:
    raise OSError("no links between disks")


def _refuse_full_disk(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def interrupted_pool() -> None:
    """Start a process that would run for an hour, and interrupt it."""
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(1, context, initializer=parallel._begin, initargs=(os.getpid(),))
    with pool, parallel._killed():
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
        pool.submit(time.sleep, 3600)
        raise KeyboardInterrupt


@pytest.mark.skipif(sys.platform != "linux", reason="pages are rendered in forked processes on Linux only")
def test_interrupted_build_ends_its_processes_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted_pool()
    assert multiprocessing.active_children() == []
