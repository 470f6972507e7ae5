"""A clause from the first idea to in force and its correction, through real git; the docs show what it saw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worked_history import Step, page, tell

PAGE = Path(__file__).parents[1] / "docs/operators/worked-example.md"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The steps of the story, played once."""
    return tell(tmp_path_factory.mktemp("story"))


def seen(steps: list[Step], title: str, who: str) -> str:
    """What `who` saw first at the step `title`."""
    (step,) = [one for one in steps if one.title.endswith(title)]
    return next(what for name, what in step.seen if name.startswith(who))


def test_the_documentation_shows_what_happened(steps: list[Step]) -> None:
    """To bring the page up to date: python tests/worked_history.py > docs/operators/worked-example.md."""
    assert page(steps) == PAGE.read_text("utf-8")


def test_the_first_page_for_editors_has_no_word_of_git() -> None:
    page_one = (PAGE.parents[1] / "editors.md").read_text("utf-8")
    assert re.findall(r"(?i)\b(?:git|commit|branch|merge|pull request|repository|push)\w*", page_one) == []


@pytest.mark.parametrize(
    ("title", "who", "what"),
    [
        pytest.param("a new version", "Edith", "(draft)", id="a form begins a draft"),
        pytest.param("the first words", "Edith", "26 days of notice; the book promises 30", id="short notice is told"),
        pytest.param(
            "the first words", "Edith", "The earliest date that keeps it: 2027-02-19", id="with the right day"
        ),
        pytest.param("the first words", "Edith", "the summary does not mention it", id="a gap in the summary is asked"),
        pytest.param("corrections", "Edith", "nothing to fix, no question", id="once corrected, nothing is left"),
        pytest.param("corrections", "Edith", "~~12~~**24**", id="the redline is in the comment"),
        pytest.param("announced, and locked", "Vera", "announced, from 2027-03-01", id="visitors see it coming"),
        pytest.param("announced, and locked", "Ada", '"reason": "upcoming"', id="users are told"),
        pytest.param("in force", "Vera", "in force since 2027-03-01", id="it changes automatically"),
        pytest.param("in force", "Ada", '"reason": "reaccept", "target_seq": 2, "base_seq": 1', id="users are asked"),
        pytest.param("wrong way to fix it", "Edith", "This would change what has been published", id="a lock holds"),
        pytest.param("wrong way to fix it", "Ed:", "became “legal@shop.example”", id="and says which words"),
        pytest.param("the right way", "Edith", "**editorial**: users are not told.", id="a correction is a version"),
        pytest.param("the right way", "Ada", '"reason": "current", "target_seq": 3', id="and asks no user"),
        pytest.param("the right way", "An auditor", '"seq": 3, "change": "editorial"', id="and is locked too"),
    ],
)
def test_each_person_sees_what_they_need(steps: list[Step], title: str, who: str, what: str) -> None:
    assert what in seen(steps, title, who)
