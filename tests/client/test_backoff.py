"""Tests of the poll intervals: requests of many clients are spread over time."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.client.backoff import after_answer, after_failure

BENCHMARK = Path(__file__).parent.parent.parent / "tooling" / "benchmarks" / "manifest.py"
DAY = 86_400
CHANCE = st.floats(0, 1, exclude_max=True)


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """Load the benchmark that simulates a million clients."""
    spec = importlib.util.spec_from_file_location("benchmark_of_the_manifest", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestCrowds:
    def test_clients_started_in_the_same_minute_do_not_poll_simultaneously(self, simulation: ModuleType) -> None:
        minutes = simulation.crowd(200_000, 2, at_once=True)

        assert minutes[0] == 200_000
        assert sum(minutes[1 : DAY // 2 // 60]) == 0
        assert simulation.peak(minutes, DAY // 2 + 60) < 2

    def test_recovered_host_is_not_overloaded(self, simulation: ModuleType) -> None:
        outage = range(DAY, DAY + 3600)

        assert simulation.peak(simulation.crowd(200_000, 3, at_once=False, outage=outage), DAY) < 2


@given(poll_seconds=st.integers(60, 30 * DAY), chance=CHANCE)
def test_next_poll_follows_after_0_5_to_1_5_times_the_interval(poll_seconds: int, chance: float) -> None:
    wait = after_answer(poll_seconds, chance).total_seconds()

    assert 0.5 * poll_seconds - 1 <= wait <= 1.5 * poll_seconds + 1


@given(poll_seconds=st.integers(0, 10**15), chance=CHANCE)
def test_poll_interval_of_a_manifest_is_limited_in_both_directions(poll_seconds: int, chance: float) -> None:
    assert 30 <= after_answer(poll_seconds, chance).total_seconds() <= 45 * DAY


@given(
    poll_seconds=st.integers(60, 30 * DAY),
    failures=st.integers(1, 10**9),
    chance=CHANCE,
    has_copy=st.booleans(),
    requested=st.none() | st.integers(0, DAY),
)
def test_delay_after_failures_is_at_least_half_a_minute_and_at_most_1_5_intervals(
    poll_seconds: int, failures: int, chance: float, has_copy: bool, requested: int | None
) -> None:
    wait = after_failure(poll_seconds, failures, chance, has_copy=has_copy, requested=requested).total_seconds()

    assert max(30, requested or 0) <= wait <= 1.5 * max(poll_seconds, requested or 0) + 1


@given(failures=st.integers(1, 60), chance=CHANCE, has_copy=st.booleans())
def test_further_failures_never_shorten_the_delay(failures: int, chance: float, has_copy: bool) -> None:
    waits = [after_failure(DAY, n, chance, has_copy=has_copy, requested=None) for n in (failures, failures + 1)]

    assert waits == sorted(waits)
