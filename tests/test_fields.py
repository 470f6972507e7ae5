"""Typed access to fields: errors contain the path of the field, and unknown fields are rejected."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import pytest

from inforce.errors import Place, SettingsError, ShapeError
from inforce.fields import Fields, LenientFields, Source, did_you_mean, number_within, one_of, truth, whole_number


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


DATA: dict[str, object] = {
    "name": "Ada",
    "blank": "  ",
    "number": 7,
    "yes": True,
    "half": 0.5,
    "none": None,
    "list": ["1", "x"],
    "colour": "gren",
    "inner": {"deep": {}},
    "rows": [{"a": "1"}, "b"],
}


@pytest.mark.parametrize(
    ("take", "message"),
    [
        pytest.param(lambda s: s.text("nam"), "nam is missing (is “name” a misspelling of it?)", id="a misspelt field"),
        pytest.param(lambda s: s.text("zzz"), "zzz is missing (add “zzz: …”)", id="a missing field"),
        pytest.param(
            lambda s: s.text("blank"), "blank is empty (enter a value, or delete the line)", id="an empty field"
        ),
        pytest.param(lambda s: s.text("list"), "list: expected text, got a list", id="a list for a text"),
        pytest.param(lambda s: s.text("none"), "none: expected text, got nothing", id="null for a text"),
        pytest.param(lambda s: s.text("number"), "number: expected text, got a number", id="a number for a text"),
        pytest.param(lambda s: s.integer("yes"), "yes: expected a whole number, got true or false", id="true is no 1"),
        pytest.param(lambda s: s.integer("half"), "half: expected a whole number, got a fraction", id="a fraction"),
        pytest.param(
            lambda s: s.choice("colour", Colour),
            "colour: expected one of red, green, got “gren” – did you mean “green”?",
            id="a misspelt word",
        ),
        pytest.param(
            lambda s: s.items("name"),
            "name: expected a list, got text (put “- ” before each item)",
            id="an item instead of a list",
        ),
        pytest.param(
            lambda s: s.texts("list", whole_number), "list[1]: expected a whole number, got “x”", id="an item of a list"
        ),
        pytest.param(
            lambda s: s.shape("name"),
            "name: expected fields such as “name: value”, got text",
            id="text instead of fields",
        ),
        pytest.param(
            lambda s: s.shape("inner").shape("deep").text("x"),
            "inner.deep.x is missing (add “x: …”)",
            id="deeply nested",
        ),
        pytest.param(
            lambda s: s.shapes("rows"), "rows[1]: expected fields such as “name: value”, got text", id="a row"
        ),
        pytest.param(
            lambda s: s.parsed("name", truth),
            "name: expected “true” or “false”, got “Ada”",
            id="an error of the parser",
        ),
    ],
)
def test_error_states_the_path_of_the_field(take: Callable[[Fields], object], message: str) -> None:
    with pytest.raises(ShapeError) as refused:
        take(Fields(DATA))
    assert str(refused.value) == message


JSON: dict[str, object] = {
    "null": None,
    "blank": " ",
    "one": 1,
    "seven": 7.0,
    "half": 6.5,
    "huge": 2**53,
    "infinite": float("inf"),
    "true": True,
    "sevens": [7.0],
    "halves": [6.5],
    "zeros": [0],
    "by": {"a": "b"},
}


def test_valid_value_is_returned() -> None:
    shape = Fields({"a": "x", "n": 7, "l": ["1", "2"], "c": "red", "m": {"b": "y"}, "r": [{"b": "z"}]})
    assert (shape.text("a"), shape.integer("n"), shape.texts("l", whole_number)) == ("x", 7, (1, 2))
    assert (shape.choice("c", Colour), shape.shape("m").text("b")) == (Colour.RED, "y")
    assert [row.text("b") for row in shape.shapes("r")] == ["z"]
    shape.close()


def test_default_is_used_only_if_the_field_is_absent() -> None:
    shape = Fields({})
    assert shape.text("a", "x") == "x"
    assert shape.integer("b", 3) == 3
    assert shape.choice("c", Colour, Colour.RED) is Colour.RED
    assert shape.texts("d", whole_number, ()) == ()
    assert shape.shapes("e", ()) == ()
    with pytest.raises(ShapeError, match="a is empty"):
        Fields({"a": ""}).text("a", "x")


def test_data_that_is_not_a_mapping_is_rejected() -> None:
    with pytest.raises(SettingsError, match=r"^the document: expected fields such as “name: value”, got a list$"):
        Fields([], error=SettingsError)


@pytest.mark.parametrize(
    ("extra", "fix"),
    [
        pytest.param("ttile", "did you mean “title”?", id="near a required member that is absent"),
        pytest.param("withdrawm", "did you mean “withdrawn”?", id="near an optional member that is absent"),
        pytest.param("Title", "did you mean “title”?", id="in upper case"),
        pytest.param("zzz", "delete it; known fields: kind, title, withdrawn", id="no similar field"),
        pytest.param("kinds", "delete it; known fields: kind, title, withdrawn", id="similar to an existing field"),
    ],
)
def test_unknown_field_is_rejected_with_a_suggestion(extra: str, fix: str) -> None:
    shape = Fields({"kind": "terms", extra: "x"}, "policy")
    shape.text("kind")
    shape.text("title", "")
    assert "withdrawn" not in shape
    with pytest.raises(ShapeError) as refused:
        shape.close()
    assert (refused.value.path, refused.value.problem) == (f"policy.{extra}", "is not a known field here")
    assert refused.value.fix == fix


@pytest.mark.parametrize("text", ["0", "7", "007", "999999999"])
def test_whole_numbers_in_decimal_digits_are_accepted(text: str) -> None:
    assert whole_number(text) == int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "0x1f", "0o17", "1_000", " 1", "٣", "1000000000"])
def test_other_number_formats_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number, got “"):
        whole_number(text)


def test_number_out_of_range_is_rejected() -> None:
    read = number_within(1, 366)
    assert (read("1"), read("366")) == (1, 366)
    for text in ("0", "367"):
        with pytest.raises(ValueError, match=f"expected a whole number from 1 to 366, got “{text}”"):
            read(text)


@pytest.mark.parametrize("text", ["yes", "no", "True", "on", "1", ""])
def test_only_true_and_false_are_booleans(text: str) -> None:
    assert (truth("true"), truth("false")) == (True, False)
    with pytest.raises(ValueError, match="expected “true” or “false”"):
        truth(text)


@pytest.mark.parametrize(
    ("word", "hint"), [("matrial", " – did you mean “material”?"), ("NOTICE", " – did you mean “notice”?"), ("x", "")]
)
def test_likely_spelling_is_suggested(word: str, hint: str) -> None:
    assert did_you_mean(word, ["material", "notice"]) == hint


@pytest.mark.parametrize(
    ("member", "line"),
    [
        pytest.param("title.en", 3, id="an existing field"),
        pytest.param("title.de", 2, id="a missing field: its parent"),
        pytest.param("summary[1].text", 7, id="a field of an item"),
        pytest.param("summary[9].text", 5, id="a missing item: its list"),
        pytest.param("kind", 1, id="a missing top-level field: the document"),
        pytest.param("", 1, id="the whole"),
    ],
)
def test_source_returns_the_line_of_the_closest_known_field(member: str, line: int) -> None:
    lines = {"": 1, "title": 2, "title.en": 3, "summary": 5, "summary[0]": 6, "summary[1]": 7}
    assert Source(path="a.yml", lines=lines).place(member) == Place(path="a.yml", line=line)


def test_source_without_lines_returns_the_file() -> None:
    assert Source(path="a.yml").place("a.b[1].c", section="data") == Place(path="a.yml", section="data")


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (lambda s: s.text("absent"), "absent is missing"),
        (lambda s: s.text("null"), "null is missing"),
        (lambda s: s.text("one"), "one: expected text, got a number"),
        (lambda s: s.integer("half"), "half: expected a whole number, got a fraction"),
        (lambda s: s.integer("true"), "true: expected a whole number, got true or false"),
        (lambda s: s.integer("huge"), "huge: expected a whole number, got a number"),
        (lambda s: s.integer("one", least=2), "one: expected a whole number from 2, got 1"),
        (lambda s: s.counts("halves"), "halves: expected a list of whole numbers from 1"),
        (lambda s: s.counts("zeros"), "zeros: expected a list of whole numbers from 1"),
        (lambda s: s.words("zeros"), "zeros: expected a list of texts"),
        (lambda s: s.number("blank"), "blank: expected a number, got text"),
        (lambda s: s.number("true"), "true: expected a number, got true or false"),
        (lambda s: s.number("infinite"), "infinite: expected a number, got a fraction"),
        (lambda s: s.flag("one"), "one: expected true or false, got a number"),
        (lambda s: s.mapping("one"), "one: expected an object, got a number"),
        (lambda s: s.shape("one"), "one: expected an object, got a number"),
        (lambda s: s.shape("by").integer("a"), "by.a: expected a whole number, got text"),
        (lambda s: s.by_name("by", LenientFields.integer), "by.a: expected a whole number, got text"),
        (lambda s: s.parsed("blank", one_of(("a", "b"))), "blank: expected one of a, b, got “ ”"),
    ],
)
def test_value_that_a_browser_does_not_accept_is_rejected_with_its_path(
    take: Callable[[Fields], object], message: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        take(LenientFields(JSON))
    assert str(refused.value) == message


def test_lenient_fields_read_json_as_a_browser_does() -> None:
    shape = LenientFields(JSON)
    assert (shape.text("blank"), shape.text("null", "x"), shape.integer("seven"), shape.number("half")) == (
        " ",
        "x",
        7,
        6.5,
    )
    assert (shape.counts("sevens"), shape.counts("null", ()), shape.words("null", ())) == ((7,), (), ())
    assert (shape.flag("true"), shape.flag("null", None), shape.integer("null", None)) == (True, None, None)
    assert (shape.by_name("null", LenientFields.text), shape.by_name("by", LenientFields.text)) == ({}, {"a": "b"})
    assert (shape.parsed("blank", str.strip), shape.parsed("null", str.strip, None)) == ("", None)
    assert (shape.mapping("by"), shape.mapping("null", {}), shape.names()) == ({"a": "b"}, {}, tuple(JSON))
    assert "null" in shape
    assert "absent" not in shape
    with pytest.raises(ShapeError, match=r"^the document: expected an object, got a list$"):
        LenientFields([])


def test_null_is_a_wrong_value_in_a_strict_document() -> None:
    for take in (Fields.text, Fields.integer, Fields.counts, Fields.words, Fields.flag):
        with pytest.raises(ShapeError, match=r"^null: expected "):
            take(Fields(JSON), "null", None)  # type: ignore[operator]  # each of them takes a name and a default
