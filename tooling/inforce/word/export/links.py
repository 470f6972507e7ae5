"""Targets of a document's links: addresses outside it, and headings inside it.

Invariants: every address has one relationship (ECMA-376-2, 8.3); every bookmark name is valid in Word and unique.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inforce.word.export.markup import element

# The schemes that the site allows in texts; other links are written as plain words.
SAFE_SCHEMES = ("https:", "http:", "mailto:", "tel:")
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_LONGEST_NAME = 40


@dataclass(slots=True)
class WordLinks:
    """The external addresses used so far, and the headings that links can target."""

    addresses: dict[str, str] = field(default_factory=dict)
    bookmarks: set[str] = field(default_factory=set)

    def around(self, target: str, inner: str) -> str:
        """Return the runs and revisions `inner` in a link to `target`; only `inner` if the target does not exist."""
        if target.startswith("#") and len(target) > 1:
            return element("w:hyperlink", inner, attributes={"w:anchor": bookmark_name(target[1:]), "w:history": "1"})
        if not target.lower().startswith(SAFE_SCHEMES):
            return inner
        relation = self.addresses.setdefault(target, f"link{len(self.addresses) + 1}")
        return element("w:hyperlink", inner, attributes={"r:id": relation, "w:history": "1"})

    def bookmark(self, heading: str, number: str) -> str:
        """Return the bookmark for the id `heading`, "" if it exists; `number` must be unique in the document."""
        name = bookmark_name(heading)
        if not heading or name in self.bookmarks:
            return ""
        self.bookmarks.add(name)
        start = element("w:bookmarkStart", attributes={"w:id": number, "w:name": name})
        return start + element("w:bookmarkEnd", attributes={"w:id": number})

    def relationships(self) -> str:
        """Return the relationships of the links."""
        return "".join(
            element(
                "Relationship",
                attributes={"Id": name, "Type": _HYPERLINK, "Target": address, "TargetMode": "External"},
            )
            for address, name in self.addresses.items()
        )


def bookmark_name(heading: str) -> str:
    """Convert an id to a valid bookmark name: a letter first, then letters, digits and underscores."""
    return ("c_" + re.sub(r"\W", "_", heading))[:_LONGEST_NAME]
