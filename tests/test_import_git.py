"""The import of a document's history from git: one version for each change of its text; the repository is only read."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from book_builder import BookBuilder, instant
from inforce.book.files import write_lock
from inforce.book.importers.git_history import HistoryOptions, Imported, import_history
from inforce.book.importers.plan import DocumentState, Plan, plan_versions
from inforce.book.importers.source_file import ForeignText, read_foreign
from inforce.errors import HistoryError, InforceError
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind, Origin, Policy
from inforce.policy.lock import Lock
from inforce.text import Digest

NOON = instant("2024-04-17T12:00:00Z")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def step(raw: bytes | str | None, committed: datetime = NOON, subject: str = "words") -> DocumentState:
    origin = Origin(commit="a" * 40, committed=committed, path="privacy.md", subject=subject)
    return DocumentState(origin=origin, raw=raw.encode() if isinstance(raw, str) else raw)


def plan(*texts: bytes | str | None, seconds: tuple[int, ...] = ()) -> Plan:
    times = seconds or tuple(60 * number for number in range(len(texts)))
    steps = [step(text, NOON + timedelta(seconds=late)) for text, late in zip(texts, times, strict=True)]
    return plan_versions(steps, SHANGHAI)


def test_each_change_of_the_text_becomes_a_version_labelled_by_its_date() -> None:
    planned = plan("# P\n\nOne.\n", "# P\n\nTwo.\n", "# P\n\nThree.\n", seconds=(0, 60, 5 * 3600))

    assert [version.label.text for version in planned.versions] == ["2024-04-17", "2024-04-17.1", "2024-04-18"]
    assert [version.instant for version in planned.versions][1] == instant("2024-04-17T12:01:00Z")
    assert planned.remarks == ()


def test_first_version_is_material_and_later_ones_have_the_given_level() -> None:
    steps = [step("# A\n"), step("# B\n", NOON + timedelta(1))]

    assert [version.change for version in plan_versions(steps, SHANGHAI, ChangeLevel.EDITORIAL).versions] == [
        ChangeLevel.MATERIAL,
        ChangeLevel.EDITORIAL,
    ]


def test_commit_without_changed_words_creates_no_version() -> None:
    planned = plan("---\ntags: [a]\n---\n# P\n", "---\ntags: [b]\n---\n# P  \r\n\r\n", b"\xef\xbb\xbf# P")

    assert len(planned.versions) == 1


def test_restored_text_becomes_a_new_version() -> None:
    planned = plan("# One\n", "# Two\n", "# One\n")

    digests = [Digest.of(version.text) for version in planned.versions]
    assert len(digests) == 3
    assert digests[0] == digests[2]


def test_times_that_do_not_increase_are_moved_and_reported() -> None:
    planned = plan("# One\n", "# Two\n", "# Three\n", seconds=(0, 0, -3600))

    assert [(version.instant - NOON).seconds for version in planned.versions] == [0, 1, 2]
    assert [version.label.text for version in planned.versions] == ["2024-04-17", "2024-04-17.1", "2024-04-17.2"]
    assert planned.versions[2].origin.committed == instant("2024-04-17T11:00:00Z")
    assert planned.remarks[1] == (
        "Commit aaaaaaaaaaaa (2024-04-17T11:00:00Z) is dated no later than the previous version; "
        "the version applies from 2024-04-17T12:00:02Z."
    )


def test_time_going_back_over_midnight_keeps_the_order() -> None:
    planned = plan("# One\n", "# Two\n", seconds=(86_400, 0))

    assert [version.label.text for version in planned.versions] == ["2024-04-18", "2024-04-18.1"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(None, "deleted the file", id="a file that was removed"),
        pytest.param(b"---\ntitle: Privacy\n---\n \n\t\n", "left the file empty", id="a file that was emptied"),
        pytest.param(b"# One\n\n" + b"word " * 210_000, "contains more than", id="a file larger than the limit"),
    ],
)
def test_state_without_readable_text_is_skipped_and_reported(raw: bytes | None, words: str) -> None:
    planned = plan("# One\n", raw, "# One\n", "# Two\n")

    assert [version.text for version in planned.versions] == ["# One\n", "# Two\n"]
    assert len(planned.remarks) == 1
    assert words in planned.remarks[0]


@pytest.mark.parametrize(
    ("raw", "text", "code"),
    [
        pytest.param("# Ā\n".encode(), "# Ā\n", "", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf# P\n", "# P\n", "", id="UTF-8 with a mark"),
        pytest.param(b"# Donn\xe9es \x80\n", "# Données €\n", "windows-1252", id="a file from Windows"),
        pytest.param(b"# \x81\n", "# \ufffd\n", "windows-1252", id="an undefined byte"),
        pytest.param("# Ā\n".encode("utf-16"), "# Ā\n", "utf-16", id="UTF-16 with a mark"),
    ],
)
def test_file_in_another_encoding_is_decoded_and_reported(raw: bytes, text: str, code: str) -> None:
    foreign = read_foreign(raw)

    assert (foreign.text, foreign.code) == (text, code)
    assert bool(plan(raw).remarks) is bool(code)


@pytest.mark.parametrize(
    ("raw", "text", "title"),
    [
        pytest.param("---\ntitle: A b\n---\nWords.\n", "# A b\n\nWords.\n", "A b", id="a title becomes the heading"),
        pytest.param("---\ntitle: A\n---\n# B\n", "# B\n", "B", id="a heading in the text takes precedence"),
        pytest.param("---\ntitle: A\n---\nB\n=\n", "B\n=\n", "B", id="an underlined heading counts"),
        pytest.param(
            "---\ntitle: A\n---\n> # B\n", "# A\n\n> # B\n", "A", id="a heading in a quotation does not count"
        ),
        pytest.param("# *B* c {#id}\n", "# *B* c {#id}\n", "B c", id="the title is the rendered text"),
        pytest.param("---\ntags: [a]\n---\nWords.\n", "Words.\n", "", id="without a title none is added"),
        pytest.param("---\r\ntitle: A\r\n---\r\nB\r\n", "# A\n\nB\n", "A", id="line ends of another system"),
        pytest.param(
            "---\ntitle: 'A: b'\nx: !t &y [*y]\nx: 2\n...\nB\n", "# A: b\n\nB\n", "A: b", id="YAML of any kind"
        ),
        pytest.param('---\ntitle: "A"\nx: {% y %}\n---\nB\n', "# A\n\nB\n", "A", id="text that only looks like YAML"),
        pytest.param("---\ntitle: >\n  A\n  b\n---\nB\n", "# A b\n\nB\n", "A b", id="a title over two lines"),
        pytest.param("---\ntitle: [A]\n---\nB\n", "B\n", "", id="a title that is a list"),
        pytest.param("---\n---\nB\n", "B\n", "", id="front matter with nothing in it"),
        pytest.param("+++\ntitle = 'A'\n[x]\ny = 1\n+++\nB\n", "# A\n\nB\n", "A", id="TOML"),
        pytest.param("+++\nnothing of the kind\n+++\nB\n", "+++\nnothing of the kind\n+++\nB\n", "", id="invalid TOML"),
        pytest.param("---\n\nWe keep it.\n\n---\nB\n", "---\n\nWe keep it.\n\n---\nB\n", "", id="prose between rules"),
        pytest.param("---\n*Note*: @x\n---\nB\n", "---\n*Note*: @x\n---\nB\n", "", id="prose that is not YAML"),
        pytest.param("---\ntitle: A\n\nB\n", "---\ntitle: A\n\nB\n", "", id="unterminated front matter"),
    ],
)
def test_foreign_front_matter_is_removed_and_the_body_kept(raw: str, text: str, title: str) -> None:
    assert read_foreign(raw.encode()) == ForeignText(text=text, title=title)


class Source(BookBuilder):
    """A repository without a book: the legal texts of another publisher."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def state(self, text: str | bytes, when: str, path: str = "privacy.md", message: str = "words") -> str:
        self.write(path, text)
        return self.commit(message, when=when)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / "legal texts ü")


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    return BookBuilder(tmp_path / "book", timezone="Asia/Shanghai", languages="en, de")


def imported(book: BookBuilder, source: Path, file: str = "privacy.md", **options: Any) -> Imported:
    return import_history(book.root, source, file, "privacy", HistoryOptions(**options))


def policy(book: BookBuilder) -> Policy:
    return book.read().require().policy("privacy")


def texts(book: BookBuilder) -> list[str]:
    return [version.editions[0].text for version in policy(book).versions]


def contents(root: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_version_contains_the_text_and_its_origin(source: Source, book: BookBuilder) -> None:
    commit = source.state("# Privacy\n", "2024-04-17T22:00:00+02:00", message="legal: no\n\nAt last.")
    before = contents(source.root)

    result = imported(book, source.root)

    (version,) = policy(book).versions
    assert result.folder == book.root / "policy_versions/privacy"
    assert version.label.text == "2024-04-18"
    assert version.published_at == version.effective_at == instant("2024-04-17T20:00:00Z")
    assert version.editions[0].language == Language("en")
    assert version.editions[0].text == "# Privacy\n"
    assert version.origin == Origin(
        commit=commit, committed=version.published_at, path="privacy.md", subject="legal: no"
    )
    assert contents(source.root) == before


def test_import_reports_its_progress(source: Source, book: BookBuilder) -> None:
    for day in (1, 2, 3):
        source.state(f"# Privacy {day}\n", f"2024-01-0{day}T00:00:00Z")
    progress: list[tuple[int, int]] = []

    import_history(
        book.root, source.root, "privacy.md", "privacy", progress=lambda count, total: progress.append((count, total))
    )

    assert progress == [(1, 3), (2, 3), (3, 3)]


def test_policy_yml_of_a_new_policy_is_inferred(source: Source, book: BookBuilder) -> None:
    source.state("---\ntitle: Our Terms\n---\nWords.\n", "2024-01-01T00:00:00Z", path="docs/tos.md")
    source.state("# Terms: *new*\n", "2024-01-02T00:00:00Z", path="docs/tos.md")

    import_history(book.root, source.root, "docs/tos.md", "rules")

    rules = book.read().require().policy("rules")
    assert rules.title(Language("en")) == "Terms: new"
    assert (rules.kind, rules.act, rules.binding_language) == (Kind.TERMS, Act.ACCEPT, Language("en"))


@pytest.mark.parametrize(
    ("file", "kind", "act"),
    [
        ("privacy-statement.md", Kind.PRIVACY, Act.ACKNOWLEDGE),
        ("Datenschutzerklärung.md", Kind.PRIVACY, Act.ACKNOWLEDGE),
        ("cookies.md", Kind.COOKIES, Act.ACKNOWLEDGE),
        ("photos.md", Kind.OTHER, Act.ACKNOWLEDGE),
    ],
)
def test_kind_is_inferred_from_the_name(source: Source, book: BookBuilder, file: str, kind: Kind, act: Act) -> None:
    source.state("# A text\n", "2024-01-01T00:00:00Z", path=file)

    import_history(book.root, source.root, file, "rules")

    rules = book.read().require().policy("rules")
    assert (rules.kind, rules.act) == (kind, act)


def test_options_override_inferred_values(source: Source, book: BookBuilder) -> None:
    source.state("# Eins\n", "2024-01-01T00:00:00Z")
    source.state("# Zwei\n", "2024-01-02T00:00:00Z")

    imported(
        book,
        source.root,
        language=Language("de"),
        kind=Kind.OTHER,
        act=Act.NONE,
        title="no: “Datenschutz”",
        change=ChangeLevel.MATERIAL,
    )

    privacy = policy(book)
    assert privacy.title(Language("de")) == "no: “Datenschutz”"
    assert (privacy.kind, privacy.act, privacy.binding_language) == (Kind.OTHER, Act.NONE, Language("de"))
    assert [version.change for version in privacy.versions] == [ChangeLevel.MATERIAL, ChangeLevel.MATERIAL]


def test_renames_are_followed(source: Source, book: BookBuilder) -> None:
    lines = "".join(f"Sentence {number} stays as it is.\n" for number in range(20))
    source.state(f"# One\n\n{lines}", "2024-01-01T00:00:00Z", path="a.md")
    source.git("mv", "a.md", "b.md")
    source.state(f"# Two\n\n{lines}", "2024-01-02T00:00:00Z", path="b.md")
    source.write("privacy/.keep", "")
    source.git("mv", "b.md", "privacy/“policy”\n.md")
    source.commit("moved only", when="2024-01-03T00:00:00Z")
    source.state(f"# Three\n\n{lines}", "2024-01-04T00:00:00Z", path="privacy/“policy”\n.md")

    imported(book, source.root, "./privacy/“policy”\n.md")

    assert [text.splitlines()[0] for text in texts(book)] == ["# One", "# Two", "# Three"]
    assert [version.origin.path for version in policy(book).versions if version.origin] == [
        "a.md",
        "b.md",
        "privacy/“policy”\n.md",
    ]


def test_file_renamed_back_keeps_its_whole_history(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    source.git("mv", "privacy.md", "other.md")
    source.commit("away", when="2024-01-02T00:00:00Z")
    source.state("# Two\n", "2024-01-03T00:00:00Z", path="other.md")
    source.git("mv", "other.md", "privacy.md")
    source.commit("back", when="2024-01-04T00:00:00Z")

    imported(book, source.root)

    assert texts(book) == ["# One\n", "# Two\n"]


def test_history_of_a_copy_begins_with_the_copy(source: Source, book: BookBuilder) -> None:
    source.state("# Terms\n", "2024-01-01T00:00:00Z", path="terms.md")
    source.state("# Terms\n", "2024-01-02T00:00:00Z")

    imported(book, source.root)

    assert [version.label.text for version in policy(book).versions] == ["2024-01-02"]


def test_file_removed_and_added_again_keeps_its_history(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    source.git("rm", "-q", "privacy.md")
    source.commit("gone", when="2024-01-02T00:00:00Z")
    source.state("# Two\n", "2024-01-03T00:00:00Z")
    source.git("rm", "-q", "privacy.md")
    source.commit("gone again", when="2024-01-04T00:00:00Z")

    result = imported(book, source.root)

    assert texts(book) == ["# One\n", "# Two\n"]
    assert len(result.remarks) == 2


def test_merged_branch_becomes_one_version_at_the_time_of_the_merge(source: Source, book: BookBuilder) -> None:
    source.state("# One\n\nA\n\nB\n", "2024-01-01T00:00:00Z")
    source.git("switch", "-q", "-c", "side")
    source.state("# One\n\nA\n\nfirst try\n", "2024-01-02T00:00:00Z")
    source.state("# One\n\nA\n\nsecond try\n", "2024-01-03T00:00:00Z")
    source.git("switch", "-q", "main")
    source.state("# Two\n\nA\n\nB\n", "2024-01-04T00:00:00Z")
    source.git("merge", "-q", "-m", "both", "side", when="2024-01-05T00:00:00Z")

    imported(book, source.root)

    assert texts(book)[1:] == ["# Two\n\nA\n\nB\n", "# Two\n\nA\n\nsecond try\n"]
    assert [version.label.text for version in policy(book).versions] == ["2024-01-01", "2024-01-04", "2024-01-05"]


def test_link_in_place_of_the_file_is_not_imported(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    (source.root / "privacy.md").unlink()
    (source.root / "privacy.md").symlink_to("elsewhere.md")
    source.commit("a link", when="2024-01-02T00:00:00Z")

    imported(book, source.root)

    assert texts(book) == ["# One\n"]


def test_text_that_begins_with_a_thematic_break_survives_the_round_trip(source: Source, book: BookBuilder) -> None:
    text = "---\n\nWe keep it.\n\n---\n\n# Privacy\n"
    source.state(text, "2024-01-01T00:00:00Z")

    imported(book, source.root)

    assert texts(book) == [text]


def bundled(source: Source, to: Path, *refs: str) -> Path:
    source.git("bundle", "create", "-q", str(to), *refs)
    return to


def bare(source: Source, to: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--bare", source.root, to], check=True)
    return to


@pytest.mark.parametrize("kind", ["a bundle", "a bundle without HEAD", "a bare repository", "a folder inside"])
def test_all_repository_formats_can_be_imported(source: Source, book: BookBuilder, tmp_path: Path, kind: str) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z", path="legal/privacy.md")
    places = {
        "a bundle": lambda: bundled(source, tmp_path / "all.bundle", "--all"),
        "a bundle without HEAD": lambda: bundled(source, tmp_path / "main.bundle", "main"),
        "a bare repository": lambda: bare(source, tmp_path / "bare.git"),
        "a folder inside": lambda: source.root / "legal",
    }

    imported(book, places[kind](), "legal/privacy.md")

    assert texts(book) == ["# One\n"]


def test_selected_branch_is_imported(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    source.git("switch", "-q", "-c", "side")
    source.state("# Two\n", "2024-01-02T00:00:00Z")
    source.git("switch", "-q", "main")

    imported(book, source.root, ref="side")

    assert texts(book) == ["# One\n", "# Two\n"]


def test_existing_policy_gains_earlier_versions(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    book.policy("privacy").version("2026-01-15", en="# Now\n")
    before = {name: data for name, data in contents(book.root).items() if name.startswith("policy_versions/privacy/")}

    imported(book, source.root)

    assert texts(book) == ["# One\n", "# Now\n"]
    assert contents(book.root).items() >= before.items()


def nothing(_: BookBuilder) -> None:
    """Change nothing."""


def one_version_is_there(book: BookBuilder) -> None:
    book.policy("privacy").version("2024-1-1", meta={"published": "2024-01-01"})


def the_policy_is_damaged(book: BookBuilder) -> None:
    book.write("policy_versions/privacy/policy.yml", "title: [")


def a_version_is_published(book: BookBuilder) -> None:
    book.policy("privacy").version("2026-01-15")
    catalog = book.read().require()
    privacy = catalog.policy("privacy")
    write_lock(book.root, Lock().adding(privacy, privacy.versions[0]))


@pytest.mark.parametrize(
    ("before", "words", "message", "code"),
    [
        pytest.param(nothing, {"file": "privcy.md"}, "did you mean “privacy.md”?", 2, id="a misspelt path"),
        pytest.param(nothing, {"file": "old/Privacy.md"}, "did you mean “privacy.md”?", 2, id="another folder"),
        pytest.param(
            nothing, {"file": "empty.md"}, "contains no text in any commit", 2, id="a file that was always empty"
        ),
        pytest.param(nothing, {"policy": "../x"}, "expected a policy id", 2, id="a policy that is a path"),
        pytest.param(nothing, {"language": Language("fr")}, "add it to “languages”", 2, id="an unlisted language"),
        pytest.param(nothing, {"ref": "mian"}, "there are: main", 4, id="an unknown branch"),
        pytest.param(nothing, {"ref": "--output=x"}, "there is no branch", 4, id="an option instead of a branch"),
        pytest.param(nothing, {"source": "nowhere"}, "clone it first", 4, id="a missing folder"),
        pytest.param(
            nothing, {"source": "book"}, "is not in a git repository", 4, id="a folder that is not a repository"
        ),
        pytest.param(
            nothing, {"source": "book/policy_versions/book.yml"}, "book.yml", 4, id="a file that is not a bundle"
        ),
        pytest.param(one_version_is_there, {}, "privacy/2024-1-1: is there already", 2, id="an existing version"),
        pytest.param(
            one_version_is_there, {"language": Language("de")}, "expected en", 2, id="a language that is not binding"
        ),
        pytest.param(the_policy_is_damaged, {}, "privacy/policy.yml", 2, id="an unreadable policy"),
        pytest.param(
            a_version_is_published,
            {},
            "would get a number after that of the later",
            3,
            id="published versions that would be renumbered",
        ),
    ],
)
def test_invalid_import_is_rejected_and_nothing_is_written(
    source: Source,
    book: BookBuilder,
    tmp_path: Path,
    before: Callable[[BookBuilder], None],
    words: Mapping[str, Any],
    message: str,
    code: int,
) -> None:
    source.write("empty.md", "\n")
    source.state("# One\n", "2024-01-01T00:00:00Z")
    before(book)
    options = HistoryOptions(ref=words.get("ref"), language=words.get("language"))
    place = tmp_path / words["source"] if "source" in words else source.root
    files = contents(book.root)

    with pytest.raises(InforceError) as refused:
        import_history(book.root, place, words.get("file", "privacy.md"), words.get("policy", "privacy"), options)

    assert message in str(refused.value)
    assert refused.value.exit_code == code
    assert contents(book.root) == files


def test_import_with_ambiguous_branches_requires_an_explicit_branch(
    source: Source, book: BookBuilder, tmp_path: Path
) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    source.git("branch", "-q", "old")
    source.git("branch", "-q", "-m", "main", "new")
    bundle = bundled(source, tmp_path / "two.bundle", "--branches")

    with pytest.raises(HistoryError, match="there are: new, old"):
        imported(book, bundle)


def test_second_import_is_rejected(source: Source, book: BookBuilder) -> None:
    source.state("# One\n", "2024-01-01T00:00:00Z")
    imported(book, source.root)

    with pytest.raises(InforceError, match="existing versions are not overwritten"):
        imported(book, source.root)
