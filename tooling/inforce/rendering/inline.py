"""The runs of a block as phrasing HTML: formats inside, marks and their labels outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from itertools import groupby

from inforce.redline import BlockState, Format, Op, RedlineBlock, Run
from inforce.rendering.labels import Labels

_TAGS = {"emphasis": "em", "strong": "strong", "code": "code"}
# The schemes that the text renderer allows; links with other schemes are shown as plain text.
_SAFE = ("https:", "http:", "mailto:", "tel:")


def runs_html(runs: Iterable[Run], labels: Labels) -> str:
    """Return `runs` as phrasing content; adjacent runs of the same kind share one mark."""
    return "".join([_group(op, group, labels) for op, group in groupby(runs, key=_kind)])


def words_html(runs: Iterable[Run]) -> str:
    """Return the words of `runs` with their formats as phrasing content, without marks."""
    return "".join([_formatted(run.text, run.formats) for run in runs])


@lru_cache(64)
def hidden(words: str, tongue: str = "") -> str:
    """Return `words`, with the attributes `tongue`, in an element hidden on screen but read by screen readers and
    printed.
    """
    return f'<span class="inforce-sr"{tongue}>{escape(words)} </span>'


def mark_html(block: RedlineBlock, labels: Labels) -> str:
    """Return a labelled pilcrow if `block` was split or joined at its end, else an empty string."""
    if block.state is not BlockState.CHANGED:
        return ""
    if block.mark is Op.INSERT:
        return f'<ins class="inforce-pilcrow">{hidden(labels.split_here, labels.tongue)}¶</ins>'
    if block.mark is Op.DELETE:
        return f'<del class="inforce-pilcrow">{hidden(labels.joined_here, labels.tongue)}¶</del>'
    return ""


def _kind(run: Run) -> Op:
    """Return the mark of a run; moved words are shown as equal words in a moved block."""
    return Op.EQUAL if run.op in (Op.MOVE_FROM, Op.MOVE_TO) else run.op


def _group(op: Op, runs: Iterable[Run], labels: Labels) -> str:
    if op is Op.EQUAL:
        return words_html(runs)
    if op is Op.INSERT:
        return f"<ins>{hidden(labels.added, labels.tongue)}{words_html(runs)}</ins>"
    if op is Op.DELETE:
        return f"<del>{hidden(labels.deleted, labels.tongue)}{words_html(runs)}</del>"
    reformatted = list(runs)
    notes = "; ".join(dict.fromkeys(_what_changed(reformatted, labels)))
    words = words_html(reformatted)
    note = f'<span class="inforce-note"{labels.tongue}> ({escape(notes)})</span>'
    return f'<span class="inforce-reformat">{words}</span>{note}'


@lru_cache(1024)  # most words do not change between versions and occur in several renderings of each redline
def _formatted(text: str, formats: tuple[Format, ...]) -> str:
    html = escape(text, quote=False).replace("\n", "<br>")
    for format_ in reversed(formats):
        html = _wrapped(format_, html)
    return html


def _wrapped(format_: Format, text: str) -> str:
    if format_.kind in _TAGS:
        return f"<{_TAGS[format_.kind]}>{text}</{_TAGS[format_.kind]}>"
    if format_.kind == "link" and format_.value.lower().startswith(_SAFE):
        return f'<a href="{escape(format_.value)}">{text}</a>'
    return text


def _what_changed(runs: Iterable[Run], labels: Labels) -> Iterator[str]:
    for run in runs:
        was = [format_.value for format_ in run.was if format_.kind == "link"]
        now = [format_.value for format_ in run.now if format_.kind == "link"]
        if was:
            yield (labels.link_was if now else labels.link_gone).format(was=was[0])
        elif now:
            yield labels.link_new
        if any(format_.kind != "link" for format_ in (*run.was, *run.now)):
            yield labels.format_changed
