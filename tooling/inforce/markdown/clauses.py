"""Assign blocks to clauses: each heading starts a clause, which ends before the next heading."""

from __future__ import annotations

from collections.abc import Sequence

from inforce.markdown.document import Clause, Heading

PREFACE = Heading(id="", level=0, text="", line=1, explicit_id=False)


def clauses_between(openings: Sequence[tuple[int, Heading]], blocks: int) -> tuple[Clause, ...]:
    """Return the clauses of a text with `blocks` blocks and the `openings` (index of the heading's block, heading).

    Text before the first heading forms a clause with the id "", which never contains another clause.
    """
    if blocks and (not openings or openings[0][0] > 0):
        openings = [(0, PREFACE), *openings]
    stops = [start for start, _ in openings[1:]] + [blocks]
    outer: list[Heading] = []
    clauses = []
    for (start, heading), stop in zip(openings, stops, strict=bool(openings)):
        while outer and outer[-1].level >= heading.level:
            outer.pop()
        clauses.append(
            Clause(
                id=heading.id,
                heading=heading.text,
                level=heading.level,
                line=heading.line,
                explicit_id=heading.explicit_id,
                path=tuple(above.id for above in outer),
                start=start,
                stop=stop,
            )
        )
        if heading.level:
            outer.append(heading)
    return tuple(clauses)
