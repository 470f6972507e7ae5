"""XML as text: elements, attributes and words, every one of them escaped.

Keeps true: whatever the words, the result is well-formed XML 1.0. Does not know what the elements mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

# XML 1.0, production 2 (Char): what a document may not hold, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *inner: str, attributes: Mapping[str, str] | None = None) -> str:
    """Write the element `name` with `attributes` around `inner`, which is XML already."""
    head = name + "".join([_attribute(key, value) for key, value in attributes.items()]) if attributes else name
    content = "".join(inner)
    return f"<{head}>{content}</{name}>" if content else f"<{head}/>"


@lru_cache(4096)  # authors, days, measures and small numbers, in every document again
def _attribute(name: str, of: str) -> str:
    return f" {name}={quoteattr(legal(of))}"


@lru_cache(1024)
def value(name: str, of: str) -> str:
    """Write the element `name` whose attribute `w:val` is `of`, as most properties are written."""
    return element(name, attributes={"w:val": of})


def words(text: str) -> str:
    """Escape `text` as the content of an element."""
    return escape(legal(text))


def legal(text: str) -> str:
    """Replace what XML 1.0 cannot hold by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)
