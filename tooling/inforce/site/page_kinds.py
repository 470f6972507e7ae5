"""The registry of page kinds: each module of `publication/pages` that defines `KIND`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from inforce.publication import PageKind, pages


@cache
def page_kinds() -> tuple[PageKind, ...]:
    """Return every kind of page, sorted by name."""
    modules = (import_module(f"{pages.__name__}.{module.name}") for module in iter_modules(pages.__path__))
    kinds: list[PageKind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return tuple(sorted(kinds, key=lambda kind: kind.name))
