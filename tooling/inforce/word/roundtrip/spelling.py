"""Words spelt as Markdown: what would be taken for a mark is escaped, and nothing that would not.

Keeps true: parsed again, the words are the same. How much is escaped depends on `strict`: 0 leaves alone what is a mark
only beside other marks, 1 escapes every sign that can be one. Whoever writes a block reads it again, and asks for more.
"""

from __future__ import annotations

import re

_ALWAYS = re.compile(r"[\\`*\[\]<>_&#|~!{}+.()=-]")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_STAR = re.compile(r"(?<!\s)\*|\*(?!\s)")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~\n]|$)")
_LINE_START = re.compile(r"(\s*)(#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|=+\s*$|-+\s*$|`{3}|~{3}|\||\[(?=[^\]]+\]:))")
_NUMBER_START = re.compile(r"(\s*\d{1,9})([.)])(?=\s|$)")
_RULE = re.compile(r"(\s*)([-*_])(?=\s*(?:\2\s*){2,}$)")
_ID = re.compile(r"\{(?=#[^\s{}]+\}\s*$)")
_CLOSING_HASHES = re.compile(r"(?<!\S)#(?=#*\s*$)")


def escaped(text: str, *, strict: int = 0) -> str:
    """Spell `text`, which stands inside a line, so that nothing in it is a mark."""
    if strict:
        return _ALWAYS.sub(lambda found: "\\" + found[0], text).replace("\n", "\\\n")
    text = _BACKSLASH.sub(r"\\\\", text)
    for pattern in (_ENTITY, _TAG, _UNDERSCORE, _STAR):
        text = pattern.sub(lambda found: "\\" + found[0], text)
    return text.replace("`", "\\`").replace("\n", "\\\n")


def guarded(line: str) -> str:
    """Spell `line`, which begins or goes on a paragraph, so that it begins no other block."""
    line = _NUMBER_START.sub(r"\1\\\2", line, count=1) if _NUMBER_START.match(line) else line
    found = _LINE_START.match(line) or _RULE.match(line)
    return f"{found[1]}\\{line[len(found[1]) :]}" if found else line


def guarded_heading(line: str) -> str:
    """Spell `line`, the words of a heading, so that its end is no id and no closing mark."""
    return _CLOSING_HASHES.sub(r"\\#", _ID.sub(r"\\{", line))


def address(target: str) -> str:
    """Spell the address `target` of a link."""
    plain = target.replace(" ", "%20").replace("\n", "%0A").replace("<", "%3C").replace(">", "%3E")
    plain = plain.replace("\\", "%5C")
    if plain.count("(") != plain.count(")") or "(" in plain:
        return f"<{plain}>"
    return plain


def fence(text: str, shortest: int) -> str:
    """Choose a run of backticks of at least `shortest` that does not stand in `text`."""
    runs = {len(found) for found in re.findall("`+", text)}
    length = shortest
    while length in runs:
        length += 1
    return "`" * length
