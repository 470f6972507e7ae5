"""Rules: what a check looks for, under an id that never changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.errors import Place

Find = Callable[[CheckContext], Iterator[Finding]]

_ID = re.compile(r"[A-Z]+-[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the catalogue.

    `title` says in one sentence what it looks for. `find` is None where the thing is found while the book is read, or
    by the examination itself. `history` marks rules which mean that going on would change what has been published.
    """

    id: str
    severity: Severity
    title: str
    find: Find | None = None
    history: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            message = f"expected a group and a slug such as “META-field”, got “{self.id}”"
            raise ValueError(message)

    @property
    def group(self) -> str:
        """The group the rule belongs to, such as `META`."""
        return self.id.partition("-")[0]

    def finding(self, place: Place, message: str, *, evidence: str = "", fix: str = "") -> Finding:
        """Make a finding of this rule at `place`."""
        return Finding(rule=self.id, severity=self.severity, place=place, message=message, evidence=evidence, fix=fix)


def rule(rule_id: str, severity: Severity, title: str, *, history: bool = False) -> Callable[[Find], Rule]:
    """Make a rule of the generator of findings that is decorated."""

    def decorate(find: Find) -> Rule:
        return Rule(id=rule_id, severity=severity, title=title, find=find, history=history)

    return decorate


def on_reading(rule_id: str, title: str) -> Rule:
    """Make a rule for what can only be found while a book is read; it is always an error."""
    return Rule(id=rule_id, severity=Severity.ERROR, title=title)
