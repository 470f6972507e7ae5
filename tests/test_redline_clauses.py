"""Which clauses a redline lists as changed, and their state."""

from __future__ import annotations

import pytest

from inforce.redline import ClauseState, redline

OLD = "# Terms\n\n## Keeping {#keeping}\n\nWe keep the data for two years.\n\n## Help {#help}\n\nWrite to us.\n"
NEW_SECTION = "\n## Judges {#judges}\n\nThe courts of our town decide every quarrel.\n"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param(OLD, OLD, {}, id="nothing changed"),
        pytest.param(OLD, OLD + NEW_SECTION, {"judges": ClauseState.ADDED}, id="an added section"),
        pytest.param(OLD + NEW_SECTION, OLD, {"judges": ClauseState.REMOVED}, id="a removed section"),
        pytest.param(OLD, OLD.replace("two", "ten"), {"keeping": ClauseState.CHANGED}, id="one word of a section"),
    ],
)
def test_changed_clauses_are_listed(old: str, new: str, named: dict[str, ClauseState]) -> None:
    assert {clause.id: clause.state for clause in redline(old, new).changed_clauses} == named
