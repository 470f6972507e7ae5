"""A redline as sentences, one per change, for screen readers, feeds and comments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from inforce.redline import Action, Change, ChangeClass, Format, Redline
from inforce.rendering.labels import ENGLISH, Labels

_LONGEST = 160


@lru_cache(4)  # a page and its JSON file are rendered one after the other
def to_sentences(redline: Redline, labels: Labels = ENGLISH) -> tuple[str, ...]:
    """Return one sentence per change of `redline` in reading order, each preceded by the heading of its clause."""
    return tuple([_in_clause(change, _sentence(change, labels), labels) for change in redline.changes])


def _in_clause(change: Change, sentence: str, labels: Labels) -> str:
    return labels.in_clause.format(heading=change.heading, sentence=sentence) if change.heading else sentence


def _sentence(change: Change, labels: Labels) -> str:
    was, now = shortened(change.was), shortened(change.now)
    if change.action is Action.REFORMATTED:
        return _reformatted(change, now, labels)
    if change.action is Action.MOVED:
        return labels.moved_sentence.format(now=now or was)
    if change.kind is ChangeClass.EDITORIAL:
        return labels.editorial_sentence.format(was=was, now=now)
    if change.action is Action.REPLACED:
        return labels.replaced_sentence.format(was=was, now=now)
    if change.action is Action.INSERTED:
        return labels.inserted_sentence.format(was=was, now=now)
    return labels.deleted_sentence.format(was=was, now=now)


def _reformatted(change: Change, now: str, labels: Labels) -> str:
    if change.kind is ChangeClass.LINK:
        was_target = _target(change.lost) or labels.nothing
        now_target = _target(change.got) or labels.nothing
        return labels.link_sentence.format(now=now, was_target=was_target, now_target=now_target)
    lost, got = labels.spell(change.lost), labels.spell(change.got)
    return labels.format_sentence.format(now=now, lost=lost, got=got)


def shortened(text: str) -> str:
    """Return `text` shortened for a sentence: cut between words, with an ellipsis in the middle.

    Text that is only white space is shown as ␣ and ¶.
    """
    flat = " ".join(text.split())
    if not flat:
        return "".join(["¶" if sign == "\n" else "␣" for sign in text])
    if len(flat) <= _LONGEST:
        return flat
    head, tail = flat[: _LONGEST * 2 // 3], flat[-_LONGEST // 4 :]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"


def _target(formats: Iterable[Format]) -> str:
    return next((format_.value for format_ in formats if format_.kind in ("link", "image")), "")
