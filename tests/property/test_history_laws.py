"""Properties of histories: the chart shows exactly the changes, and published dates never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from inforce.policy import Version, Withdrawal
from inforce.policy.catalog import Catalog
from inforce.publication.change_summary import Step
from inforce.publication.files.icalendar import calendar, has_dates
from inforce.publication.pages.change_matrix import by_column, picture
from inforce.publication.pages.context import standing
from inforce.redline import ClauseState, prepare, redline
from property.book_strategies import hours, policy_of
from property.markdown_strategies import texts
from property.test_publication_laws import SETTINGS, anyhow, orderly


@given(st.lists(texts, min_size=1, max_size=4))
def test_chart_has_a_mark_for_exactly_the_changed_sections(texts: list[str]) -> None:
    prepared = [prepare(text) for text in texts]
    steps = [Step.of(redline(old, new)) for old, new in pairwise(prepared)]
    outline = [(clause.id, clause.heading) for clause in prepared[-1].document.clauses]

    rows = picture(outline, steps)

    expected_marks = [[], *(sorted((clause.id, clause.percent) for clause in step.clauses) for step in steps)]
    assert [
        sorted((cell.clause, cell.percent) for _, cell in column) for column in by_column(rows, len(texts))
    ] == expected_marks


@given(st.lists(texts, min_size=1, max_size=4))
def test_section_is_marked_only_while_it_exists_or_at_its_removal(texts: list[str]) -> None:
    prepared = [prepare(text) for text in texts]
    named = [[clause.id for clause in text.document.clauses] for text in prepared]
    assume(all(len(set(ids)) == len(ids) for ids in named))  # published texts have unique section ids
    steps = [Step.of(redline(old, new)) for old, new in pairwise(prepared)]
    outline = [(clause.id, clause.heading) for clause in prepared[-1].document.clauses]

    for row in picture(outline, steps):
        assert 0 <= row.first <= row.last < len(texts)
        columns = [cell.column for cell in row.cells]
        assert columns == sorted(set(columns))
        for cell in row.cells:
            assert row.first <= cell.column <= row.last + 1
            assert (cell.column == row.last + 1) == (cell.state is ClauseState.REMOVED)


@given(orderly, hours, hours)
def test_calendar_never_loses_an_entry(versions: list[Version], first: datetime, other: datetime) -> None:
    earlier, later = (_entries(versions, now) for now in sorted((first, other)))

    assert set(earlier) <= set(later)
    assert all(later[uid]["sequence"] >= event["sequence"] for uid, event in earlier.items())
    assert all(later[uid].to_ical() == event.to_ical() for uid, event in earlier.items() if _same(event, later[uid]))


@given(anyhow, hours, st.none() | hours)
def test_at_most_one_version_has_the_state_in_force(
    versions: list[Version], now: datetime, gone: datetime | None
) -> None:
    policy = policy_of(versions)
    policy = replace(policy, withdrawn=Withdrawal(at=gone, reason="Closed.")) if gone else policy

    states = {
        version.seq: standing(policy, version, now, policy.interval(version, now)) for version in policy.public(now)
    }

    current = policy.in_force(now)
    texts = [] if current is None or (gone and gone <= now) else [current.seq]
    assert [seq for seq, stands in states.items() if stands["state"] == "in_force"] == texts
    for stands in states.values():
        assert stands["start"] is None or stands["end"] is None or stands["start"] < stands["end"]
        assert (stands["state"] == "announced") <= (stands["start"] is not None and stands["start"] > now)


def _entries(versions: list[Version], now: datetime) -> dict[str, Any]:
    policy = policy_of(versions)
    if not has_dates(policy, now):
        return {}
    raw = calendar(Catalog(settings=SETTINGS, policies=(policy,)), policy, now)
    return {str(event["uid"]): event for event in Calendar.from_ical(raw).walk("VEVENT")}


def _same(value: Any, other: Any) -> bool:
    return value["sequence"] == other["sequence"]
