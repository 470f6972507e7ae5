"""Terminal output: lines and tables that are readable through a pipe and in a narrow window.

Invariants: text from a book is never interpreted as markup, and control characters are made visible.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from inforce.escaping import harmless

_NARROW = 60
_WIDE = 160


class Screen(Console):
    """The output of a command; a closed pipe raises BrokenPipeError, which `runner` handles."""

    def __init__(self, *, errors: bool = False) -> None:
        """Print to stderr if `errors`, otherwise to stdout."""
        width = shutil.get_terminal_size((_WIDE, 24)).columns
        super().__init__(
            file=sys.stderr if errors else sys.stdout, width=width, markup=False, highlight=False, emoji=False
        )

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError, which the runner handles."""
        raise BrokenPipeError

    def say(self, text: str = "", style: str = "") -> None:
        """Print `text` as one line; in a terminal it is wrapped between words and keeps its indentation."""
        shown = Text(harmless(text), style=style)
        if not self.is_terminal:
            self.print(shown, soft_wrap=True)
            return
        indentation = len(text) - len(text.lstrip(" "))
        self.print(Padding(shown[indentation:], (0, 0, 0, indentation), expand=False))

    def table(self, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """Print `rows` under `headings`; in a narrow window each row becomes lines under its first two cells."""
        if self.width < _NARROW:
            self._stacked(headings, rows)
            return
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in headings:
            grid.add_column(heading, overflow="fold")
        for row in rows:
            grid.add_row(*(Text(harmless(cell)) for cell in row))
        self.print(grid)

    def _stacked(self, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        for first, second, *rest in rows:
            self.say(f"{first} {second}", style="bold")
            for heading, cell in zip(headings[2:], rest, strict=True):
                if cell:
                    self.say(f"  {heading.lower()}: {cell}")
