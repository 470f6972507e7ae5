"""The package follows the architecture rules, and each rule detects violations."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import architecture
from architecture import Modules, read_package

ROOT = Path(__file__).parent.parent
TOOLING = ROOT / "tooling"

Law = Callable[[Modules], Iterator[str]]
LAWS: tuple[Law, ...] = (
    architecture.imports_run_down,
    architecture.nothing_in_a_circle,
    architecture.edges_alone_touch_the_world,
    architecture.each_library_has_one_door,
    architecture.cli_calls_the_site_through_one_function,
    architecture.environment_is_read_at_the_edge,
    architecture.page_kinds_are_not_compared,
    architecture.everything_is_small,
    architecture.class_names_are_unique,
    architecture.the_plan_lists_the_rooms,
)


@pytest.fixture(scope="module")
def package() -> Modules:
    return read_package(TOOLING / architecture.PACKAGE)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.replace("_", " "))
def test_package_follows_architecture_rule(package: Modules, law: Law) -> None:
    assert list(law(package)) == []


def test_files_outside_the_package_are_within_the_line_limit() -> None:
    assert list(architecture.everything_is_small(read_package(TOOLING))) == []


def tracked() -> list[Path]:
    """Return the files of the repository; in an unpacked archive without git, all files that no tool created."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        files = [ROOT / name for name in listed.decode().rstrip("\0").split("\0")]
    else:
        made_here = (ROOT / ".gitignore").read_text("utf-8").split()
        files = [
            path
            for path in ROOT.rglob("*")
            if not any(fnmatch(f"{part}/", pattern) for part in path.parts for pattern in made_here)
        ]
    return [path for path in files if path.is_file()]


def test_no_machine_specific_paths_are_tracked() -> None:
    assert ROOT / "pyproject.toml" in tracked()
    assert list(architecture.nothing_of_one_machine(tracked())) == []


def test_contributing_page_lists_the_floors() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    documented = {room: int(floor) for floor, rooms in rows for room in re.findall(r"`([\w.]+)`", rooms)}
    assert documented == {room: floor for room, floor in architecture.FLOORS.items() if room not in ("", "__main__")}


def house(folder: Path, sources: dict[str, str]) -> Modules:
    """Create a package of `sources`, by file name below the package, each with a docstring, and read it."""
    for name, source in sources.items():
        file = folder / architecture.PACKAGE / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'"""It says what it is."""\n{source}\n', "utf-8")
    return read_package(folder / architecture.PACKAGE)


UPWARDS = [
    pytest.param(
        {"text.py": "from inforce.book import read", "book/read.py": ""},
        "inforce.text:2 imports inforce.book.read: floor 2 must not know floor 6",
        id="an import of a higher floor",
    ),
    pytest.param(
        {"text.py": "if TYPE_CHECKING:\n    import inforce.policy", "policy.py": ""},
        "inforce.text:3 imports inforce.policy: floor 2 must not know floor 3",
        id="an import for types only",
    ),
    pytest.param(
        {"text.py": "def late():\n    from inforce import policy", "policy.py": ""},
        "inforce.text:3 imports inforce.policy: floor 2 must not know floor 3",
        id="an import inside a function",
    ),
    pytest.param(
        {"text.py": "import_module('inforce.policy')", "policy.py": ""},
        "inforce.text:2 imports inforce.policy: floor 2 must not know floor 3",
        id="an import by a literal name",
    ),
    pytest.param(
        {"markdown/__init__.py": "", "markdown/reader.py": "from ..policy import Policy", "policy.py": ""},
        "inforce.markdown.reader:2 imports inforce.policy: floor 2 must not know floor 3",
        id="a relative import",
    ),
    pytest.param(
        {"text.py": "from inforce.markdown import parse", "markdown.py": ""},
        "inforce.text:2 imports inforce.markdown: rooms on one floor are strangers",
        id="an import from a room on the same floor",
    ),
    pytest.param(
        {"__init__.py": "from inforce.text import Digest", "text.py": ""},
        "inforce:2 imports inforce.text: floor 0 must not know floor 2",
        id="a package that knows its rooms",
    ),
    pytest.param(
        {"attic/box.py": ""},
        "inforce.attic.box: the room “attic” stands on no floor of the plan",
        id="a room missing in the plan",
    ),
]


@pytest.mark.parametrize(("sources", "sentence"), UPWARDS)
def test_import_from_the_same_or_a_higher_floor_is_reported(
    tmp_path: Path, sources: dict[str, str], sentence: str
) -> None:
    assert list(architecture.imports_run_down(house(tmp_path, sources))) == [sentence]


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param({"policy.py": "from inforce.text import Digest", "text.py": ""}, id="from a lower floor"),
        pytest.param({"policy/a.py": "from inforce.policy.b import B", "policy/b.py": ""}, id="inside the room"),
        pytest.param({"text.py": "from inforce import __version__", "__init__.py": ""}, id="the version"),
        pytest.param({"__main__.py": "from inforce.cli import main", "cli/__init__.py": ""}, id="the front door"),
    ],
)
def test_import_from_a_lower_floor_is_allowed(tmp_path: Path, sources: dict[str, str]) -> None:
    assert list(architecture.imports_run_down(house(tmp_path, sources))) == []


def test_import_cycle_is_reported(tmp_path: Path) -> None:
    modules = house(tmp_path, {"policy/a.py": "import inforce.policy.b", "policy/b.py": "from .a import A"})
    (sentence,) = architecture.nothing_in_a_circle(modules)
    assert sentence.startswith("a circle: ")
    assert {"inforce.policy.a", "inforce.policy.b"} <= set(sentence.replace("a circle: ", "").split(" → "))


WORLDLY = [
    ("import os", "disk through os"),
    ("from os import environ", "disk through os"),
    ("import os.path as where", "disk through os"),
    ("from pathlib import Path", "disk through pathlib.Path"),
    ("import pathlib\npathlib.Path('x')", "disk through pathlib.Path"),
    ("def size(path):\n    return path.read_bytes()", "disk through .read_bytes()"),
    ("open('x')", "disk through builtins.open"),
    ("print('x')", "reader through builtins.print"),
    ("import io\nio.open('x')", "disk through io.open"),
    ("import sys\nsys.stdin.read()", "machine through sys.stdin"),
    ("import subprocess", "machine through subprocess"),
    ("import socket", "network through socket"),
    ("from urllib.request import urlopen", "network through urllib.request"),
    ("import time", "clock through time"),
    ("from datetime import datetime\ndatetime.now()", "clock through datetime.datetime.now"),
    ("import datetime as d\nd.date.today()", "clock through datetime.date.today"),
    ("import random", "chance through random"),
    ("from uuid import uuid4", "chance through uuid.uuid4"),
    ("import logging", "reader through logging"),
    ("from importlib import resources", "disk through importlib.resources"),
]


@pytest.mark.parametrize(("source", "what"), WORLDLY, ids=[source for source, _ in WORLDLY])
def test_side_effect_in_core_is_reported(tmp_path: Path, source: str, what: str) -> None:
    sentences = list(architecture.edges_alone_touch_the_world(house(tmp_path, {"text.py": source})))
    assert sentences
    assert all(sentence.endswith(f"touches the {what}") for sentence in sentences)


PURE = [
    "from pathlib import PurePosixPath\nPurePosixPath('a') / 'b'",
    "import io\nio.BytesIO(b'').read()",
    "import sys\nsys.maxunicode",
    "from uuid import UUID, uuid5",
    "from datetime import datetime\ndef at(now: datetime) -> datetime:\n    return now",
    "from zoneinfo import ZoneInfo",
    "context.now",
    "def open_list(): ...",
    "class Writer:\n    open: list[str]",
]


@pytest.mark.parametrize("source", PURE)
def test_pure_computation_in_core_is_allowed(tmp_path: Path, source: str) -> None:
    assert list(architecture.edges_alone_touch_the_world(house(tmp_path, {"text.py": source}))) == []


@pytest.mark.parametrize("room", ["book", "signing", "site", "cli", "client", "review", "verification"])
def test_side_effects_in_outer_rooms_are_allowed(tmp_path: Path, room: str) -> None:
    assert list(architecture.edges_alone_touch_the_world(house(tmp_path, {f"{room}.py": "import os"}))) == []


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        pytest.param("site.py", "import click", "imports click, whose door is cli", id="through the wrong door"),
        pytest.param("text.py", "import numpy", "imports numpy, whose door is not in the plan", id="without a door"),
    ],
)
def test_library_import_outside_its_room_is_reported(tmp_path: Path, name: str, source: str, sentence: str) -> None:
    (violation,) = architecture.each_library_has_one_door(house(tmp_path, {name: source}))
    assert violation.endswith(sentence)


def test_library_import_in_its_room_is_allowed(tmp_path: Path) -> None:
    sources = {"cli/status.py": "import click", "book/strict.py": "import yaml", "text.py": "import hashlib"}
    assert list(architecture.each_library_has_one_door(house(tmp_path, sources))) == []


OTHER_WAYS = [
    pytest.param("cli/a.py", "from inforce.site.book import read_publication", "site.book", id="another function"),
    pytest.param("cli/a.py", "def late():\n    import inforce.site", "inforce.site,", id="the whole room"),
    pytest.param("site/a.py", "import pickle", "processes exchange JSON", id="pickle"),
    pytest.param("site/a.py", "from pickle import loads", "processes exchange JSON", id="a function of pickle"),
    pytest.param("cli/a.py", "import re\nimport subprocess", "not with patterns", id="patterns for output"),
]


@pytest.mark.parametrize(("name", "source", "words"), OTHER_WAYS)
def test_unlisted_imports_from_site_in_cli_are_reported(tmp_path: Path, name: str, source: str, words: str) -> None:
    (violation,) = architecture.cli_calls_the_site_through_one_function(house(tmp_path, {name: source}))
    assert words in violation


def test_cli_may_import_the_builder(tmp_path: Path) -> None:
    source = "from inforce.site.build.builder import build_site\nfrom inforce.site.build.options import BuildOptions"
    assert list(architecture.cli_calls_the_site_through_one_function(house(tmp_path, {"cli/a.py": source}))) == []


READS = [
    "import os\nos.environ.get('X')",
    "import os\nname = os.environ",
    "from os import environ",
    "import os\nos.getenv('X')",
    "from os import getenv as read",
    "import os as system\nsystem.environ['X']",
]


COMPARISONS = [
    "if page.kind is PageKind.HOME: ...",
    "x = page.kind == HOME",
    "x = page.kind.name in ('home', 'policy')",
    "x = [page for page in pages if 'home' == page.kind.name]",
    "x = one.kind.name != 'home'",
    "match page.kind:\n    case _: ...",
    "match outline.kind.name:\n    case 'home': ...",
    "from inforce.publication.pages.home import KIND",
    "from inforce.publication.pages import home",
]


@pytest.mark.parametrize("source", COMPARISONS)
def test_comparison_with_a_page_kind_is_reported(tmp_path: Path, source: str) -> None:
    home = "KIND = PageKind(name='home')"
    sources = {"publication/pages/__init__.py": "", "publication/pages/home.py": home, "site/a.py": source}
    (violation,) = architecture.page_kinds_are_not_compared(house(tmp_path, sources))
    assert violation.startswith("inforce.site.a:")


def test_access_to_fields_of_a_page_kind_is_allowed(tmp_path: Path) -> None:
    source = "x = page.kind.is_indexed and entry.kind is EntryKind.FILE"
    assert list(architecture.page_kinds_are_not_compared(house(tmp_path, {"site/a.py": source}))) == []


@pytest.mark.parametrize("source", READS)
def test_environment_access_outside_cli_and_plugin_is_reported(tmp_path: Path, source: str) -> None:
    law = architecture.environment_is_read_at_the_edge
    assert list(law(house(tmp_path / "a", {"site/build/options.py": source})))
    assert list(law(house(tmp_path / "b", {"cli/a.py": source, "site/mkdocs/plugin.py": source}))) == []


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        pytest.param("text.py", "\n" * 400, "inforce.text: 402 lines, expected 400 at most", id="a long module"),
        pytest.param(
            "text.py",
            "def f():" + "\n    x = 1" * 50,
            "inforce.text:2 f: 51 lines, expected 50 at most",
            id="a long function",
        ),
        pytest.param("book/utils.py", "", "inforce.book.utils: “utils” names nothing", id="utils"),
        pytest.param("lock_manager.py", "", "inforce.lock_manager: “manager” names nothing", id="a manager"),
    ],
)
def test_large_or_undocumented_code_is_reported(tmp_path: Path, name: str, source: str, sentence: str) -> None:
    assert list(architecture.everything_is_small(house(tmp_path, {name: source}))) == [sentence]


def test_class_names_are_unique(tmp_path: Path) -> None:
    modules = house(tmp_path, {"text.py": "class Row: ...", "policy/a.py": "class Row: ...\nclass Cell: ..."})
    assert list(architecture.class_names_are_unique(modules)) == [
        "Row: defined in inforce.policy.a and inforce.text, expected in one module"
    ]


def test_floor_without_modules_is_reported(tmp_path: Path) -> None:
    rooms = {f"{room}.py": "" for room in architecture.FLOORS if room not in ("", "__main__", "client")}
    modules = house(tmp_path, {"__init__.py": "", **rooms})
    assert list(architecture.the_plan_lists_the_rooms(modules)) == [
        "client: the plan lists this room, and it has no module"
    ]


def test_module_without_docstring_is_reported(tmp_path: Path) -> None:
    (tmp_path / "text.py").write_text("x = 1\n", "utf-8")
    assert list(architecture.everything_is_small(read_package(tmp_path))) == [
        "inforce.text: no docstring says what it keeps true"
    ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(f"cd /{'root'}/inforce", id="a home folder"),
        pytest.param(f'data = "/{"tmp"}/book"', id="a temporary folder"),
        pytest.param(f"pip install --{'index'}-url x", id="an index"),
        pytest.param(f"--{'find'}-links wheels", id="a folder of wheels"),
        pytest.param(f"https://{'registry'}.npmjs.org/x", id="a registry"),
    ],
)
def test_machine_specific_path_is_reported(tmp_path: Path, words: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"Do this:\n{words}\n", "utf-8")
    (sentence,) = architecture.nothing_of_one_machine([file])
    assert sentence.startswith(f"{file}:2 names ")


@pytest.mark.parametrize(
    "words",
    [
        "curl https://policies.example/home/page",
        "root /var/www/policies;",
        "cd ~/inforce",
        "uv pip compile --no-emit-index-url --no-emit-find-links",
        "Read more at https://pypi.org/project/inforce/",
    ],
)
def test_web_address_is_not_machine_specific(tmp_path: Path, words: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(words, "utf-8")
    assert list(architecture.nothing_of_one_machine([file])) == []
