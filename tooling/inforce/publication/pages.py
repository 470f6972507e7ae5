"""Pages as values: what each one shows, and where it stands.

Keeps true: a page names its neighbours and the stable address of the text in force, never a list that grows, unless
growing lists are what the page is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Interval, Policy, State, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The policies: what applies now, since when, and what is announced."""

    language: Language
    policies: tuple[Policy, ...]
    now: datetime
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPage:
    """The text of `policy` in force at `now`, in `language` or, where that is missing, in the binding language."""

    policy: Policy
    language: Language
    now: datetime
    version: Version | None
    announced: tuple[Version, ...]
    languages: tuple[Language, ...]

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.policy_page(self.policy, self.language)

    @property
    def edition(self) -> Edition | None:
        """The edition shown: the one in the page's language, or else the binding one."""
        if self.version is None:
            return None
        return self.version.edition(self.language) or self.version.edition(self.policy.binding_language)

    @property
    def lags(self) -> bool:
        """Whether the translation shown was made from another text than the binding one."""
        return self.version is not None and self.edition is not None and lags(self.policy, self.version, self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """The permanent page of one version in one language."""

    policy: Policy
    version: Version
    edition: Edition
    state: State
    interval: Interval | None
    predecessor: Version | None
    successor: Version | None

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.edition.language

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.version_page(self.policy, self.version, self.language)

    @property
    def lags(self) -> bool:
        """Whether this translation was made from another text than this version's binding one."""
        return lags(self.policy, self.version, self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedlinePage:
    """What changed from one version to another, in one language."""

    policy: Policy
    old: Version
    new: Version
    language: Language

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.redline_page(self.policy, self.old, self.new, self.language)

    @property
    def editions(self) -> tuple[Edition, Edition]:
        """The two editions compared."""
        return edition_of(self.old, self.language), edition_of(self.new, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class SincePage:
    """What changed from one version to the one in force (None: there is none in this language), and what will."""

    policy: Policy
    version: Version
    language: Language
    current: Version | None
    announced: tuple[Version, ...]

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.since_page(self.policy, self.version, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """When each version of `policy` applied, applies or will apply."""

    policy: Policy
    language: Language
    now: datetime
    versions: tuple[Version, ...]
    intervals: tuple[Interval, ...]

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.history_page(self.policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Every redline of `policy` there is, to pick from."""

    policy: Policy
    language: Language
    versions: tuple[Version, ...]
    pairs: tuple[tuple[Version, Version], ...]

    @property
    def address(self) -> str:
        """Where the page stands."""
        return address.compare_page(self.policy)


Page = HomePage | PolicyPage | VersionPage | RedlinePage | SincePage | HistoryPage | ComparePage


def lags(policy: Policy, version: Version, edition: Edition) -> bool:
    """Say whether `edition` is a translation made from another text than the binding one, or from nobody said which."""
    binding = version.edition(policy.binding_language)
    if binding is None or edition.language == policy.binding_language:
        return False
    return edition.translates != binding.digest


def edition_of(version: Version, language: Language) -> Edition:
    """Take the edition of `version` in `language`, which has to be there."""
    edition = version.edition(language)
    if edition is None:
        message = f"version {version.label} has no edition in {language}"
        raise LookupError(message)
    return edition
