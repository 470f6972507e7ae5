"""Which paths a blocked user can open."""

from __future__ import annotations

from collections.abc import Iterable

from inforce.client.requests import opens


class ProtectedPaths:
    """The paths that are protected, and the exceptions below them; each includes everything below it.

    >>> paths = ProtectedPaths(["/api"], ["/api/support"])
    >>> [paths.is_protected(path) for path in ("/api/orders", "/api/support/new", "/about")]
    [True, False, False]
    """

    def __init__(self, protected: Iterable[str], opened: Iterable[str]) -> None:
        self._protected = [f"{path.rstrip('/')}/" for path in protected]
        self._opened = list(opened)

    def leave_open(self, path: str) -> None:
        """Add `path` to the exceptions."""
        self._opened.append(path)

    def is_protected(self, path: str) -> bool:
        """Return whether a blocked user cannot open `path`; so is every path that servers normalise in different ways.

        :param path: path of the request, as the router of the app gets it, without query
        """
        is_odd = not opens(path, ["/"])
        return is_odd or (not opens(path, self._opened) and f"{path}/".startswith(tuple(self._protected)))
