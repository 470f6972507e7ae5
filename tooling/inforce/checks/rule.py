"""Rules: the functions that produce findings, each under a permanent id."""

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

    `title` is one sentence that describes the problem. `find` is None if the problem is detected while the book is read
    or by `examine` itself. `history` marks rules whose findings mean that published history would change.
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
        """The group of the rule, such as `META`."""
        return self.id.partition("-")[0]

    def finding(self, place: Place, message: str, *, evidence: str = "", fix: str = "") -> Finding:
        """Return a finding of this rule at `place`."""
        return Finding(rule=self.id, severity=self.severity, place=place, message=message, evidence=evidence, fix=fix)


def rule(rule_id: str, severity: Severity, title: str, *, history: bool = False) -> Callable[[Find], Rule]:
    """Return a decorator that turns a generator of findings into a rule."""

    def decorate(find: Find) -> Rule:
        return Rule(id=rule_id, severity=severity, title=title, find=find, history=history)

    return decorate


def on_reading(rule_id: str, title: str) -> Rule:
    """Return a rule for a problem that is detected while the book is read; its severity is always error."""
    return Rule(id=rule_id, severity=Severity.ERROR, title=title)
