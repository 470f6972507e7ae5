"""A redline as Markdown for pull request comments: changed clauses only, with marks that are readable as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from inforce.markdown import BlockKind, ContainerKind
from inforce.redline import BlockState, Op, Redline, RedlineBlock, Run
from inforce.rendering.labels import ENGLISH, Labels

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$])")


def to_markdown(redline: Redline, labels: Labels = ENGLISH) -> str:
    """Return the changed blocks of `redline` as quoted Markdown by clause, with ~~deleted~~ and **added** words."""
    lines: list[str] = []
    for _, group in groupby(redline.blocks, key=lambda block: block.clause):
        blocks = list(group)
        shown = [block for block in blocks if block.state is not BlockState.EQUAL]
        if not shown:
            continue
        heading = next((block for block in blocks if block.kind is BlockKind.HEADING), None)
        if heading is not None and heading.state is BlockState.EQUAL:
            lines.append(f"#### {''.join(_plain(run) for run in heading.shown)}")
        lines += [f"> {line}" for block in shown for line in _block(block, labels)]
        lines.append("")
    return "\n".join(lines)


def _block(block: RedlineBlock, labels: Labels) -> Iterator[str]:
    text = "".join(_run(run) for run in block.shown)
    if block.state is BlockState.MOVED_FROM:
        text = f"*{labels.moved_away}:* {text}"
    elif block.state is BlockState.MOVED_TO:
        text = f"*{labels.moved_here}:* {text}"
    if block.mark in (Op.INSERT, Op.DELETE) and block.state is BlockState.CHANGED:
        text += f" *({labels.split_here if block.mark is Op.INSERT else labels.joined_here})*"
    item = any(container.kind is ContainerKind.ITEM for container in block.path)
    yield f"• {text}" if item else text
    yield ""


def _run(run: Run) -> str:
    text = _plain(run)
    marks = {Op.INSERT: "**", Op.DELETE: "~~"}
    if run.op not in marks or not text.strip():
        return text
    # Marks must touch words: “** word**” is not emphasis in CommonMark.
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{marks[run.op]}{text.strip()}{marks[run.op]}{trail}"


def _plain(run: Run) -> str:
    return _SPECIAL.sub(r"\\\1", run.text.replace("\n", " "))
