"""Names of policies and files: valid as a folder on every system, and in URLs."""

from __future__ import annotations

import pytest

from inforce.book.paths import collisions, edition_language, policy_id
from inforce.errors import LayoutError


@pytest.mark.parametrize("name", ["privacy", "terms-of-service", "a", "2fa", "cookies2027", "a" * 63])
def test_valid_policy_ids_are_accepted(name: str) -> None:
    assert policy_id(name) == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("", "expected a policy id of lower-case", id="nothing"),
        pytest.param("..", "expected a policy id", id="the folder above"),
        pytest.param("../x", "expected a policy id", id="a path out of the book"),
        pytest.param("a/b", "expected a policy id", id="a folder in a folder"),
        pytest.param("a\\b", "expected a policy id", id="a path of Windows"),
        pytest.param("-a", "expected a policy id", id="a command-line option"),
        pytest.param("Privacy", "expected a policy id", id="upper case"),
        pytest.param("privacy.", "expected a policy id", id="a trailing dot"),
        pytest.param("privacy ", "expected a policy id", id="a trailing blank"),
        pytest.param("privacy\n", "expected a policy id", id="a trailing line end"),
        pytest.param("datenschutz-für-alle", "expected a policy id", id="an umlaut"),
        pytest.param("隐私", "expected a policy id", id="Chinese"),
        pytest.param("рrivacy", "expected a policy id", id="a Cyrillic letter that looks Latin"),
        pytest.param("a" * 64, "expected a policy id", id="too long for a host name or a screen"),
        pytest.param("a\udcff", "expected a policy id of lower-case letters", id="bytes that are not UTF-8"),
        pytest.param("CON", "expected a policy id", id="a device in upper case"),
        pytest.param("con", "“con” cannot be a policy id: Windows reserves this name for a device", id="a device"),
        pytest.param("com1", "“com1” cannot be a policy id: Windows", id="another device"),
        pytest.param("search", "“search” cannot be a policy id: the site uses this path", id="a reserved path"),
    ],
)
def test_invalid_policy_ids_are_rejected(name: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"(?s).") as refused:
        policy_id(name)
    assert str(refused.value).startswith(problem)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(("file", "tag"), [("en.md", "en"), ("zh-Hans.md", "zh-Hans"), ("pt-BR.md", "pt-BR")])
def test_file_name_determines_the_language(file: str, tag: str) -> None:
    assert str(edition_language(file, file)) == tag


@pytest.mark.parametrize(
    ("file", "problem", "fix"),
    [
        pytest.param(
            "pt-br.md", "expected the spelling “pt-BR”, got “pt-br”", "rename the file to “pt-BR.md”", id="case"
        ),
        pytest.param(
            "iw.md", "expected the spelling “he”, got “iw”", "rename the file to “he.md”", id="a retired code"
        ),
        pytest.param("README.md", "expected a language tag", "name the file after the language", id="no language"),
        pytest.param("de/../x.md", "expected a language tag", "name the file after the language", id="a path"),
        pytest.param("en.md.md", "expected a language tag", "name the file after the language", id="two endings"),
        pytest.param(
            "con.md", "Windows reserves this name for a device", "add the script, such as “con-Latn.md”", id="device"
        ),
    ],
)
def test_invalid_file_name_is_rejected_with_the_correct_one(file: str, problem: str, fix: str) -> None:
    with pytest.raises(LayoutError) as refused:
        edition_language(file, f"a/{file}")
    assert (str(refused.value.place), refused.value.rule) == (f"a/{file}", "META-language")
    assert refused.value.problem.startswith(problem)
    assert refused.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("names", "count"),
    [
        pytest.param(["en.md", "de.md"], 0, id="two names"),
        pytest.param(["pt-br.md", "pt-BR.md"], 1, id="upper and lower case"),
        pytest.param(["é.md", "e\u0301.md"], 1, id="decomposed letters"),
        pytest.param(["STRASSE", "straße"], 1, id="sharp s"),
        pytest.param(["a", "A", "a"], 2, id="three of one"),
    ],
)
def test_names_that_collide_on_some_file_systems_are_reported(names: list[str], count: int) -> None:
    faults = collisions(names, "policy_versions/x")
    assert len(faults) == count
    assert {fault.rule for fault in faults} <= {"PATH-collision"}
    assert all(str(fault).startswith("policy_versions/x/") for fault in faults)


def test_collision_message_lists_both_names() -> None:
    (fault,) = collisions(["Pt.md", "pt.md"], "p")
    assert str(fault) == "p/pt.md: “Pt.md” and “pt.md” are the same file on many systems\n  keep one of the two"
