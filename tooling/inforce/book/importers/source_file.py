"""Foreign files: the text and title of a policy from another system.

Invariants: every word of the body is kept; front matter is dropped, except for a title that the body lacks. Pure.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass

import yaml

from inforce.markdown import parse
from inforce.text import canonical

# libyaml is about eight times faster; the Python parser is the fallback.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile(r"\r\n|\r")
_MEMBER = re.compile(r"[A-Za-z_][\w .-]*:(\s|$)")
_TITLE = re.compile("^title:(.*)$", re.MULTILINE)
_LEVEL_ONE = re.compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+$)", re.MULTILINE)
_CODES = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignText:
    """The canonical text of a file, including its title; empty if the file has no words.

    `code` is the encoding if the file is not UTF-8, and empty otherwise.
    """

    text: str
    title: str
    code: str = ""


def read_foreign(raw: bytes) -> ForeignText:
    """Return the text of a Markdown file, given as `raw` bytes, with or without front matter."""
    text_read, code = decoded(raw)
    head_title, body = _without_front_matter(_LINE_END.sub("\n", text_read))
    text = canonical(body)
    if not text.strip():
        return ForeignText(text="", title=head_title, code=code)
    title = _own_title(text)
    if title is None and head_title:
        return ForeignText(text=f"# {head_title}\n\n{text}", title=head_title, code=code)
    return ForeignText(text=text, title=title or "", code=code)


def decoded(raw: bytes) -> tuple[str, str]:
    """Decode `raw` as UTF-8, as UTF-16 by its byte order mark, or as windows-1252; return text and encoding."""
    code = next((code for mark, code in _CODES.items() if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(code), "" if code.startswith("utf-8") else code
    except UnicodeDecodeError:
        # The usual encoding on Windows before UTF-8; its five undefined bytes become U+FFFD.
        return raw.decode("cp1252", errors="replace"), "windows-1252"


def _own_title(text: str) -> str | None:
    """Return the title of the canonical `text`; the whole text is parsed only if the first line is not a heading."""
    if not _LEVEL_ONE.search(text):
        return None
    first = text.partition("\n")[0]
    return parse(first if first.startswith("# ") else text).title


def _without_front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter of `text`, if any, and the body."""
    first, _, rest = text.partition("\n")
    fence = first.rstrip()
    ends = {"---": r"^(?:---|\.\.\.)[ \t]*$", "+++": r"^\+\+\+[ \t]*$"}
    end = re.search(ends[fence], rest, re.MULTILINE) if fence in ends else None
    if end is None:
        return "", text
    head = rest[: end.start()]
    title = _toml_title(head) if fence == "+++" else _yaml_title(head)
    return ("", text) if title is None else (" ".join(title.split()), rest[end.end() + 1 :])


def _yaml_title(head: str) -> str | None:
    """Return the title in the YAML `head`; None if it is text between two thematic breaks rather than front matter."""
    try:
        # Composed, not constructed, so that tags, aliases and duplicate keys have no effect.
        root = yaml.compose(head, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError):
        match = _TITLE.search(head)
        is_members = _MEMBER.match(head.lstrip())
        return (_unquoted(match[1].strip(" \t")) if match else "") if is_members else None
    if root is None:
        return ""
    if not isinstance(root, yaml.MappingNode):
        return None
    titles = [value for key, value in root.value if key.value == "title" and isinstance(value, yaml.ScalarNode)]
    return str(titles[0].value) if titles else ""


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _toml_title(head: str) -> str | None:
    try:
        title = tomllib.loads(head).get("title", "")
    except tomllib.TOMLDecodeError:
        return None
    return title if isinstance(title, str) else ""
