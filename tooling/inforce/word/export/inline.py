"""Runs of a block as WordprocessingML runs: formats inside, revisions around them, links around those.

Invariants: a link is never inside a revision, because Word loses links that it removes; the revision is around the
words inside the link. A changed link target is written as deleted words with the old address and inserted words with
the new one, because Word cannot track a change of address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from inforce.redline import Format, Op, Run
from inforce.word.export.links import WordLinks
from inforce.word.export.markup import element, value, words
from inforce.word.export.revisions import Revisions

_BREAKS = re.compile("(\r\n|[\n\r\t])")
_CODE = element("w:rFonts", attributes={"w:ascii": "Courier New", "w:hAnsi": "Courier New", "w:cs": "Courier New"})
Formats = tuple[Format, ...]


def runs_xml(runs: Iterable[Run], revisions: Revisions, links: WordLinks, *, right_to_left: bool = False) -> str:
    """Return `runs` as the content of a paragraph; adds to `revisions` and `links`."""
    pieces: list[tuple[str, str]] = []
    for run in runs:
        if run.op is Op.EQUAL and run.text and not run.formats:
            pieces.append(("", _run(run.text, look_xml((), right_to_left), gone=False)))
        else:
            pieces += _pieces(run, revisions, right_to_left)
    if not any(target for target, _ in pieces):
        return "".join([xml for _, xml in pieces])
    return "".join(
        [
            links.around(target, "".join([xml for _, xml in group]))
            for target, group in groupby(pieces, key=itemgetter(0))
        ]
    )


def _pieces(run: Run, revisions: Revisions, right_to_left: bool) -> Iterator[tuple[str, str]]:
    """Yield the XML pieces of `run`, each with its link target."""
    if not run.text:
        return
    target = _target(run.formats) if run.formats else ""
    look = look_xml(run.formats, right_to_left)
    if run.op is not Op.REFORMAT:
        yield target, revisions.of(run.op, _run(run.text, look, gone=run.op is Op.DELETE))
        return
    before = _before(run)
    look_before = look_xml(before, right_to_left)
    if _target(before) != target:
        yield _target(before), revisions.of(Op.DELETE, _run(run.text, look_before, gone=True))
        yield target, revisions.of(Op.INSERT, _run(run.text, look, gone=False))
    else:
        change = revisions.mark("w:rPrChange", element("w:rPr", look_before))
        yield target, _run(run.text, look + change, gone=False)


def _before(run: Run) -> Formats:
    return (*run.was, *(format_ for format_ in run.formats if format_ not in run.now))


def _target(formats: Formats) -> str:
    return next((format_.value for format_ in formats if format_.kind == "link"), "")


@lru_cache(256)
def look_xml(formats: Formats, right_to_left: bool) -> str:
    """Return the run properties for `formats`, in the order that the schema of w:rPr requires."""
    kinds = {format_.kind for format_ in formats}
    parts = (
        ("link", value("w:rStyle", "Hyperlink")),
        ("code", _CODE),
        ("strong", "<w:b/><w:bCs/>"),
        ("emphasis", "<w:i/><w:iCs/>"),
    )
    return "".join(xml for kind, xml in parts if kind in kinds) + ("<w:rtl/>" if right_to_left else "")


@lru_cache(2048)  # most words do not change between versions
def _run(text: str, look: str, *, gone: bool) -> str:
    name = "w:delText" if gone else "w:t"
    content = "".join(_stretch(part, name) for part in _BREAKS.split(text) if part)
    return element("w:r", element("w:rPr", look) if look else "", content)


def _stretch(text: str, name: str) -> str:
    if text == "\t":
        return "<w:tab/>"
    if text in ("\n", "\r", "\r\n"):
        return "<w:br/>"
    return element(name, words(text), attributes={"xml:space": "preserve"})
