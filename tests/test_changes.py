"""The differences between two editions by clause, together with the author's summary."""

from __future__ import annotations

import pytest

from inforce.changes import EditionChanges
from inforce.language import Language
from inforce.policy import Edition, SummaryPoint
from inforce.redline import prepare

OLD = "# Terms\n\n## Use {#use}\n\nUse it well.\n\n## Keeping {#keeping}\n\nKept for 24 months.\n"
NEW = "# Terms\n\n## Use {#use}\n\nUse it very well.\n\n## Keeping {#keeping}\n\nKept for 36 months.\n"


def edition(text: str, *summary: tuple[str, str], language: str = "en") -> Edition:
    points = tuple(SummaryPoint(section=section, text=sentence) for section, sentence in summary)
    return Edition(language=Language(language), text=text, summary=points)


def changes(old: Edition, new: Edition) -> EditionChanges:
    return EditionChanges.between(old, new, (prepare(old.text), prepare(new.text)))


def test_changed_clauses_are_in_reading_order() -> None:
    assert [clause.id for clause in changes(edition(OLD), edition(NEW)).clauses] == ["use", "keeping"]


def test_unchanged_clause_is_not_listed() -> None:
    assert [clause.id for clause in changes(edition(OLD), edition(OLD.replace("24", "36"))).clauses] == ["keeping"]


def test_equal_texts_have_no_changed_clause() -> None:
    assert changes(edition(OLD), edition(OLD)).clauses == ()


def test_summary_points_are_found_by_clause() -> None:
    difference = changes(
        edition(OLD), edition(NEW, ("keeping", "Longer."), ("use", "Better."), ("keeping", "Much longer."))
    )

    assert [point.text for point in difference.said("keeping")] == ["Longer.", "Much longer."]
    assert difference.said("contact") == ()


def test_summary_of_the_older_text_is_ignored() -> None:
    difference = changes(edition(OLD, ("use", "It is there.")), edition(NEW))

    assert difference.said("use") == ()


@pytest.mark.parametrize(
    ("sections", "unmentioned"),
    [
        pytest.param((), ["use", "keeping"], id="no summary"),
        pytest.param(("keeping",), ["use"], id="a point for one clause"),
        pytest.param(("keeping", "use"), [], id="points for both clauses"),
        pytest.param(("",), [], id="a point for the whole text"),
        pytest.param(("contact",), ["use", "keeping"], id="a point for an unchanged clause"),
    ],
)
def test_changed_clause_without_summary_point_is_listed_as_unmentioned(
    sections: tuple[str, ...], unmentioned: list[str]
) -> None:
    difference = changes(edition(OLD), edition(NEW, *((section, "Said.") for section in sections)))

    assert [clause.id for clause in difference.unmentioned] == unmentioned


def test_comparing_two_languages_raises_error() -> None:
    with pytest.raises(ValueError, match="a text in en cannot be compared with one in de"):
        changes(edition(OLD), edition(NEW, language="de"))
