"""Run the command line as `python -m inforce.cli`."""

from __future__ import annotations

from inforce.cli import main

main()
