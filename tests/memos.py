"""What the rooms of the house remember, forgotten, as in a process that has just begun."""

from __future__ import annotations

import sys


def forget(*rooms: str) -> int:
    """Empty every memo of the modules in `rooms`; give how many there are.

    >>> forget("inforce.rendering") > 0
    True
    """
    found = [
        value
        for name, module in sorted(sys.modules.items())
        if any(name == room or name.startswith(f"{room}.") for room in rooms)
        for value in vars(module).values()
        if hasattr(value, "cache_clear") and value.__module__ == name
    ]
    for memo in found:
        memo.cache_clear()
    return len(found)
