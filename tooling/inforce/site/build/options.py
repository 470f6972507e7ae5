"""The options of a build, and the receiver of its messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from inforce.book.user_cache import CachePlace
from inforce.clock import Clock
from inforce.errors import BookError, Place
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.signing import PrivateKey
from inforce.site.mkdocs.generator import installed_generator

CONFIGURATION = "mkdocs.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What to build: the site of the repository `root`, in the folder `site`, with the cache `cache`.

    `now` is the instant of the site; without it, `clock` determines it. `catalog` is the book if the caller has already
    read it, and `evidence` its git history by folder of the version; without `catalog`, both are read. `keys` sign the
    manifest; with `unsigned`, a manifest without a key is left unsigned. `generator` is the module of MkDocs.
    `address` replaces the site of book.yml, for a site that is served at another address.

    Raise BookError if there is no mkdocs.yml, SetupError if neither MkDocs nor ProperDocs is installed.
    """

    root: Path
    site: Path
    cache: CachePlace
    now: datetime | None = None
    clock: Clock = field(default_factory=Clock)
    catalog: Catalog | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    keys: tuple[PrivateKey, ...] = field(default=(), repr=False)
    offline: bool = False
    pdf: bool = False
    unsigned: bool = False
    address: str | None = None
    generator: str = field(default_factory=installed_generator)

    def __post_init__(self) -> None:
        """Check that a site can be built from the repository."""
        if not self.configuration.is_file():
            fix = "run “inforce init DIR” and copy the file from there"
            raise BookError(Place(path=str(self.configuration)), "is missing, so no site can be built", fix)

    @property
    def configuration(self) -> Path:
        """The configuration of MkDocs."""
        return self.root.resolve() / CONFIGURATION


def ignore(*_values: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Receives the progress of a build as the numbers of finished and of all pages, and messages with their level.

    The level is that of the module `logging`, or "" for output of MkDocs without a level. By default, nothing is
    reported.
    """

    progress: Callable[[int, int], object] = ignore
    tell: Callable[[str, str], object] = ignore

    def warn(self, sentence: str) -> None:
        """Report `sentence` as a warning."""
        self.tell("WARNING", sentence)
