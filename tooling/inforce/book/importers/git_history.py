"""A document's history out of a git repository: one version for each change of its text.

Keeps true: the repository is only read; a bundle is unpacked where it disappears again. The line followed is that of
first parents: the states its main branch really had, in their order, so that a branch merged later counts as one change
on the day of the merge. Renames are followed backwards; a copy is a beginning.
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
from inforce.book.write import NewVersion, add_versions, readable, to_edition, to_yaml
from inforce.errors import HistoryError, InforceError
from inforce.fields import did_you_mean
from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind, Origin

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import wrote: the policy's folder, its versions oldest first, and remarks for the person who knows it."""

    folder: Path
    versions: tuple[PlannedVersion, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person who imports has decided; None is left to the import.

    `ref` is the branch, tag or commit whose past is taken (default HEAD), `change` the level of every version but the
    first; the others go into policy.yml and only count where the policy is new.
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
    wishes: Wishes | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Write the history of `file` in the repository or bundle `source` as versions of `policy_id` into the book `root`.

    `progress` is told how many commits of how many were read. Refused with an InforceError: a path no commit has, a
    version that is there already, a language the book does not list (exit code 2); a published version that would get
    another number (3); a repository that cannot be read (4). Then nothing is written.
    """
    wishes = wishes or Wishes()
    reading = read_book(root)
    catalog = readable(reading, known_id(policy_id))
    language = binding_language(catalog, policy_id, wishes.language)
    with opened(source) as repository:
        steps = read_steps(repository, file, wishes.ref, progress)
    plan = plan_versions(steps, catalog.settings.timezone, wishes.change)
    if not plan.versions:
        message = f"“{file}” never held a word in any commit; name another path with --file"
        raise NothingToImportError(message)
    titles = (wishes.title or "", *(version.title for version in reversed(plan.versions)))
    description = describe(policy_id, language, titles, file, kind=wishes.kind, act=wishes.act)
    policy_yml = None if catalog.find(policy_id) else description
    added = (_new_version(version, language) for version in plan.versions)
    folder = add_versions(root, reading, policy_id, added, policy_yml)
    return Imported(folder=folder, versions=plan.versions, remarks=plan.remarks)


@contextlib.contextmanager
def opened(source: Path) -> Iterator[Repository]:
    """Open `source`: a repository, bare or not, at its top, or a bundle, unpacked for as long as the block runs."""
    if source.is_file():
        with tempfile.TemporaryDirectory(prefix="inforce-bundle-") as folder:
            yield Repository.unpacked(source, Path(folder))
        return
    if not source.is_dir():
        message = f"there is no repository {source}; clone it first, and name the folder"
        raise HistoryError(message)
    yield Repository.named(source)


def read_steps(
    repository: Repository, file: str, ref: str | None, progress: Progress | None
) -> tuple[DocumentState, ...]:
    """Read what `file` was in each commit that changed it, oldest first, from `ref` back along first parents."""
    start = _start(repository, ref)
    path = file.removeprefix("./")
    found = tuple(reversed(tuple(_trace(repository, start, path))))
    if not found:
        raise _no_such_file(repository, start, path)
    steps = []
    for done, (commit, change) in enumerate(found, 1):
        origin = Origin(commit=commit.id, committed=commit.committed, path=change.path, subject=commit.subject)
        steps.append(DocumentState(origin=origin, raw=repository.content(change.blob) if change.is_file else None))
        if progress:
            progress(done, len(found))
    return tuple(steps)


def _trace(repository: Repository, start: str, path: str) -> Iterator[tuple[Commit, FileChange]]:
    """Go back from `start` through the commits that changed `path`, and on under its old name where it was renamed."""
    line = ("--first-parent", "--diff-merges=first-parent")
    at: str | None = start
    while at:
        commits, at = repository.log(*line, "--no-renames", at, "--", path), None
        for commit in commits:
            yield commit, commit.changes[0]
            whole = repository.log(*line, "-M", "-1", commit.id) if commit.changes[0].kind == "A" else ()
            old = [change.renamed_from for one in whole for change in one.changes if change.path == path]
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
    known = f"there are: {', '.join(branches)}" if branches else "there are none: nothing was ever committed"
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
