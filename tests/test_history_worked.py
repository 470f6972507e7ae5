"""The worked example of the documentation, run with real git; the page is generated from its output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worked_history import Step, output, page, tell

PAGE = Path(__file__).parents[1] / "docs/operators/worked-example.md"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The steps of the example, run once."""
    return tell(tmp_path_factory.mktemp("story"))


def test_worked_example_page_is_up_to_date(steps: list[Step]) -> None:
    """To update the page: python tests/worked_history.py > docs/operators/worked-example.md."""
    assert page(steps) == PAGE.read_text("utf-8")


def test_editors_page_does_not_mention_git() -> None:
    page_one = (PAGE.parents[1] / "editors.md").read_text("utf-8")
    assert re.findall(r"(?i)\b(?:git|commit|branch|merge|pull request|repository|push)\w*", page_one) == []


@pytest.mark.parametrize(
    ("title", "who", "what"),
    [
        pytest.param("a new version", "Edith", "(draft)", id="the form opens a draft"),
        pytest.param("first edit", "Edith", "26 days of notice; the book requires 30", id="short notice is reported"),
        pytest.param(
            "first edit", "Edith", "The earliest effective date that complies: 2027-02-19", id="with the earliest date"
        ),
        pytest.param("first edit", "Edith", "the summary does not mention it", id="a gap in the summary is a question"),
        pytest.param("corrections", "Edith", "no errors, no questions", id="no findings after the correction"),
        pytest.param("corrections", "Edith", "~~12~~**24**", id="the redline is in the comment"),
        pytest.param("announcement and lock", "Vera", "announced, from 2027-03-01", id="visitors see the announcement"),
        pytest.param("announcement and lock", "Ada", '"reason": "upcoming"', id="users are informed"),
        pytest.param("in force", "Vera", "in force since 2027-03-01", id="it takes effect automatically"),
        pytest.param("in force", "Ada", '"reason": "reaccept", "target_seq": 2, "base_seq": 1', id="users are asked"),
        pytest.param(
            "wrong way to fix it", "Edith", "This would change a published version", id="the lock is enforced"
        ),
        pytest.param("wrong way to fix it", "Ed,", "became “legal@shop.example”", id="with the changed words"),
        pytest.param(
            "the right way", "Edith", "**editorial**: users are not informed.", id="a correction is a new version"
        ),
        pytest.param("the right way", "Ada", '"reason": "current", "target_seq": 3', id="without asking users"),
        pytest.param("the right way", "An auditor", '"seq": 3, "change": "editorial"', id="which is locked"),
    ],
)
def test_each_person_sees_the_expected_output(steps: list[Step], title: str, who: str, what: str) -> None:
    assert what in output(steps, title, who)
