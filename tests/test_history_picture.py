"""The history chart: sections keep their row, and every mark shows a change and its size."""

from __future__ import annotations

from itertools import pairwise

from inforce.publication.change_summary import ClauseStep, Step
from inforce.publication.pages.change_matrix import MatrixRow, by_column, picture
from inforce.redline import ClauseState, prepare, redline
from inforce.rendering.labels import Labels

A = "# Terms\n\nOne.\n\n## Use\n\nYou may use it as you like, every day of the year.\n\n## Cookies\n\nWe set two.\n"
B = A.replace("two", "three")
C = (
    "# Terms\n\nOne.\n\n## Rights of our customers\n\nAsk us.\n\n"
    "## Use of the shop\n\nYou may use it as you like, every day of the year.\n"
)


def step(old: str, new: str) -> Step:
    return Step.of(redline(prepare(old), prepare(new)))


def drawn(*texts: str) -> dict[str, MatrixRow]:
    """Return the rows of the chart of `texts`, oldest first, by heading."""
    steps = [step(old, new) for old, new in pairwise(texts)]
    outline = [(clause.id, clause.heading) for clause in prepare(texts[-1]).document.clauses]
    return {row.heading: row for row in picture(outline, steps)}


def marks(row: MatrixRow) -> list[tuple[int, str]]:
    return [(cell.column, str(cell.state)) for cell in row.cells]


def test_chart_has_a_mark_for_each_change_of_a_section_and_no_other() -> None:
    rows = drawn(A, B, B)

    assert {heading: marks(row) for heading, row in rows.items()} == {
        "Terms": [],
        "Use": [],
        "Cookies": [(1, "changed")],
    }


def test_renamed_section_keeps_its_row_under_the_newest_name() -> None:
    rows = drawn(A.replace("You may", "One may"), A, C)

    assert "Use" not in rows
    assert marks(rows["Use of the shop"]) == [(1, "changed"), (2, "changed")]
    assert (rows["Use of the shop"].first, rows["Use of the shop"].last) == (0, 2)


def test_row_spans_the_first_to_the_last_version_of_a_section() -> None:
    rows = drawn(A, B, C, C)

    assert marks(rows["Rights of our customers"]) == [(2, "added")]
    assert (rows["Rights of our customers"].first, rows["Rights of our customers"].last) == (2, 3)
    assert marks(rows["Cookies"]) == [(1, "changed"), (2, "removed")]
    assert (rows["Cookies"].first, rows["Cookies"].last) == (0, 1)


def test_restored_section_has_a_row_for_each_period() -> None:
    without = "# Terms\n\nOne.\n"
    lives = [
        marks(row)
        for row in picture(
            [(clause.id, clause.heading) for clause in prepare(A).document.clauses],
            [step(A, without), step(without, A)],
        )
        if row.heading == "Cookies"
    ]

    assert sorted(lives) == [[(1, "removed")], [(2, "added")]]


def test_rows_are_in_reading_order_including_removed_sections() -> None:
    assert list(drawn(A, A.replace("## Use\n\nYou may use it as you like, every day of the year.\n\n", ""))) == [
        "Terms",
        "Use",
        "Cookies",
    ]


def test_sections_that_swap_their_ids_keep_their_rows() -> None:
    swapped = Step(
        clauses=(
            ClauseStep(id="a", heading="New A", state=ClauseState.CHANGED, percent=9, was="b"),
            ClauseStep(id="b", heading="New B", state=ClauseState.CHANGED, percent=9, was="a"),
        ),
        sentences=(),
    )
    touched = Step(clauses=(ClauseStep(id="a", heading="A", state=ClauseState.CHANGED, percent=70),), sentences=())

    rows = {row.heading: row for row in picture([("a", "New A"), ("b", "New B")], [touched, swapped])}

    assert {heading: [cell.column for cell in row.cells] for heading, row in rows.items()} == {
        "New A": [2],
        "New B": [1, 2],
    }


def test_size_of_a_mark_is_the_size_of_the_change() -> None:
    sizes = {}
    for percent in (1, 5, 6, 25, 26, 60, 61, 100):
        changed = ClauseStep(id="a", heading="A", state=ClauseState.CHANGED, percent=percent)
        (row,) = picture([("a", "A")], [Step(clauses=(changed,), sentences=())])
        sizes[percent] = row.cells[0].size

    assert sizes == {1: 1, 5: 1, 6: 2, 25: 2, 26: 3, 60: 3, 61: 4, 100: 4}


def test_table_agrees_with_the_chart_for_each_version() -> None:
    rows = tuple(drawn(A, B, C).values())

    headings = [sorted(heading for heading, _ in column) for column in by_column(rows, 3)]

    assert headings == [[], ["Cookies"], ["Cookies", "Rights of our customers", "Use of the shop"]]


def test_changed_link_has_a_small_mark() -> None:
    old = (
        "# Terms\n\nSee [here](https://one.example/), which is a long text that stays as it is for a good many words.\n"
    )

    (clause,) = step(old, old.replace("one", "two", 1)).clauses

    assert (clause.state, clause.percent) == (ClauseState.CHANGED, 1)


def test_change_is_described_in_the_readers_language() -> None:
    comparison = redline(prepare(A), prepare(B))

    assert Step.of(comparison, Labels(replaced_sentence="{was} → {now}")).sentences == ("Cookies – two → three",)
