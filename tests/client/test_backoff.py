"""When to ask again: a crowd of clients is a murmur at the host's door, whatever they began with."""

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
    """Load the benchmark, which holds the simulation of a million clients."""
    spec = importlib.util.spec_from_file_location("benchmark_of_the_manifest", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestCrowds:
    def test_clients_that_all_began_in_one_minute_never_come_back_as_a_crowd(self, simulation: ModuleType) -> None:
        minutes = simulation.crowd(200_000, 2, at_once=True)

        assert minutes[0] == 200_000
        assert sum(minutes[1 : DAY // 2 // 60]) == 0
        assert simulation.peak(minutes, DAY // 2 + 60) < 2

    def test_a_host_that_was_out_for_an_hour_is_not_stormed_when_it_is_back(self, simulation: ModuleType) -> None:
        outage = range(DAY, DAY + 3600)

        assert simulation.peak(simulation.crowd(200_000, 3, at_once=False, outage=outage), DAY) < 2


@given(poll_seconds=st.integers(60, 30 * DAY), chance=CHANCE)
def test_the_next_question_comes_within_half_to_one_and_a_half_of_the_pace(poll_seconds: int, chance: float) -> None:
    wait = after_answer(poll_seconds, chance).total_seconds()

    assert 0.5 * poll_seconds - 1 <= wait <= 1.5 * poll_seconds + 1


@given(poll_seconds=st.integers(0, 10**15), chance=CHANCE)
def test_a_manifest_can_ask_for_no_pace_that_hurts_its_host_or_sleeps_for_ever(
    poll_seconds: int, chance: float
) -> None:
    assert 30 <= after_answer(poll_seconds, chance).total_seconds() <= 45 * DAY


@given(
    poll_seconds=st.integers(60, 30 * DAY),
    failures=st.integers(1, 10**9),
    chance=CHANCE,
    has_copy=st.booleans(),
    asked=st.none() | st.integers(0, DAY),
)
def test_failures_wait_for_at_least_half_a_minute_and_what_was_asked_and_at_most_the_pace_and_a_half(
    poll_seconds: int, failures: int, chance: float, has_copy: bool, asked: int | None
) -> None:
    wait = after_failure(poll_seconds, failures, chance, has_copy=has_copy, asked=asked).total_seconds()

    assert max(30, asked or 0) <= wait <= 1.5 * max(poll_seconds, asked or 0) + 1


@given(failures=st.integers(1, 60), chance=CHANCE, has_copy=st.booleans())
def test_one_more_failure_never_makes_a_client_more_eager(failures: int, chance: float, has_copy: bool) -> None:
    waits = [after_failure(DAY, n, chance, has_copy=has_copy, asked=None) for n in (failures, failures + 1)]

    assert waits == sorted(waits)
