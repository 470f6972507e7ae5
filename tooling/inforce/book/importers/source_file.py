"""Foreign files: the text of a policy as another system kept it, and the title it kept beside it.

Keeps true: every word of the body stays; front matter goes, whatever is in it, but for a title the body lacks. Pure.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass

import yaml

from inforce.markdown import parse
from inforce.text import canonical

# libyaml is about eight times faster; the Python parser stands in where it is not built in.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile(r"\r\n|\r")
_MEMBER = re.compile(r"[A-Za-z_][\w .-]*:(\s|$)")
_TITLE = re.compile(r"^title:[ \t]*(?P<quote>[\"']?)(?P<title>.*?)(?P=quote)[ \t]*$", re.MULTILINE)
_LEVEL_ONE = re.compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+$)", re.MULTILINE)
_CODES = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignText:
    """A text as a book keeps it: canonical, with its title in it; empty where there were no words.

    `code` names how the bytes were read where they were no UTF-8.
    """

    text: str
    title: str
    code: str = ""


def read_foreign(raw: bytes) -> ForeignText:
    """Make a text of the book out of the `raw` bytes of a Markdown file with or without front matter."""
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
    """Read `raw` as UTF-8, by its mark as UTF-16, or else as windows-1252; gives the text, and the code if another."""
    code = next((code for mark, code in _CODES.items() if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(code), "" if code.startswith("utf-8") else code
    except UnicodeDecodeError:
        # What editors on Windows wrote before UTF-8; the five bytes it leaves open become U+FFFD.
        return raw.decode("cp1252", errors="replace"), "windows-1252"


def _own_title(text: str) -> str | None:
    """Find the title in the canonical `text`; it is read whole only where a line alone does not tell."""
    if not _LEVEL_ONE.search(text):
        return None
    first = text.partition("\n")[0]
    return parse(first if first.startswith("# ") else text).title


def _without_front_matter(text: str) -> tuple[str, str]:
    """Split `text` into the title its front matter names, if any, and its body."""
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
    """Find the title in the YAML `head`; None where it is prose between two rules and no front matter."""
    try:
        # Composed and not constructed: tags, aliases and doubled keys of other systems stay without effect.
        root = yaml.compose(head, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError):
        found = _TITLE.search(head)
        is_members = _MEMBER.match(head.lstrip())
        return (found["title"] if found else "") if is_members else None
    if root is None:
        return ""
    if not isinstance(root, yaml.MappingNode):
        return None
    titles = [value for key, value in root.value if key.value == "title" and isinstance(value, yaml.ScalarNode)]
    return str(titles[0].value) if titles else ""


def _toml_title(head: str) -> str | None:
    try:
        title = tomllib.loads(head).get("title", "")
    except tomllib.TOMLDecodeError:
        return None
    return title if isinstance(title, str) else ""
