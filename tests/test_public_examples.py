"""The examples in the docstrings of the public functions print what they show."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "examples"),
    [("inforce.acceptance.decide", 1), ("inforce.redline.engine", 2), ("inforce.redline.tokens", 3)],
)
def test_examples_of_public_functions_print_what_they_show(module: str, examples: int) -> None:
    results = doctest.testmod(importlib.import_module(module), verbose=False)
    assert results.failed == 0
    assert results.attempted >= examples
