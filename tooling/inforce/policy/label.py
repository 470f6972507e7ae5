"""Version labels: numbers joined by dots or hyphens, sorted numerically."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inforce.errors import quoted

_LABEL = re.compile(r"[0-9]{1,9}(?:[.-][0-9]{1,9}){0,7}")


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """The label of a version, such as `2027-03-01`, `2027-03-01.1`, `1.10` or `4`; sorted as tuples of integers."""

    numbers: tuple[int, ...] = field(init=False)
    text: str = field(compare=False)

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.text):
            message = f"expected digits joined by “.” or “-” such as “2027-03-01” or “1.10”, got {quoted(self.text)}"
            raise ValueError(message)
        object.__setattr__(self, "numbers", tuple(int(part) for part in re.split("[.-]", self.text)))

    def __str__(self) -> str:
        return self.text
