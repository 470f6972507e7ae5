"""No banned phrase occurs in code, docs, templates, messages or tests; CONTRIBUTING lists them with replacements."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prose import Passage, passages

CONTRIBUTING = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text("utf-8")
# The forms of each banned phrase. Only phrases that are wrong in every context.
BANNED = {
    "mend": r"\bmend(?:s|ed|ing)?\b",
    "hold against": r"\b(?:hold|holds|held|holding) (?:[\w“”`’-]+ ){0,5}against\b",
    "by itself": r"\bby itself\b",
    "weighty": r"\bweight(?:y|ier|iest)\b",
    "take back": r"\b(?:take|takes|taken|taking|took) back\b",
    "go through": r"\b(?:go|goes|going|went|gone) through\b",
    "tell whether": r"\b(?:tell|tells|told|telling) whether\b",
    "say whether": r"\b(?:say|says|said|saying) whether\b",
    "whoever": r"\bwhoever\b",
    "somebody": r"\bsomebody\b",
    "nobody": r"\bnobody\b",
    "any more": r"\bany more\b(?! than)",
    "for ever": r"\bfor ever\b",
    "shall": r"\bshall\b",
    "anew": r"\banew\b",
}


def occurrences(name: str, passages_found: list[Passage]) -> list[str]:
    """Return the place and the words of every passage that contains the banned phrase `name`."""
    pattern = re.compile(BANNED[name], re.IGNORECASE)
    words = [(passage, " ".join(passage.text.split())) for passage in passages_found]
    return [f"{passage.path}:{passage.line}: {text}" for passage, text in words if pattern.search(text)]


@pytest.fixture(scope="module")
def everything() -> list[Passage]:
    """Every passage of the project except the list of banned words."""
    return [passage for passage in passages() if "| Banned | Instead |" not in passage.text]


@pytest.mark.parametrize("name", BANNED)
def test_banned_phrase_does_not_occur(everything: list[Passage], name: str) -> None:
    assert occurrences(name, everything) == []


@pytest.mark.parametrize("name", BANNED)
def test_banned_phrase_is_detected(name: str) -> None:
    sentence = name.replace("hold against", "held the text against")
    assert occurrences(name, [Passage("page.md", 1, "page", f"Please {sentence}\nit.")]) != []


@pytest.mark.parametrize("name", BANNED)
def test_contributing_lists_every_banned_phrase(name: str) -> None:
    table = CONTRIBUTING.split("| Banned | Instead |")[1].split("\n\n")[0]
    assert name in table


def test_every_kind_of_prose_is_read(everything: list[Passage]) -> None:
    kinds = {passage.kind for passage in everything}
    assert kinds == {"docstring", "comment", "message", "test name", "page", "setting"}
    assert len(everything) > 5000
