"""Progress without a terminal: a line for each quarter, with the remaining time."""

from __future__ import annotations

import threading
import time

import pytest

from inforce.cli.progress import progress


@pytest.mark.parametrize(
    ("steps", "of", "expected"),
    [
        pytest.param(range(100, 1001, 100), 1000, [300, 500, 800, 1000], id="small steps"),
        pytest.param([48, 900, 1000], 1000, [900, 1000], id="a step over several quarters is reported once"),
        pytest.param([1], 1, [1], id="one thing"),
    ],
)
def test_each_quarter_is_reported_once_for_any_step_size(
    capsys: pytest.CaptureFixture[str], steps: list[int], of: int, expected: list[int]
) -> None:
    with progress("Making", "pages") as report:
        for step in steps:
            report(step, of)
    assert [line.split(",")[0] for line in capsys.readouterr().err.splitlines()] == [
        f"Making pages: {finished} of {of}" for finished in expected
    ]


def test_remaining_time_is_estimated_from_the_elapsed_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 20.0, 58.0, 60.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with progress("Making", "pages") as report:
        for finished in (250, 990, 1000):
            report(finished, 1000)
    assert capsys.readouterr().err.splitlines() == [
        "Making pages: 250 of 1000, about 60 s left",
        "Making pages: 990 of 1000",
        "Making pages: 1000 of 1000",
    ]


def test_bar_in_a_terminal_is_drawn_without_a_thread(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process with another thread must not fork, so pages would be rendered on one processor."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    before = threading.active_count()
    with progress("Making", "pages") as report:
        assert threading.active_count() == before
        report(250, 1000)
        assert "250/1000" in capsys.readouterr().err
        report(1000, 1000)
        assert "1000/1000" in capsys.readouterr().err
