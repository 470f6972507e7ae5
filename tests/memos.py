"""Clear the caches of modules, as in a new process."""

from __future__ import annotations

import sys


def forget(*rooms: str) -> int:
    """Clear every cache of the modules in `rooms`; return their number.

    >>> forget("inforce.rendering") > 0
    True
    """
    caches = [
        value
        for name, module in sorted(sys.modules.items())
        if any(name == room or name.startswith(f"{room}.") for room in rooms)
        for value in vars(module).values()
        if hasattr(value, "cache_clear") and value.__module__ == name
    ]
    for memo in caches:
        memo.cache_clear()
    return len(caches)
