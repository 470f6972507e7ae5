"""What could harm a terminal or deceive its reader, made visible.

Keeps true: a control character or a bidirectional override out of a book is shown, never obeyed. Does not print.
"""

from __future__ import annotations

import re

# C0 but tab and newline, DEL, C1, the bidirectional controls of Unicode, and half characters.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """Show what `text` holds of control and bidirectional characters as `<U+202E>`; tabs and newlines stay."""
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
