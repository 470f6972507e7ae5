"""Import a document's history from a git repository: one version for each change of its text.

Invariants: the repository is only read; a bundle is unpacked into a temporary folder. The import follows first parents,
so that a merged branch counts as one change at the time of the merge. Renames are followed backwards; copies are not.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inforce.book.git import Commit, FileChange, Repository
from inforce.book.importers.plan import DocumentState, PlannedVersion, plan_versions
from inforce.book.importers.policy_file import NothingToImportError, binding_language, describe, known_id
from inforce.book.read import read_book
from inforce.book.write import NewVersion, add_versions, readable_catalog, to_edition, to_yaml
from inforce.errors import HistoryError, InforceError
from inforce.fields import did_you_mean
from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind, Origin

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The result of an import: the policy's folder, its versions oldest first, and remarks for the editor."""

    folder: Path
    versions: tuple[PlannedVersion, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOptions:
    """The options of an import; None means the default.

    `ref` is the branch, tag or commit whose history is imported (default HEAD), `change` the level of every version but
    the first. The others are written to policy.yml and are ignored if the policy exists.
    """

    ref: str | None = None
    change: ChangeLevel = ChangeLevel.NOTICE
    language: Language | None = None
    kind: Kind | None = None
    act: Act | None = None
    title: str | None = None


def import_history(
    root: Path,
    source: Path,
    file: str,
    policy_id: str,
    options: HistoryOptions | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import the history of `file` in the repository or bundle `source` into the book `root` as the policy `policy_id`.

    `progress` is called with the number of commits read and the total. InforceError for a path that is in no commit, a
    version that already exists or a language the book does not list (exit code 2), a published version whose number
    would change (3), or an unreadable repository (4). Nothing is written then.
    """
    options = options or HistoryOptions()
    reading = read_book(root)
    catalog = readable_catalog(reading, known_id(policy_id))
    language = binding_language(catalog, policy_id, options.language)
    with opened(source) as repository:
        steps = read_steps(repository, file, options.ref, progress)
    plan = plan_versions(steps, catalog.settings.timezone, options.change)
    if not plan.versions:
        message = f"“{file}” contains no text in any commit; pass another path with --file"
        raise NothingToImportError(message)
    titles = (options.title or "", *(version.title for version in reversed(plan.versions)))
    description = describe(policy_id, language, titles, file, kind=options.kind, act=options.act)
    policy_yml = None if catalog.find(policy_id) else description
    added = (_new_version(version, language) for version in plan.versions)
    folder = add_versions(root, reading, policy_id, added, policy_yml)
    return Imported(folder=folder, versions=plan.versions, remarks=plan.remarks)


@contextlib.contextmanager
def opened(source: Path) -> Iterator[Repository]:
    """Yield the repository `source`; a bundle is unpacked while the block runs."""
    if source.is_file():
        with tempfile.TemporaryDirectory(prefix="inforce-bundle-") as folder:
            yield Repository.unpacked(source, Path(folder))
        return
    if not source.is_dir():
        message = f"there is no repository {source}; clone it first and pass its folder"
        raise HistoryError(message)
    yield Repository.named(source)


def read_steps(
    repository: Repository, file: str, ref: str | None, progress: Progress | None
) -> tuple[DocumentState, ...]:
    """Return the state of `file` in each commit that changed it, oldest first, along the first parents of `ref`."""
    start = _start(repository, ref)
    path = file.removeprefix("./")
    changes = tuple(reversed(tuple(_trace(repository, start, path))))
    if not changes:
        raise _no_such_file(repository, start, path)
    steps = []
    for done, (commit, change) in enumerate(changes, 1):
        origin = Origin(commit=commit.id, committed=commit.committed, path=change.path, subject=commit.subject)
        steps.append(DocumentState(origin=origin, raw=repository.content(change.blob) if change.is_file else None))
        if progress:
            progress(done, len(changes))
    return tuple(steps)


def _trace(repository: Repository, start: str, path: str) -> Iterator[tuple[Commit, FileChange]]:
    """Yield the commits that changed `path`, from `start` backwards, following renames."""
    line = ("--first-parent", "--diff-merges=first-parent")
    at: str | None = start
    while at:
        commits, at = repository.log(*line, "--no-renames", at, "--", path), None
        for commit in commits:
            yield commit, commit.changes[0]
            whole = repository.log(*line, "-M", "-1", commit.id) if commit.changes[0].kind == "A" else ()
            old = [change.renamed_from for entry in whole for change in entry.changes if change.path == path]
            if old and old[0]:
                path, at = old[0], f"{commit.id}^"
                break


def _start(repository: Repository, ref: str | None) -> str:
    if commit := repository.commit_id(ref or "HEAD"):
        return commit
    printed = repository.ask("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes")
    branches = os.fsdecode(printed).split()
    usual = [name for name in ("main", "master") if name in branches] or branches
    if ref is None and (len(branches) == 1 or usual != branches):
        return repository.commit_id(usual[0]) or usual[0]
    known = f"there are: {', '.join(branches)}" if branches else "there are none: the repository has no commits"
    message = f"there is no branch, tag or commit “{ref or 'HEAD'}” in {repository.folder}; {known}"
    raise HistoryError(message)


def _no_such_file(repository: Repository, start: str, path: str) -> InforceError:
    printed = repository.ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", start)
    files = [os.fsdecode(name) for name in printed.split(b"\0") if name]
    same_name = [name for name in files if Path(name).name.lower() == Path(path).name.lower()]
    fix = f" – did you mean “{same_name[0]}”?" if same_name else did_you_mean(path, files)
    return NothingToImportError(f"no commit of {repository.folder} has a file “{path}”{fix}")


def _new_version(version: PlannedVersion, language: Language) -> NewVersion:
    origin = version.origin
    members = {"commit": origin.commit, "committed": format_instant(origin.committed), "path": origin.path}
    if origin.subject:
        members["subject"] = origin.subject
    instant = format_instant(version.instant)
    metadata = {"published": instant, "effective": instant, "change": str(version.change), "origin": members}
    files = {"version.yml": to_yaml(metadata), f"{language}.md": to_edition(version.text)}
    return NewVersion(label=version.label, files=files)
