"""The docstrings of the public functions and classes describe every parameter, field and error; their examples run."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import enum
import importlib
import inspect
import json
import pydoc
import re
import sys
import textwrap
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.conftest import no_proxy, nothing_left_running  # noqa: F401 - used by every test here
from client.host import Host, answer
from client.receipts import receipt
from client.test_changes import STEP, book_of, publish, redlines_of
from client.world import START, Clock, document
from inforce.acceptance import Question, check_record, decide
from inforce.client import AsyncPolicies, Limits, Policies, ReceiptProblemError, RefusedError, parse_receipt
from inforce.client.changes import WantedChanges
from inforce.errors import DigestMismatchError, SetupError, ShapeError, SignatureError, UnknownVersionError

PACKAGES = ("inforce.acceptance", "inforce.redline", "inforce.client")
SITE = "https://policies.shop.example/"
NAIVE = datetime(2027, 3, 1)  # noqa: DTZ001 - a time without a zone is what the test is about
RECORD = {"policy": "terms", "seq": 1, "act": "accepted", "at": "2027-03-01T00:00:00Z", "subject": "u_8f3c"}

OTHER_TEXT = {**RECORD, "version": "1", "language": "en", "digest": f"sha256:{64 * '0'}", "serial": 1}


def asking(method: str, *arguments: Any, damaged: str = "", **options: Any) -> Callable[[type, Host], object]:
    """Return a call of `method` of a client of a host on which the file at the path `damaged` is another one."""

    def call(kind: type, host: Host) -> object:
        if damaged:
            host.at[damaged] = answer(b"{}")
        result = getattr(kind(host.url, clock=Clock()), method)(*arguments, **options)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    return call


def html_without_library(kind: type, host: Host) -> object:
    text: Any = asking("text", "terms", 2, "en")(kind, host)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.startswith(("inforce.markdown", "markdown_it"))]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "markdown_it", None)
        return text.html()


def changes_without_library(kind: type, host: Host) -> object:
    """Ask for changes that the site has not published, where the libraries to compare texts are missing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WantedChanges, "received", lambda *_: None)
        for name in [name for name in sys.modules if name.startswith(("inforce.redline", "inforce.rendering"))]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "diff_match_patch", None)
        return asking("changes", "terms", 2, 3, "en")(kind, host)


# Each documented error of a client, with a call that raises it.
CLIENT_ERRORS: list[tuple[str, type[Exception], Callable[[type, Host], object]]] = [
    ("", ValueError, lambda kind, _: kind("http://policies.shop.example/")),
    ("", SignatureError, lambda kind, _: kind(SITE, keys=[{}])),
    (".check", ShapeError, asking("check", [], {})),
    (".record", ShapeError, asking("record", b"{}", "u_8f3c", now=NAIVE)),
    (".record_form", ShapeError, asking("record_form", {}, "terms", "u_8f3c", now=NAIVE)),
    (".record", ReceiptProblemError, asking("record", b"{}", "u_8f3c")),
    (".check_receipt", ReceiptProblemError, asking("check_receipt", OTHER_TEXT)),
    (".record_form", ReceiptProblemError, asking("record_form", {}, "terms", "u_8f3c")),
    (".text", UnknownVersionError, asking("text", "terms", 9, "en")),
    (".text", DigestMismatchError, asking("text", "terms", 2, "en", damaged="/terms/2/en.md")),
    (".text", RefusedError, asking("text", "terms", 2, "en", damaged="/policies.json")),
    (".changes", UnknownVersionError, asking("changes", "terms", 2, 9, "en")),
    (".changes", DigestMismatchError, asking("changes", "terms", 2, 3, "en", damaged=STEP)),
    (".changes", SetupError, changes_without_library),
    (".changes", RefusedError, asking("changes", "terms", 2, 3, "en", damaged="/policies.json")),
]
# Each documented error, with a call that raises it on a host that has published a book.
ERRORS: list[tuple[str, type[Exception], Callable[[Host], object]]] = [
    ("acceptance.decide", ShapeError, lambda _: decide({"manifest": None, "now": "today", "subject": {"id": "u"}})),
    ("acceptance.check_record", ShapeError, lambda _: check_record({**RECORD, "seq": 0})),
    ("client.Limits", ValueError, lambda _: Limits(seconds=0)),
    ("client.parse_receipt", ReceiptProblemError, lambda _: parse_receipt(b"{}")),
    ("client.PolicyText.html", SetupError, partial(html_without_library, Policies)),
    *[
        (f"client.{kind.__name__}{method}", error, partial(call, kind))
        for kind in (Policies, AsyncPolicies)
        for method, error, call in CLIENT_ERRORS
    ],
]


# Each function that reads data of an app or a browser, with valid data.
READERS: dict[str, tuple[dict[str, Any], Callable[[Any], object]]] = {
    "acceptance.check_record": (RECORD, check_record),
    "acceptance.decide": (
        {
            "manifest": document(SITE),
            "now": "2027-03-01T00:00:00Z",
            "subject": {"id": "u_8f3c", "since": "2026-03-01T00:00:00Z", "linked": []},
            "state": {"records": [RECORD], "seen": {"terms": 1}, "deferred": {}},
            "clock_offset_seconds": 0,
            "audience": [],
            "languages": ["en"],
            "role": "server",
        },
        decide,
    ),
    "client.parse_receipt": (
        receipt(),
        lambda value: parse_receipt(json.dumps(value).encode()),
    ),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host that has published a book with one policy of three versions."""
    with Host() as host:
        catalog = book_of(host, tmp_path)
        publish(host, catalog, redlines_of(catalog, START))
        yield host


def public(packages: tuple[str, ...] = PACKAGES) -> dict[str, Any]:
    """Return every exported object, and the public functions and properties of every exported class, by name."""
    objects = {}
    for package in packages:
        module = importlib.import_module(package)
        for name in module.__all__:
            objects[f"{package}.{name}".removeprefix("inforce.")] = value = getattr(module, name)
            if inspect.isclass(value):
                objects |= {f"{package}.{name}.{of}".removeprefix("inforce."): each for of, each in members(value)}
    return objects


def members(owner: type) -> Iterator[tuple[str, Any]]:
    """Yield the functions and properties that a class of this project defines or inherits from one."""
    for base in owner.__mro__:
        for name, value in vars(base).items() if base.__module__.startswith("inforce.") else ():
            if not name.startswith("_") and isinstance(value, KINDS):
                yield name, getattr(owner, name) if isinstance(value, classmethod | staticmethod) else value


KINDS = (type(members), classmethod, staticmethod, property, cached_property)
OBJECTS = public()
DOCUMENTED = {name: value for name, value in OBJECTS.items() if isinstance(value, (type, *KINDS))}
VALUES = {name: value for name, value in OBJECTS.items() if name not in DOCUMENTED}
FUNCTIONS = {name: value for name, value in DOCUMENTED.items() if inspect.isfunction(value)}


def text_of(value: Any) -> str:
    """Return the docstring of `value`; that of a class with that of its constructor, as `help` shows both."""
    text = inspect.getdoc(value) or ""
    init = vars(value).get("__init__") or value.__init__ if inspect.isclass(value) else None
    return f"{text}\n\n{inspect.getdoc(init) or ''}" if inspect.isfunction(init) else text


def gaps(value: Any) -> list[str]:
    """Return what the docstring of `value` lacks."""
    text, found = text_of(value), list[str]()
    if not re.match(r"[A-Z][^\n]*(\n[^\n]+)*\.(\s|$)", text):
        found.append("no first sentence")
    if isinstance(value, property | cached_property):
        return found
    described = re.findall(r"^:param (\w+): \S", text, re.MULTILINE)
    listed = re.findall(r"^- `([^`]+)`: \S", text, re.MULTILINE)
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return [*found, *_difference([each.value for each in value], listed)]
    if typing.is_typeddict(value):
        fields = re.findall(r"^- `([^`]+)`: \S", text_of(decide), re.MULTILINE) if value is Question else listed
        return [*found, *_difference([*value.__annotations__], fields)]
    parameters = [each for each in inspect.signature(value).parameters.values() if each.name != "self"]
    found += [f"{each} hides parameters" for each in parameters if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    names = [each.name for each in parameters]
    return found + _difference(names, listed if inspect.isclass(value) and not described else described)


def _difference(expected: list[str], got: list[str]) -> list[str]:
    return [] if got == expected else [f"described {got}, expected {expected}"]


def documented_errors(value: Any) -> set[str]:
    return set(re.findall(r"^:raises (\w+): \S", text_of(value), re.MULTILINE))


def own_errors(function: Any) -> set[str]:
    """Return the names of the errors that the source of `function` raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return {each.func.id for each in raised if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_docstring_has_a_first_sentence_and_every_parameter_or_field(name: str) -> None:
    assert gaps(DOCUMENTED[name]) == []


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_errors_are_those_raised(name: str) -> None:
    assert documented_errors(DOCUMENTED[name]) == {error.__name__ for of, error, _ in ERRORS if of == name}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_error_raised_in_a_function_itself_is_documented(name: str) -> None:
    assert own_errors(FUNCTIONS[name]) <= documented_errors(FUNCTIONS[name])


@pytest.mark.parametrize(("name", "error", "call"), [pytest.param(*case, id=case[0]) for case in ERRORS])
def test_documented_error_is_raised(
    name: str, error: type[Exception], call: Callable[[Host], object], host: Host
) -> None:
    assert name in DOCUMENTED
    with pytest.raises(error) as raised:
        call(host)
    assert raised.type is error


@settings(max_examples=100, deadline=None)
@given(value=JSON, data=st.data())
@pytest.mark.parametrize("name", READERS)
def test_invalid_data_raises_only_documented_errors(name: str, value: object, data: st.DataObject) -> None:
    sample, call = READERS[name]
    field = data.draw(st.sampled_from(["", *sample]))
    changed = {**sample, field: value} if field else value
    with contextlib.suppress(*(error for of, error, _ in ERRORS if of == name)):
        call(changed)


@pytest.mark.parametrize("name", VALUES)
def test_docstring_of_the_package_names_every_exported_value(name: str) -> None:
    package, _, exported = name.partition(".")
    text = importlib.import_module(f"inforce.{package}").__doc__ or ""
    words = (exported, *map(str, typing.get_args(VALUES[name])))
    assert [word for word in words if f"`{word}`" not in text] == []


@pytest.mark.parametrize("name", DOCUMENTED)
def test_docstring_examples_print_the_shown_output(name: str, host: Host) -> None:
    package, _, of = name.partition(".")
    names = {**vars(importlib.import_module(f"inforce.{package}")), "asyncio": asyncio}
    names |= {kind.__name__: partial(kind, clock=Clock()) for kind in (Policies, AsyncPolicies)}
    names["policies"] = policies = Policies(host.url, clock=Clock())
    if "(body," in text_of(DOCUMENTED[name]):
        text = policies.text("terms", 3, "en")
        names["body"] = json.dumps(receipt(seq=3, version="3", digest=str(text.digest), subject="u_8f3c")).encode()
    examples = text_of(DOCUMENTED[name]).replace(SITE, host.url)
    test = doctest.DocTestParser().get_doctest(examples, names, of, None, None)
    results = doctest.DocTestRunner(verbose=False).run(test)
    assert results.failed == 0
    assert results.attempted > 0 or name not in FUNCTIONS


@pytest.mark.parametrize("kind", [Policies, AsyncPolicies])
def test_help_of_a_client_lists_all_parameters_of_its_methods(kind: type) -> None:
    shown = pydoc.plain(pydoc.render_doc(kind))
    methods = ("__init__", "check", "forms", "record", "record_form", "text", "changes", "refresh", "problem")
    for method in (getattr(kind, name) for name in methods):
        names = [*inspect.signature(method).parameters][1:]
        assert [name for name in names if f":param {name}: " not in shown] == []


def test_documented_names_include_all_public_objects() -> None:
    assert {"acceptance.decide", "redline.Redline.count", "redline.Redline.equal"} <= DOCUMENTED.keys()
    assert {"client.AsyncPolicies.check", "client.Policies.manifest", "client.parse_receipt"} <= DOCUMENTED.keys()
    assert {"acceptance.Reason", "redline.IN_OLD"} <= VALUES.keys()


def test_gap_in_a_docstring_is_reported() -> None:
    def added(old: str, depth: int = 0) -> str:
        """Return it.

        :param old: the text
        """
        return old * depth

    def hidden(**options: str) -> None:
        """Do it.

        :param options: what
        """

    def nameless(old: str) -> None:
        """:param old: the text"""

    class Form(TypedDict):
        """A form.

        - `seq`: a number
        """

        seq: int
        at: str

    class Kind(enum.StrEnum):
        """A kind."""

        ONE = "one"

    assert gaps(added) == ["described ['old'], expected ['old', 'depth']"]
    assert gaps(hidden) == ["**options: 'str' hides parameters"]
    assert gaps(nameless) == ["no first sentence"]
    assert gaps(Form) == ["described ['seq'], expected ['seq', 'at']"]
    assert gaps(Kind) == ["described [], expected ['one']"]


def test_undocumented_error_is_reported() -> None:
    def failing() -> None:
        """Fail.

        :raises KeyError: never
        """
        raise ValueError("no")

    assert (own_errors(failing), documented_errors(failing)) == ({"ValueError"}, {"KeyError"})
