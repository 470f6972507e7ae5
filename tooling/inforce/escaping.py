"""Escape text of a book for Markdown on a code host, and for a terminal.

GitHub and GitLab link some words of the rendered text: mentions (`@name`), issues (`#1`, `GH-1`, `!1`), epics (`&1`),
milestones, labels and snippets (`%1`, `~1`, `$1`), other objects (`[issue:1]`), commits (`0a1b2c3`), and addresses of
any scheme. A backslash or an entity in the source does not prevent that, since hosts
search the rendered text. An invisible word joiner (U+2060) does.

Invariants:
    `plain` renders as one paragraph of text without markup.
    `unlinked` text contains no mention, reference or address that a host would link.
    `harmless` text contains no control character except tab and newline, and no bidirectional control.
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
    | (?:[%$] | \\~) (?=\\?["\w])                         # a milestone, snippet or label of GitLab; `~~` is markup
    | (?:issue|epic|iteration|vulnerability|feature_flag|work_item) (?=\\?:\d)
    | (?:\b|_) GH \\?- (?=\d)                              # an issue of GitHub
    | (?:https? | ftp | mailto | xmpp) (?=\\?:)            # an address
    | (?<=[a-z0-9.+-]) \\?: (?=//)                         # an address of any other scheme
    | www (?=\\?\.)
    )"""
    rf"(?!{JOINER})"  # unless a joiner follows
    r"| (?<![0-9A-Za-z]) (?=[0-9]*[a-f]) [0-9a-f]{7,40} (?![0-9A-Za-z])",  # a commit; a digest is longer
    re.VERBOSE | re.IGNORECASE,
)
# C0 except tab and newline, DEL, C1, the bidirectional controls of Unicode, and surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def unlinked(markdown: str) -> str:
    """Return `markdown` with a word joiner in each mention, reference and address that a host would link."""
    return _LINKED.sub(lambda match: _joined(match[0]), markdown)


def plain(words: str) -> str:
    """Return a line of Markdown that renders as the plain text `words`."""
    line = " ".join(words.split())
    escaped = _START.sub(lambda match: _started(match[0]), _SPECIAL.sub(r"\\\1", line))
    return unlinked(escaped)


def _joined(match: str) -> str:
    """Return `match` with a joiner after every 6 characters and at the end: hosts link commit ids from 7 characters."""
    return "".join(f"{match[at : at + 6]}{JOINER}" for at in range(0, len(match), 6))


def _started(start: str) -> str:
    return f"{start}{JOINER}" if start[0].isdigit() else f"\\{start}"


def harmless(text: str) -> str:
    """Return `text` with control and bidirectional characters shown as `<U+202E>`; tabs and newlines are kept."""
    return _UNSEEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
