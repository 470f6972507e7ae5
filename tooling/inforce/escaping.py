"""Text of a book made safe for the place that shows it: Markdown on a code host, and a terminal.

GitHub and GitLab link some words of the rendered text: mentions (`@name`), issues (`#1`, `GH-1`, `!1`), epics (`&1`),
commits (`0a1b2c3`), and web addresses. A backslash or an entity in the source does not prevent that, since they are
looked for after rendering. A word joiner (U+2060), which is invisible and no part of a name, does.

Invariants:
    `plain` renders as one paragraph of text without markup.
    `unlinked` text contains no mention, reference or address that a host would link.
    `harmless` text contains no control character but tab and newline, and no bidirectional control.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
# A list, a heading underline or a table could begin with these, but only at the start of a line.
_START = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")
_LINKED = re.compile(
    r"""(?:
      @                                                    # a mention, or an e-mail address
    | (?:\#|!|\\&|&amp;) (?=\d)                            # an issue, merge request or epic
    | (?:\b|_) GH \\?- (?=\d)                              # an issue of GitHub
    | (?:https? | ftp | mailto | xmpp) (?=\\?:)            # an address
    | www (?=\\?\.)
    | (?<![0-9A-Za-z]) (?=[0-9]*[a-f]) [0-9a-f]{7,40} (?![0-9A-Za-z])  # a commit; a digest is longer
    )"""
    rf"(?!{JOINER})",  # what was joined once is not joined again
    re.VERBOSE | re.IGNORECASE,
)
# C0 but tab and newline, DEL, C1, the bidirectional controls of Unicode, and half characters.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def unlinked(markdown: str) -> str:
    """Return `markdown` with a word joiner in each mention, reference and address that a host would link."""
    return _LINKED.sub(lambda found: _joined(found[0]), markdown)


def plain(words: str) -> str:
    """Return Markdown, in one line, that renders as the text `words` and as nothing else."""
    line = " ".join(words.split())
    escaped = _START.sub(lambda found: _started(found[0]), _SPECIAL.sub(r"\\\1", line))
    return unlinked(escaped)


def _joined(found: str) -> str:
    """Return `found` with a joiner after it, or after each 6 characters: a host takes 7 for the id of a commit."""
    return "".join(f"{found[at : at + 6]}{JOINER}" for at in range(0, len(found), 6))


def _started(start: str) -> str:
    return f"{start}{JOINER}" if start[0].isdigit() else f"\\{start}"


def harmless(text: str) -> str:
    """Show what `text` holds of control and bidirectional characters as `<U+202E>`; tabs and newlines stay."""
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
