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
            {"kind": str(number.kind), "was": number.was, "now": number.now, "clause": number.clause}
            for number in redline.numbers
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
    above = {clause.id: other.id for other, clause in pairwise(redline.old.document.clauses)}
    for changed_clause in redline.changed_clauses:
        data: dict[str, Any] = {
            "id": changed_clause.id,
            "heading": changed_clause.heading,
            "state": str(changed_clause.state),
            "percent": ceil(100 * changed_clause.share),
            "inserted": changed_clause.inserted,
            "deleted": changed_clause.deleted,
            "moved": changed_clause.moved,
        }
        if changed_clause.state is ClauseState.REMOVED:
            data["after"] = above.get(changed_clause.id, "")
        elif changed_clause.id in redline.renamed:
            data["was"] = redline.renamed[changed_clause.id]
        yield data


def _run(run: Run) -> dict[str, Any]:
    data: dict[str, Any] = {"op": str(run.op), "text": run.text}
    if run.was or run.now:
        data |= {"was": [_format(format_) for format_ in run.was], "now": [_format(format_) for format_ in run.now]}
    return data


def _format(format_: Format) -> dict[str, str]:
    return {"kind": format_.kind, "value": format_.value} if format_.value else {"kind": format_.kind}
