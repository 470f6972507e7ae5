"""The list of changes: operation, words, clause, and class of each."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import lru_cache

from inforce.markdown import SpanKind
from inforce.redline.clauses import ClauseMap
from inforce.redline.numbering import Stroke
from inforce.redline.values import Action, Change, ChangeClass
from inforce.redline.words import MARK, cut, keys_of

# the same change occurs in many redlines
_ROOM, _LONGEST = 1024, 2_000
ADDRESSED = frozenset({SpanKind.LINK, SpanKind.IMAGE})


def describe(strokes: Iterable[Stroke], clauses: ClauseMap, numbered: Set[int]) -> tuple[Change, ...]:
    """Return the changes for `strokes`; `numbered` contains those (by number) that change a number in the text."""
    return tuple(_change(stroke, clauses, stroke.number in numbered) for stroke in strokes)


def _change(stroke: Stroke, clauses: ClauseMap, numbered: bool) -> Change:
    draft = stroke.draft
    clause = clauses.of(draft.old, draft.new)
    action = _action(stroke)
    was, now = "".join(stroke.was), "".join(stroke.now)
    return Change(
        number=stroke.number,
        kind=_class(stroke, action, numbered),
        action=action,
        was=was.removesuffix(MARK),
        now=now.removesuffix(MARK),
        block=stroke.block,
        clause=clause.id,
        heading=clause.heading,
        lost=stroke.lost,
        got=stroke.got,
    )


def _action(stroke: Stroke) -> Action:
    if stroke.move:
        return Action.MOVED
    if stroke.lost or stroke.got:
        return Action.REFORMATTED
    if stroke.was and stroke.now:
        return Action.REPLACED
    return Action.DELETED if stroke.was else Action.INSERTED


def _class(stroke: Stroke, action: Action, numbered: bool) -> ChangeClass:
    if action is Action.REFORMATTED:
        addressed = any(span.kind in ADDRESSED for span in (*stroke.lost, *stroke.got))
        return ChangeClass.LINK if addressed else ChangeClass.FORMATTING
    if stroke.whole or action is Action.MOVED:
        return ChangeClass.SUBSTANTIVE
    if numbered:
        return ChangeClass.NUMBER
    was, now = "".join(stroke.was), "".join(stroke.now)
    if (_speak_alike if len(was) + len(now) <= _LONGEST else _speak_alike.__wrapped__)(was, now):
        return ChangeClass.FORMATTING if MARK in was + now else ChangeClass.EDITORIAL
    return ChangeClass.SUBSTANTIVE


@lru_cache(_ROOM)
def _speak_alike(was: str, now: str) -> bool:
    return _spoken(was) == _spoken(now)


def _spoken(text: str) -> list[str]:
    """Return the keys of `text` that are not white space."""
    return [key for key in keys_of(cut(text)) if not key.isspace()]
