"""The environment of git: the variables that git sets for hooks must not select another repository."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

# Git sets many GIT_ variables for hooks, and they could change the result.
# These locate settings, such as `safe.directory`, and git's programs.
_VISIBLE = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_TEST_")


@contextmanager
def hidden_git_variables(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Remove the variables of a hook from `environ`, the environment of this process, while the block runs.

    GitPython passes the whole environment of the process to git.
    """
    names = [name for name in environ if name.startswith("GIT_") and not name.startswith(_VISIBLE)]
    hidden = {name: environ.pop(name) for name in names}
    try:
        yield
    finally:
        environ.update(hidden)
