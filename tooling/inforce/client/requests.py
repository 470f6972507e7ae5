"""What an app reads from a request of a user: the languages of the user, and whether a blocked user may open a path."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8})\s*(?:;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
_MOST_RANGES = 100
_ODD = frozenset("%;?#\\")


def accept_language(header: str) -> list[str]:
    """Return the languages in a header `Accept-Language`, best first, for the argument `languages` of `check`.

    Invalid items are ignored, and so are `*` and languages of quality 0 (RFC 9110, section 12.5.4).

        >>> accept_language("fr;q=0.5, de-AT, en;q=0.8, *;q=0.1")
        ['de-AT', 'en', 'fr']

    :param header: value of the header; empty if the request has none
    """
    matches = [_RANGE.fullmatch(item) for item in header.split(",", _MOST_RANGES)[:_MOST_RANGES]]
    wishes = [(float(match[2] or 1), match[1]) for match in matches if match]
    ordered = sorted(wishes, key=lambda wish: -wish[0])  # sorting keeps the order of equal qualities
    return list(dict.fromkeys(tag for quality, tag in ordered if quality))


def opens(path: str, open_paths: Iterable[str]) -> bool:
    """Return whether `path` is one of `open_paths` or below one, so that a blocked user may open it.

    Whole segments are compared. A path with an escape, a dot segment or an empty segment is never open, because
    servers and frameworks normalise such a path in different ways.

        >>> opens("/account/export", ["/account"]), opens("/accounting", ["/account"])
        (True, False)

    :param path: path of the request, as the router of the app gets it, without query
    :param open_paths: paths that remain open, each beginning with `/`; `/` opens every path
    """
    inner = path.removesuffix("/").split("/")[1:] if path != "/" else []
    if not path.startswith("/") or _ODD & set(path) or {"", ".", ".."} & set(inner):
        return False
    parents = [open_path.rstrip("/") for open_path in open_paths]
    return any(path == parent or path.startswith(f"{parent}/") for parent in parents)
