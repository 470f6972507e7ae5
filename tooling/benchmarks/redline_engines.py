"""The compared redline engines, each as a function from a pair of texts to marked pieces.

The result of an engine is a list of pieces (sign, text): `=` equal, `-` deleted, `+` inserted, `<` moved away, `>`
moved here; engines that produce HTML return the HTML.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import LCSseq

from inforce.markdown import to_html
from inforce.redline import Op, Prepared, prepare, redline
from inforce.redline.sequence import Signs
from inforce.redline.words import cut
from inforce.rendering.html import to_html as redline_html

SIGNS = {Op.EQUAL: "=", Op.REFORMAT: "=", Op.DELETE: "-", Op.INSERT: "+", Op.MOVE_FROM: "<", Op.MOVE_TO: ">"}
TAGGED = re.compile(r"<(del|ins)>(.*?)</\1>|((?:(?!<(?:del|ins)>).)+)", re.DOTALL)

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of texts, as Markdown and prepared."""

    name: str
    markdown: tuple[str, str]
    prepared: tuple[Prepared, Prepared]

    @property
    def texts(self) -> tuple[str, str]:
        """Return the plain text of both."""
        return self.prepared[0].text, self.prepared[1].text


@cache
def prepared(text: str) -> Prepared:
    """Parse Markdown `text` and tokenise it, once for all pairs."""
    return prepare(text).cut_words()


def pair_of(name: str, old: str, new: str) -> Pair:
    """Prepare the Markdown texts `old` and `new`."""
    return Pair(name, (old, new), (prepared(old), prepared(new)))


def inforce_prepared(pair: Pair) -> list[Piece]:
    """Compare prepared texts."""
    return [(SIGNS[run.op], run.text) for run in redline(*pair.prepared).runs]


def inforce_markdown(pair: Pair) -> list[Piece]:
    """Parse and compare."""
    return [(SIGNS[run.op], run.text) for run in redline(*pair.markdown).runs]


def inforce_html(pair: Pair) -> str:
    """Parse, compare, and render HTML."""
    return redline_html(redline(*pair.markdown))


def google_characters(pair: Pair) -> list[Piece]:
    """Run diff-match-patch over characters."""
    return [("-=+"[op + 1], text) for op, text in _google(*pair.texts)]


def google_words(pair: Pair) -> list[Piece]:
    """Run diff-match-patch with one character per word."""
    words, signs = [cut(text) for text in pair.texts], Signs()
    pieces, at = [], [0, 0]
    for op, text in _google(*(signs.encode(side) for side in words)):
        side = int(op >= 0)
        pieces.append(("-=+"[op + 1], "".join(words[side][at[side] : at[side] + len(text)])))
        at = [at[0] + len(text) * (op <= 0), at[1] + len(text) * (op >= 0)]
    return pieces


def _google(old: str, new: str) -> list[tuple[int, str]]:
    engine = diff_match_patch()
    engine.Diff_Timeout = 1
    diffs: list[tuple[int, str]] = engine.diff_main(old, new, False)
    engine.diff_cleanupSemantic(diffs)
    return diffs


def difflib_words(pair: Pair) -> list[Piece]:
    """Run difflib over words."""
    words = [cut(text) for text in pair.texts]
    return _replaced(words, difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes())


def rapidfuzz_words(pair: Pair) -> list[Piece]:
    """Compute the longest common subsequence of words over the whole text."""
    words, signs = [cut(text) for text in pair.texts], Signs()
    opcodes = LCSseq.opcodes(*(signs.encode(side) for side in words))
    return _replaced(words, ((o.tag, o.src_start, o.src_end, o.dest_start, o.dest_end) for o in opcodes))


def _replaced(words: Sequence[Sequence[str]], opcodes: Iterable[tuple[str, int, int, int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    for tag, old_start, old_stop, new_start, new_stop in opcodes:
        if tag == "equal":
            pieces.append(("=", "".join(words[1][new_start:new_stop])))
        else:
            pieces += [("-", "".join(words[0][old_start:old_stop])), ("+", "".join(words[1][new_start:new_stop]))]
    return [piece for piece in pieces if piece[1]]


def redlines_words(pair: Pair) -> list[Piece]:
    """Run `redlines` with its own tokens."""
    from redlines import Redlines

    marked = Redlines(*pair.texts, markdown_style="none").output_markdown
    signs = {"del": "-", "ins": "+", None: "="}
    return [(signs[match[1]], match[2] if match[1] else match[3]) for match in TAGGED.finditer(marked)]


def lxml_htmldiff(pair: Pair) -> str:
    """Run htmldiff over both texts as pages."""
    from lxml.html.diff import htmldiff

    return str(htmldiff(*map(to_html, pair.markdown)))


def git_words(pair: Pair) -> list[Piece]:
    """Run git's word diff over two files."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder, name) for name in ("old", "new")]
        for name, text in zip(names, pair.texts, strict=True):
            name.write_text(text, "utf-8", "surrogatepass")
        command = ["git", "diff", "--no-index", "--word-diff=porcelain", "-U1000000", "--", *map(str, names)]
        answer = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
    if "\n@@" not in answer:
        return [("=", pair.texts[1])]
    lines = answer.partition("\n@@")[2].split("\n")[1:]
    signs = {" ": "=", "-": "-", "+": "+"}
    return [("=", "\n") if line[0] == "~" else (signs[line[0]], line[1:]) for line in lines if line]


def engines() -> dict[str, Callable[[Pair], list[Piece] | str]]:
    """Return every installed engine by name; those of this package come first."""
    installed: dict[str, Callable[[Pair], list[Piece] | str]] = {
        "inforce, texts prepared": inforce_prepared,
        "inforce, from Markdown": inforce_markdown,
        "inforce, from Markdown to HTML": inforce_html,
        "diff-match-patch, characters, 1 s limit": google_characters,
        "diff-match-patch, words, 1 s limit": google_words,
        "difflib, words": difflib_words,
        "rapidfuzz LCS, words": rapidfuzz_words,
    }
    if importlib.util.find_spec("redlines"):
        installed["redlines"] = redlines_words
    if importlib.util.find_spec("lxml"):
        installed["lxml htmldiff"] = lxml_htmldiff
    if shutil.which("git"):
        installed["git diff --word-diff"] = git_words
    return installed
