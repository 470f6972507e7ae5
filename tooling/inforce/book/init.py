"""Create a repository of policies.

Invariants: the repository is written whole or not at all, and existing files are never changed.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from inforce.book.paths import BOOK
from inforce.book.vendoring import vendored
from inforce.disk import create_file, how_to_fix
from inforce.errors import LayoutError, Place, SetupError

_SKELETON = "skeleton"
_TEMPLATES = ("pull_request_template.md", "CODEOWNERS")
_EXAMPLE = f"{BOOK}/privacy"
# A name with a leading dot would change how this package itself is packed and versioned.
_DOT = "dot-"


def create_repository(folder: Path, *, empty: bool = False, wheel: Path | None = None) -> tuple[str, ...]:
    """Write a repository of policies that builds without changes into `folder`, which is new or empty except `.git`.

    `empty` leaves out the example policy. The workflows install `wheel`, by default the wheel of this program. Returns
    the paths written, relative to `folder`, with `/` between names. LayoutError (exit code 2) if the folder is not
    empty; SetupError if no wheel can be built. After an error nothing is left behind.
    """
    _refuse_occupied(folder)
    was_there = folder.exists()
    skeleton = {**dict(_skeleton(files("inforce.book") / _SKELETON, "")), **dict(_automation()), **vendored(wheel)}
    contents = {path: data for path, data in skeleton.items() if not (empty and path.startswith(f"{_EXAMPLE}/"))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The folder itself is not replaced: it may be a shell's working directory or a mount point.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".begin-") as staging:
            for path, data in contents.items():
                (Path(staging) / path).parent.mkdir(parents=True, exist_ok=True)
                create_file(Path(staging) / path, data, durable=False)
            _move_up(Path(staging), folder)
    except OSError as cause:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        message = f"{folder} cannot be written to: {cause.strerror or cause}; {how_to_fix(cause)}"
        raise SetupError(message) from cause
    return tuple(sorted(contents))


def _refuse_occupied(folder: Path) -> None:
    place = Place(path=str(folder))
    fix = "choose a folder that does not exist yet"
    if folder.exists() and not folder.is_dir():
        raise LayoutError(place, "is not a folder", fix, rule="PATH-unexpected")
    existing = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git") if folder.is_dir() else []
    if existing:
        raise LayoutError(place, f"is not empty: “{existing[0]}” is in it", fix, rule="PATH-unexpected")


def _skeleton(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f".{entry.name.removeprefix(_DOT)}" if entry.name.startswith(_DOT) else entry.name
        if entry.is_dir():
            yield from _skeleton(entry, f"{path}{name}/")
        else:
            yield f"{path}{name}", entry.read_bytes()


def _automation() -> Iterator[tuple[str, bytes]]:
    """Yield the files of `tooling/action/` that a new repository gets, with their paths in it."""
    # A wheel has them beside this module; a checkout has them in tooling/action/.
    packed = files("inforce.book") / "automation"
    folder = packed if packed.is_dir() else Path(__file__).parents[2] / "action"
    for name, data in _skeleton(folder, ""):
        if name.startswith("workflows/") or name in _TEMPLATES:
            yield f".github/{name}", data
        elif name == "action.yml" or (name.endswith(".py") and "/" not in name):
            yield f".github/actions/inforce/{name}", data


def _move_up(staging: Path, folder: Path) -> None:
    """Move the entries of `staging` into `folder`, all or none."""
    with contextlib.ExitStack() as undo:
        for entry in sorted(staging.iterdir()):
            target = folder / entry.name
            entry.rename(target)
            undo.callback(_remove, target)
        undo.pop_all()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
