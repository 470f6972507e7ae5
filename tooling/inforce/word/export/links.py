"""Where links of a document lead: addresses outside it, and headings inside it.

Keeps true: every address is one relationship (ECMA-376-2, 8.3), every bookmark a name that Word takes, used once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inforce.word.export.markup import element

# The same schemes as the site's texts let through; anything else is shown as words.
SAFE_SCHEMES = ("https:", "http:", "mailto:", "tel:")
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_LONGEST_NAME = 40


@dataclass(slots=True)
class WordLinks:
    """The addresses that links lead to so far, and the headings they can lead to."""

    addresses: dict[str, str] = field(default_factory=dict)
    bookmarks: set[str] = field(default_factory=set)

    def around(self, target: str, inner: str) -> str:
        """Write the link to `target` around the runs and revisions `inner`; `inner` alone where it can lead nowhere."""
        if target.startswith("#") and len(target) > 1:
            return element("w:hyperlink", inner, attributes={"w:anchor": bookmark_name(target[1:]), "w:history": "1"})
        if not target.lower().startswith(SAFE_SCHEMES):
            return inner
        relation = self.addresses.setdefault(target, f"link{len(self.addresses) + 1}")
        return element("w:hyperlink", inner, attributes={"r:id": relation, "w:history": "1"})

    def bookmark(self, heading: str, number: str) -> str:
        """Write the place that links to the id `heading` lead to, once; `number` is of its own in the document."""
        name = bookmark_name(heading)
        if not heading or name in self.bookmarks:
            return ""
        self.bookmarks.add(name)
        start = element("w:bookmarkStart", attributes={"w:id": number, "w:name": name})
        return start + element("w:bookmarkEnd", attributes={"w:id": number})

    def relationships(self) -> str:
        """Write the relationships of the links."""
        return "".join(
            element(
                "Relationship",
                attributes={"Id": name, "Type": _HYPERLINK, "Target": address, "TargetMode": "External"},
            )
            for address, name in self.addresses.items()
        )


def bookmark_name(heading: str) -> str:
    """Spell an id as Word wants the name of a bookmark: a letter first, then letters, digits and underscores."""
    return ("c_" + re.sub(r"\W", "_", heading))[:_LONGEST_NAME]
