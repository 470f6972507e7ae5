"""Benchmark of the Word import: correctness and duration.

Each round exports a text, edits the document with Track Changes on, and imports it. The simulated editor is independent
of the import code: it changes the XML and records the expected text. If LibreOffice is installed (on Debian:
libreoffice-writer-nogui), it opens and saves half of the documents before the import. A round is correct if the text is
as expected, lines of unedited blocks are unchanged, and no link was lost; rejected, if only reasons were returned;
otherwise it is silently wrong.

Uses the texts of the book of this repository or, given a git repository, every state of every Markdown file in its
history. (A file called docx.py would shadow the module `docx`.)
"""

from __future__ import annotations

import difflib
import io
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from imports_editor import Editor

from inforce.book.read import read_book
from inforce.language import Language
from inforce.markdown import parse
from inforce.text import Digest, canonical
from inforce.word.roundtrip import DocumentOrigin, Returned, parse_manuscript, take_back, to_manuscript

SEED = 20270301
ROUNDS = 100
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def texts(repository: str | None) -> list[tuple[str, str]]:
    """Yield every text with a name, without front matter, above a minimum length."""
    return [(name, text) for name, text in _texts(repository) if len(text) > 1500]


def _texts(repository: str | None) -> Iterator[tuple[str, str]]:
    if repository is None:
        for policy in read_book(Path()).require():
            for version in policy.versions:
                for edition in version.editions:
                    yield f"{policy.id} {version.label} {edition.language}", edition.text
        return
    for path in _git(repository, "ls-files", "*.md").split():
        for commit in _git(repository, "log", "--diff-filter=AM", "--format=%H", "--", path).split():
            text = re.sub(r"\A---\n.*?\n---\n", "", _git(repository, "show", f"{commit}:{path}"), flags=re.DOTALL)
            yield f"{path} {commit[:8]}", canonical(text)


def _git(repository: str, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


@dataclass
class Round:
    """A round: the text, the edited document, its expected text, and the blocks that may differ."""

    name: str
    text: str
    content: bytes
    says: list[str]
    touched: set[int]
    lost_targets: int
    done: list[str]


def edited(name: str, text: str, dice: random.Random) -> Round:
    """Export `text` and edit it with one to six edits."""
    for prefix, address in (
        ("w", W[1:-1]),
        ("r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ):
        ET.register_namespace(prefix, address)
    content = exported(name, text)
    root = ET.fromstring(_part(content))  # noqa: S314 - trusted input
    editor = Editor(root, dice)
    for _ in range(dice.randint(1, 6)):
        editor.edit()
    says = [say for paragraph in editor.paragraphs for say in paragraph.says]
    whole = _with_part(content, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return Round(name, text, whole, says, editor.touched, editor.lost_targets, editor.done)


def exported(name: str, text: str) -> bytes:
    """Export `text` as a manuscript."""
    origin = DocumentOrigin(policy="policy", version="1", language=Language("en"), digest=Digest.of(text))
    return to_manuscript(text, origin, title=name, author="Example Shop", date=datetime(2026, 1, 1, tzinfo=UTC))


def _part(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml")


def _with_part(content: bytes, part: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, part if name == "word/document.xml" else old.read(name))
    return target.getvalue()


def verdict(trial: Round, returned: Returned) -> str:
    """Return “right”, “refused”, or a description of the error in `returned`."""
    if returned.untracked:
        return f"refused: reports untracked edits that do not exist: {returned.untracked[0]}"
    if returned.text is None:
        return f"refused: {returned.objections[0]}"
    return (
        _words_wrong(trial, returned.text)
        or _lines_wrong(trial, returned.text)
        or _links_wrong(trial, returned.text)
        or "right"
    )


def _words_wrong(trial: Round, text: str) -> str:
    said = [_even(block.text) for block in parse(text).blocks if block.text.strip()]
    must = [_even(text) for text in trial.says if text.strip()]
    for place, (got, wanted) in enumerate(zip(said, must, strict=False)):
        if got != wanted:
            return f"wrong: block {place} says {got[:90]!r}, must say {wanted[:90]!r}"
    return "" if len(said) == len(must) else f"wrong: {len(said)} blocks, must be {len(must)}"


def _even(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _lines_wrong(trial: Round, text: str) -> str:
    """Return a changed line of an unedited block, except for numbers of items."""
    blocks = parse(trial.text).blocks
    may = set()
    for place, block in enumerate(blocks):
        stop = blocks[place + 1].line if place + 1 < len(blocks) else len(trial.text.split("\n")) + 1
        if place in trial.touched:
            may.update(range(block.line, max(stop, block.line + 1)))
    old, new = ([_unnumbered(line) for line in side.split("\n")] for side in (trial.text, text))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, start, stop, _, _ in matcher.get_opcodes():
        gone = [
            line for line in range(start, stop) if what in ("replace", "delete") and line + 1 not in may and old[line]
        ]
        if gone and not all(old[line] in new for line in gone):
            return f"wrong: line {gone[0] + 1} changed although it was not edited: {old[gone[0]][:90]!r}"
    return ""


def _unnumbered(line: str) -> str:
    return re.sub(r"^(\s*)\d+([.)])\s+", r"\1\2 ", line)


def _links_wrong(trial: Round, text: str) -> str:
    # Sets, since a link that is split by a new paragraph counts as two.
    before, after = ({link.target for link in parse(side).links} for side in (trial.text, text))
    if trial.lost_targets == 0 and before - after:
        return f"wrong: links lost: {before - after}"
    return "" if not after - before else f"wrong: unexpected links: {after - before}"


def through_libreoffice(contents: list[bytes]) -> list[bytes] | None:
    """Open and save `contents` in LibreOffice; return None if it is not installed."""
    if not shutil.which("soffice"):
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        files = [folder / f"{number}.docx" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        command = [*office, "--convert-to", "docx", "--outdir", str(folder / "out"), *map(str, files)]
        subprocess.run(command, capture_output=True, check=True)
        return [(folder / "out" / file.name).read_bytes() for file in files]


def report(title: str, rounds: list[Round], contents: list[bytes]) -> None:
    """Import `contents` and print the results of the rounds."""
    verdicts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    seconds, lines = [], []
    for one, content in zip(rounds, contents, strict=True):
        begun = time.process_time()
        found = verdict(one, take_back(one.text, parse_manuscript(content).story))
        seconds.append(time.process_time() - begun)
        kind = found.partition(":")[0]
        verdicts[kind] += 1
        for done in one.done:
            kinds.setdefault(done, Counter())[kind] += 1
        if kind != "right":
            lines.append(f"  {one.name} {one.done}: {found}")
    print(
        f"{title}: {len(rounds)} rounds with {sum(len(one.done) for one in rounds)} edits: {verdicts['right']} right, "
        f"{verdicts['refused']} refused, {verdicts['wrong']} silently wrong; median {statistics.median(seconds):.2f} s"
    )
    print(*lines, sep="\n", flush=True)
    for name, counts in sorted(kinds.items()):
        others = ", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()) if kind != "right")
        print(f"  {name.replace('_', ' ')}: in {sum(counts.values())} rounds{f' ({others})' if others else ''}")


def main(repository: str | None, seed: int = SEED, count: int = ROUNDS) -> None:
    """Run the rounds, half of them through LibreOffice, and also open and save every text unedited."""
    dice = random.Random(seed)  # noqa: S311 - reproducible rounds
    documents = texts(repository)
    rounds = [edited(*dice.choice(documents), dice) for _ in range(count)]
    report("Word's own XML", rounds, [one.content for one in rounds])
    saved = through_libreoffice([one.content for one in rounds])
    if saved is None:
        print("LibreOffice is not installed")
        return
    report("saved by LibreOffice", rounds, saved)
    chosen = dice.sample(documents, min(20, len(documents)))
    untouched = through_libreoffice([exported(*one) for one in chosen]) or []
    same = sum(
        take_back(text, parse_manuscript(content).story).text == text
        for (_, text), content in zip(chosen, untouched, strict=True)
    )
    print(f"opened and saved by LibreOffice without an edit: {same} of {len(chosen)} texts unchanged, byte for byte")


if __name__ == "__main__":
    words: list[Any] = sys.argv[1:]
    main(words[0] if words else None, *map(int, words[1:]))
