"""The announced texts in which the old words of a correction remain.

Invariants: words are searched for together with the characters around them, so that common words are not reported.
Not responsible for: correcting the announced texts (see `book/amendment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inforce.language import Language
from inforce.policy import Policy, Version
from inforce.redline import IN_NEW, IN_OLD, Action, Op, Redline, prepare
from inforce.rendering.sentences import to_sentences

_AROUND = 8  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedText:
    """The announced text of `version`, compared with a correction of an earlier version.

    `old_words` are the changes whose old words it contains, and `unclear` those of which it contains neither the old
    nor the new words, as sentences.
    """

    version: Version
    old_words: tuple[str, ...]
    unclear: tuple[str, ...]


def announced_texts(
    policy: Policy, amendment: Version, language: Language, correction: Redline, now: datetime
) -> Iterator[AnnouncedText]:
    """Yield each announced text of `policy` in `language` that follows the version corrected by `amendment`.

    `correction` is the redline of the corrected text.
    """
    phrases, sentences = dict(_phrases(correction)), to_sentences(correction)
    for version in _announced(policy, amendment, now):
        if edition := version.edition(language):
            found: dict[bool, list[str]] = {True: [], False: []}
            text = prepare(edition.text).text
            for change, sentence in zip(correction.changes, sentences, strict=True):
                old, new = phrases.get(change.number, ("", ""))
                if (old and old in text) or not (new and new in text):
                    found[bool(old and old in text)].append(sentence)
            yield AnnouncedText(version=version, old_words=tuple(found[True]), unclear=tuple(found[False]))


def _phrases(correction: Redline) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield the number of each change of words, and its old and new words with the characters around them."""
    sides = [_spans(correction, side) for side in (IN_OLD, IN_NEW)]
    texts = (correction.old.text, correction.new.text)
    for change in correction.changes:
        if change.action not in (Action.MOVED, Action.REFORMATTED):
            old, new = (_phrase(text, *spans[change.number]) for text, spans in zip(texts, sides, strict=True))
            yield change.number, (old, new)


def _spans(correction: Redline, side: frozenset[Op]) -> dict[int, tuple[int, int]]:
    """Return the start and the end of each change in the plain text of one side."""
    spans: dict[int, tuple[int, int]] = {}
    at = 0
    for run in correction.runs:
        end = at + len(run.text) if run.op in side else at
        if run.change:
            spans[run.change] = (spans.get(run.change, (at, at))[0], end)
        at = end
    return spans


def _phrase(text: str, start: int, end: int) -> str:
    """Return the words from `start` to `end` with the characters around them in the same block.

    The result is empty if the change is a whole block that this side does not contain.
    """
    before = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    after = text[end : end + _AROUND].partition("\n")[0]
    return before + text[start:end] + after


def _announced(policy: Policy, amendment: Version, now: datetime) -> tuple[Version, ...]:
    """Return the newest text of each version after that which `amendment` corrects, if it is not yet effective.

    It may be the draft of an amendment, since a correction of both texts is usually drafted in one pull request.
    """
    corrected = policy.original(amendment)
    newest = {
        policy.original(version).label: version
        for version in policy.versions
        if policy.place(version) > policy.place(corrected)
        and policy.original(version) is not corrected
        and version.effective_at > now
        and not (policy.original(version).draft or version.is_cancelled(now))
    }
    return tuple(newest.values())
