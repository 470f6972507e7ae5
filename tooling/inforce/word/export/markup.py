"""XML as text: elements, attributes and words, all of them escaped.

Invariants: the result is well-formed XML 1.0 for any words.

Not responsible for: the meaning of the elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

# XML 1.0, production 2 (Char): characters not allowed in a document, even as references.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *inner: str, attributes: Mapping[str, str] | None = None) -> str:
    """Return the element `name` with `attributes` around `inner`, which must be XML."""
    head = name + "".join([_attribute(key, value) for key, value in attributes.items()]) if attributes else name
    content = "".join(inner)
    return f"<{head}>{content}</{name}>" if content else f"<{head}/>"


@lru_cache(4096)  # authors, dates, measures and small numbers recur in every document
def _attribute(name: str, of: str) -> str:
    return f" {name}={quoteattr(legal(of))}"


@lru_cache(1024)
def value(name: str, of: str) -> str:
    """Return the element `name` with the attribute `w:val` set to `of`, the form of most properties."""
    return element(name, attributes={"w:val": of})


def words(text: str) -> str:
    """Escape `text` as the content of an element."""
    return escape(legal(text))


def legal(text: str) -> str:
    """Replace characters that XML 1.0 does not allow by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)
