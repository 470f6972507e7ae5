"""A redline as plain data for apps: runs of text without HTML."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from typing import Any

from inforce.redline import ClauseState, Format, Redline, Run


def to_data(redline: Redline) -> dict[str, Any]:
    """Return `redline` as JSON data: its runs in reading order, the changed clauses and numbers, and counts.

    In a clause, `percent` is the share of its words that differ, `was` its id in the old text if that was different,
    and `after`, for a removed clause, the id of the clause before it in the old text. The runs with `op` equal,
    reformat, delete and move_from form the old text; those with equal, reformat, insert and move_to form the new text.
    """
    counts = redline.statistics
    return {
        "runs": [_run(run) for run in redline.runs],
        "clauses": list(_clauses(redline)),
        "numbers": [
            {"kind": str(one.kind), "was": one.was, "now": one.now, "clause": one.clause} for one in redline.numbers
        ],
        "words": {
            "old": counts.old,
            "new": counts.new,
            "equal": counts.equal,
            "inserted": counts.inserted,
            "deleted": counts.deleted,
            "moved": counts.moved,
        },
    }


def _clauses(redline: Redline) -> Iterator[dict[str, Any]]:
    above = {one.id: other.id for other, one in pairwise(redline.old.document.clauses)}
    for one in redline.changed_clauses:
        data: dict[str, Any] = {
            "id": one.id,
            "heading": one.heading,
            "state": str(one.state),
            "percent": ceil(100 * one.share),
            "inserted": one.inserted,
            "deleted": one.deleted,
            "moved": one.moved,
        }
        if one.state is ClauseState.REMOVED:
            data["after"] = above.get(one.id, "")
        elif one.id in redline.renamed:
            data["was"] = redline.renamed[one.id]
        yield data


def _run(run: Run) -> dict[str, Any]:
    data: dict[str, Any] = {"op": str(run.op), "text": run.text}
    if run.was or run.now:
        data |= {"was": [_format(one) for one in run.was], "now": [_format(one) for one in run.now]}
    return data


def _format(one: Format) -> dict[str, str]:
    return {"kind": one.kind, "value": one.value} if one.value else {"kind": one.kind}
