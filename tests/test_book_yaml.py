"""The strict YAML parser: no implicit conversion, and every error has its line."""

from __future__ import annotations

import pytest
import yaml

from inforce.book import yaml as strict_yaml
from inforce.book.yaml import parse_yaml
from inforce.errors import FrontMatterError


@pytest.fixture(
    params=[
        pytest.param(yaml.SafeLoader, id="parser in Python"),
        pytest.param(getattr(yaml, "CSafeLoader", yaml.SafeLoader), id="parser in C where it is built in"),
    ],
    autouse=True,
)
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test with both parsers, which must agree."""
    monkeypatch.setattr(strict_yaml, "_LOADER", request.param)


@pytest.mark.parametrize(
    "written",
    [
        *("1.10", "1e3", "0o17", "017", "0x1F", "1_000", "-0", ".inf", ".nan", "12:30:45"),
        *("no", "NO", "yes", "on", "off", "true", "y", "null", "Null", "~"),
        *("2027-03-01", "2027-03-01T00:00:00Z", "=", "sha256:aa", "a#b", "http://x/"),
    ],
)
def test_scalars_are_not_converted(written: str) -> None:
    assert parse_yaml(f"a: {written}\nb: [{written}]\n", "x.yml")[0] == {"a": written, "b": [written]}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("", None, id="an empty file"),
        pytest.param("# a comment\n", None, id="a comment alone"),
        pytest.param("---\n", None, id="only the start of a document"),
        pytest.param("a:\n", {"a": ""}, id="a field without a value is empty text"),
        pytest.param("- \n- x\n", ["", "x"], id="so is an item without a value"),
        pytest.param("'null': \"\\u00e9\"\n", {"null": "é"}, id="quotes and escapes"),
        pytest.param("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}, id="literal lines"),
        pytest.param("a: >-\n  one\n  two\n", {"a": "one two"}, id="folded lines"),
        pytest.param("a: 'x\n  y'\n", {"a": "x y"}, id="a quote over two lines"),
        pytest.param("---\na: b\n...\n", {"a": "b"}, id="one document with both its ends"),
        pytest.param("a: {b: [c, {d: e}]}\n", {"a": {"b": ["c", {"d": "e"}]}}, id="flow style"),
        pytest.param("'<<': x\n", {"<<": "x"}, id="a quoted name is a name"),
        pytest.param("a: b # c\n", {"a": "b"}, id="a comment behind a value"),
        pytest.param("a: 名前\r\nb: é\r\n", {"a": "名前", "b": "é"}, id="other scripts, line ends of Windows"),
    ],
)
def test_common_yaml_is_accepted(text: str, data: object) -> None:
    assert parse_yaml(text, "x.yml")[0] == data


REFUSED = [
    pytest.param("a: 1\nb: 2\na: 3\n", 3, "“a” occurs twice", "keep one of the two", id="a duplicate key"),
    pytest.param("m:\n  a: 1\n  'a': 2\n", 3, "“a” occurs twice", "keep one", id="a duplicate key, once in quotes"),
    pytest.param("a: &x 1\nb: 2\n", 1, "“&x” is an anchor", "write the value out where it is needed", id="an anchor"),
    pytest.param("a: 1\nb: *x\n", 2, "“*x” is an alias", "write the value out", id="an alias"),
    pytest.param(
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "“&a” is an anchor", "write the value out", id="an alias bomb"
    ),
    pytest.param("a: 1\n<<: {b: 2}\n", 2, "“<<” is a merge key", "write the fields out", id="a merge key"),
    pytest.param("a: 1\nb: !!int 2\n", 2, "“tag:yaml.org,2002:int” is a tag", "delete it", id="a type"),
    pytest.param(
        "a: !!python/object/apply:os.system [id]\n",
        1,
        "“tag:yaml.org,2002:python/object/apply:os.system” is a tag",
        "delete it",
        id="an object of Python",
    ),
    pytest.param("a: !x 2\n", 1, "“!x” is a tag", "delete it: every value is read as plain text", id="a tag of ours"),
    pytest.param("a: ! 2\n", 1, "“!” is a tag", "delete it", id="a tag without a name"),
    pytest.param(
        "a: 1\n---\nb: 2\n", 2, "a second YAML document begins here", "delete the “---” line", id="a second document"
    ),
    pytest.param(
        "%YAML 1.1\n---\na: 1\n", 1, "YAML directives are not allowed", "delete the “%” line", id="a directive"
    ),
    pytest.param(
        "%TAG ! x:\n---\na: 1\n", 1, "YAML directives are not allowed", "delete the “%” line", id="a tag directive"
    ),
    pytest.param("a: 1\n? [b]\n: 2\n", 2, "a list or mapping is used as a key", "put a plain word", id="a list as key"),
    pytest.param(
        "a: 1\n? {b: c}\n: 2\n", 2, "a list or mapping is used as a key", "put a plain", id="a mapping as key"
    ),
    pytest.param("a: {'': 1}\n", 1, "a value has no key", "put a plain word before the colon", id="an empty key"),
    pytest.param(
        "a: 1\nb: " + "[" * 12 + "]" * 12, 2, "nested more than 12 levels deep", "flatten it", id="thirteen levels"
    ),
    pytest.param("a: " + "[" * 50_000, 1, "nested more than 12 levels deep", "flatten it", id="fifty thousand levels"),
    pytest.param("a: 1\nb:\t\t- x\n\t- y\n", None, "this is not valid YAML: ", "", id="tabs among a list"),
    pytest.param(
        "a:\n\tb: 1\n", 2, "this is not valid YAML: ", "indent with spaces, not tabs", id="a tab as indentation"
    ),
    pytest.param(
        "a: 1\nb: @x\n", 2, "this is not valid YAML: ", "indent with spaces, not tabs; quote a value", id="an at sign"
    ),
    pytest.param(
        "a: 1\nb: x: y\n", 2, "this is not valid YAML: ", "put a value that contains “: ” into quot", id="two colons"
    ),
    pytest.param(
        'a: 1\nb: "x\nc: 2\n', 2, "this is not valid YAML: ", "close the quotation mark", id="an open quotation mark"
    ),
    pytest.param("a: 1\nb c\nd: 2\n", 2, "this is not valid YAML: ", "put a colon and a space after", id="no colon"),
    pytest.param(
        "a: {b: 1\nc: 2\n", 2, "this is not valid YAML: ", "close the bracket, or put a comma", id="an open bracket"
    ),
    pytest.param("a: 1\n  b: 2\n", 2, "this is not valid YAML: ", "", id="one blank too many"),
    pytest.param("a: [1]]\n", 1, "this is not valid YAML: ", "check the indentation", id="a bracket too many"),
    pytest.param("%YAML 9.9\n---\na: 1\n", 1, "this is not valid YAML: ", "", id="an unsupported YAML version"),
    pytest.param(
        f"? {'a' * 201}\n: 1\n", 1, "a key has more than 200 characters", "shorten it", id="a key of 201 characters"
    ),
    pytest.param("a: 1\n" * 20_000, 1, "is longer than 64 KiB", "shorten it", id="a hundred kilobytes"),
    pytest.param("a: '" + "x" * 70_000 + "'", 1, "is longer than 64 KiB", "shorten it", id="one huge value"),
]


@pytest.mark.parametrize(("text", "line", "problem", "fix"), REFUSED)
def test_error_prone_yaml_features_are_rejected_with_a_line(
    text: str, line: int | None, problem: str, fix: str
) -> None:
    with pytest.raises(FrontMatterError) as refused:
        parse_yaml(text, "x.yml")
    assert refused.value.problem.startswith(problem)
    assert refused.value.fix.startswith(fix)
    assert refused.value.fix
    assert line is None or refused.value.place.line == line
    assert (refused.value.place.path, refused.value.rule) == ("x.yml", "META-yaml")


INVISIBLE = {
    "NUL": "\0",
    "bell": "\a",
    "escape": "\x1b",
    "delete": "\x7f",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "byte order mark": "\ufeff",
    "no character": "\uffff",
    "half a surrogate pair": "\ud800",
}


@pytest.mark.parametrize("sign", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_invisible_characters_are_rejected_even_in_comments(sign: str) -> None:
    for text in (f"a: 1\r\n\r\nb: x{sign}y\r\n", f"a: 1\n# one\n# a{sign}b: 2\n"):
        with pytest.raises(FrontMatterError) as refused:
            parse_yaml(text, "x.yml")
        assert refused.value.problem == f"this line contains an invisible character (U+{ord(sign):04X})"
        assert refused.value.place.line == 3


@pytest.mark.parametrize("escape", ["\\0", "\\a", "\\e", "\\N", "\\L", "\\P", "\\x07", "\\u0085", "\\uFEFF"])
def test_escaped_invisible_characters_are_rejected(escape: str) -> None:
    for text in (f'a: 1\nb: "x{escape}y"\n', f'a: 1\n"x{escape}": 2\n'):
        with pytest.raises(FrontMatterError, match="this line contains an invisible character") as refused:
            parse_yaml(text, "x.yml")
        assert refused.value.place.line == 2


def test_escaped_lone_surrogate_is_rejected() -> None:
    with pytest.raises(FrontMatterError):
        parse_yaml('a: "\\ud800"\n', "x.yml")


def test_lines_are_counted_from_the_start_of_the_file() -> None:
    with pytest.raises(FrontMatterError) as refused:
        parse_yaml("a: 1\na: 2\n", "en.md", first_line=2)
    assert str(refused.value.place) == "en.md:3"
    with pytest.raises(FrontMatterError) as refused:
        parse_yaml("a: 1\nb: x: y\n", "en.md", first_line=2)
    assert str(refused.value.place) == "en.md:3"


def test_fields_have_their_line() -> None:
    _, lines = parse_yaml("# top\na: 1\nm:\n  b: |\n    x\n    y\n  c: [x,\n    y]\nl:\n- t: 1\n- t: 2\n", "x.yml")
    summary = " ".join(f"{member or 'all'}:{line}" for member, line in lines.items())
    assert summary == "all:2 a:2 m:3 m.b:4 m.c:7 m.c[0]:7 m.c[1]:8 l:9 l[0]:10 l[0].t:10 l[1]:11 l[1].t:11"


def test_names_in_messages_are_printable_and_truncated() -> None:
    with pytest.raises(FrontMatterError) as refused:
        parse_yaml(f"{'n' * 150}: 1\n{'n' * 150}: 1\n", "x.yml")
    assert refused.value.problem == f"“{'n' * 60}…” occurs twice"
