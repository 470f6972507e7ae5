"""The worked example of corrections, run with real git; the page is generated from its output."""

from __future__ import annotations

from pathlib import Path

import pytest

from worked_corrections import HEAD, tell
from worked_history import Step, output, page

PAGE = Path(__file__).parents[1] / "docs/operators/worked-corrections.md"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The steps of the example, run once."""
    return tell(tmp_path_factory.mktemp("story"))


def test_page_of_corrections_is_up_to_date(steps: list[Step]) -> None:
    """To update the page: python tests/worked_corrections.py > docs/operators/worked-corrections.md."""
    assert page(steps, HEAD) == PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "users"),
    [
        pytest.param(
            "a version is announced",
            ["Ada | notice | upcoming | 2027-03-01 | 2026-01-15", "Cleo | ok | current | 2026-01-15 | 2027-03-01"],
            id="announced",
        ),
        pytest.param(
            "the corrections are published",
            [
                "Ada | notice | upcoming | 2027-03-01.1 | 2026-01-15",
                "Ben | notice | upcoming | 2027-03-01.1 | 2026-01-15.1",
                "Cleo | ok | current | 2026-01-15.1 | 2027-03-01",
                "Dan | ok | current | 2026-01-15.1 | 2027-03-01.1",
            ],
            id="corrected",
        ),
        pytest.param("a new user joins", ["Eve | block | first-time | 2026-01-15.1 | –"], id="a new user"),
        pytest.param(
            "the announced version takes effect",
            [
                "Ada | block | reaccept | 2027-03-01.1 | 2026-01-15",
                "Ben | block | reaccept | 2027-03-01.1 | 2026-01-15.1",
                "Cleo | ok | current | 2027-03-01.1 | 2027-03-01",
                "Dan | ok | current | 2027-03-01.1 | 2027-03-01.1",
                "Eve | block | first-time | 2027-03-01.1 | –",
            ],
            id="in force",
        ),
        pytest.param(
            "the text in force is corrected again",
            [
                "Ada | block | reaccept | 2027-03-01.2 | 2026-01-15",
                "Cleo | ok | current | 2027-03-01.2 | 2027-03-01",
                "Dan | ok | current | 2027-03-01.2 | 2027-03-01.1",
            ],
            id="corrected again",
        ),
        pytest.param(
            "another version is announced",
            [
                "Ada | block | reaccept | 2027-03-01.2 | 2026-01-15",
                "Dan | notice | upcoming | 2027-05-01 | 2027-03-01.1",
            ],
            id="another announced",
        ),
        pytest.param(
            "it is cancelled",
            [
                "Ben | block | reaccept | 2027-03-01.2 | 2026-01-15.1",
                "Cleo | ok | current | 2027-03-01.2 | 2027-03-01",
                "Dan | ok | current | 2027-03-01.2 | 2027-03-01.1",
            ],
            id="cancelled",
        ),
    ],
)
def test_each_user_is_asked_what_the_user_owes(steps: list[Step], title: str, users: list[str]) -> None:
    table = output(steps, title, "The five users").splitlines()
    assert [user for user in users if f"| {user} |" not in table] == []


@pytest.mark.parametrize(
    ("title", "who", "what"),
    [
        pytest.param("typo is found", "Edith, as a draft", "2027-03-01.1/en.md", id="both texts are corrected"),
        pytest.param("typo is found", "Edith and Rita", "no errors, no questions", id="no findings"),
        pytest.param("typo is found", "Edith and Rita", "already contains this correction", id="in both texts"),
        pytest.param("are published", "`inforce status`", "↳ 2026-01-15.1  in force since 2027-02-01", id="status"),
        pytest.param("are published", "The page", "In force: this text, version 2026-01-15.1", id="the site"),
        pytest.param("are published", "The newest", "2026-01-15.1, a correction of 2026-01-15, is in", id="the feed"),
        pytest.param("are published", "The manifest", '"in_force": 3', id="the number in force"),
        pytest.param("takes effect", "The page", "version 2027-03-01.1, applies since March 1, 2027", id="its text"),
        pytest.param("takes effect", "The manifest", '"amendments": {"3": 1, "4": 2}', id="places of old receipts"),
        pytest.param("corrected again", "`inforce status`", "↳ 2027-03-01.2             in force", id="a second one"),
        pytest.param("it is cancelled", "The manifest", '"cancelled": [6]', id="the cancelled number"),
        pytest.param("it is cancelled", "`inforce status`", "No changes are scheduled.", id="nothing to come"),
    ],
)
def test_each_person_sees_the_expected_output(steps: list[Step], title: str, who: str, what: str) -> None:
    assert what in output(steps, title, who)
