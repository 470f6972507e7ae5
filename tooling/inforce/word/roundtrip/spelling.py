"""Words as Markdown source: characters that would be markup are escaped, and no others.

Invariants: parsing the result produces the same words. `strict` controls escaping: 0 does not escape characters that
are markup only next to certain others, 1 escapes every character that can be markup. The caller parses the block again,
and escapes more if needed.
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
    """Escape `text`, which is inside a line, so that it contains no markup."""
    if strict:
        return _ALWAYS.sub(lambda match: "\\" + match[0], text).replace("\n", "\\\n")
    text = _BACKSLASH.sub(r"\\\\", text)
    for pattern in (_ENTITY, _TAG, _UNDERSCORE, _STAR):
        text = pattern.sub(lambda match: "\\" + match[0], text)
    return text.replace("`", "\\`").replace("\n", "\\\n")


def guarded(line: str) -> str:
    """Escape `line`, which starts or continues a paragraph, so that it starts no other block."""
    if number := _NUMBER_START.match(line):
        line = f"{number[1]}\\{line[len(number[1]) :]}"
    match = _LINE_START.match(line) or _RULE.match(line)
    return f"{match[1]}\\{line[len(match[1]) :]}" if match else line


def guarded_heading(line: str) -> str:
    """Escape `line`, the words of a heading, so that its end is not an id or a closing sequence."""
    return _CLOSING_HASHES.sub(r"\\#", _ID.sub(r"\\{", line))


def address(target: str) -> str:
    """Escape the address `target` of a link."""
    plain = target.replace(" ", "%20").replace("\n", "%0A").replace("<", "%3C").replace(">", "%3E")
    plain = plain.replace("\\", "%5C")
    if plain.count("(") != plain.count(")") or "(" in plain:
        return f"<{plain}>"
    return plain


def fence(text: str, shortest: int) -> str:
    """Return a run of at least `shortest` backticks that does not occur in `text`."""
    runs = {len(ticks) for ticks in re.findall("`+", text)}
    length = shortest
    while length in runs:
        length += 1
    return "`" * length
