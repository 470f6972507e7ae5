"""Which blocks belong to which clause: a heading opens one, the next heading closes it."""

from __future__ import annotations

from collections.abc import Sequence

from inforce.markdown.document import Clause, Heading

PREFACE = Heading(id="", level=0, text="", line=1, explicit_id=False)


def clauses_between(openings: Sequence[tuple[int, Heading]], blocks: int) -> tuple[Clause, ...]:
    """Return the clauses of a text of so many `blocks` whose `openings` are (index of the heading's block, heading).

    Text before the first heading makes a clause with the id "", which no other clause stands in.
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
