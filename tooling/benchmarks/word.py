"""Benchmark of Word documents: duration, and whether other word processors restore both texts.

Compares adjacent versions of the book of this repository or, given the folder of a git repository, adjacent states of
every Markdown file in its history. LibreOffice and pandoc, if installed (on Debian: libreoffice-writer-nogui, pandoc),
read each document once with every change accepted and once rejected; the result must contain the characters of the new
or the old text. White space is ignored, since readers end cells and paragraphs differently.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from inforce.book.read import read_book
from inforce.language import Language
from inforce.markdown import plain_text
from inforce.redline import redline
from inforce.word import to_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOW = ("accept", "reject")
MACROS = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Settle(list)
  Dim how, path, document, hidden(0) As New com.sun.star.beans.PropertyValue
  Dim filter(0) As New com.sun.star.beans.PropertyValue, number
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  filter(0).Name = "FilterName" : filter(0).Value = "MS Word 2007 XML"
  number = FreeFile
  Open list For Input As #number
  Do While Not EOF(number)
    Line Input #number, path
    For Each how In Array("Accept", "Reject")
      document = StarDesktop.loadComponentFromURL(path &amp; ".docx", "_blank", 0, hidden())
      createUnoService("com.sun.star.frame.DispatchHelper").executeDispatch( _
        document.CurrentController.Frame, ".uno:" &amp; how &amp; "AllTrackedChanges", "", 0, Array())
      document.storeToURL(path &amp; "." &amp; LCase(how) &amp; ".docx", filter())
      document.close(True)
    Next
  Loop
  Close #number
  StarDesktop.terminate()
End Sub
</script:module>
"""
LIBRARY = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
  library:readonly="false" library:passwordprotected="false"><library:element library:name="Module1"/></library:library>
"""
LIBRARIES = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" library:link="false"/></library:libraries>
"""


def pairs(repository: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield each pair of adjacent texts, older first, with a name."""
    for name, texts in _histories(repository):
        for place, (old, new) in enumerate(pairwise(texts), 1):
            yield f"{name} {place}", old, new


def _histories(repository: str | None) -> Iterator[tuple[str, list[str]]]:
    if repository is None:
        for policy in read_book(Path()).require():
            editions = [version.edition(policy.binding_language) for version in policy.versions]
            yield policy.id, [edition.text for edition in editions if edition]
        return
    for path in _git(repository, "ls-files", "*.md").split():
        commits = _git(repository, "log", "--reverse", "--diff-filter=AM", "--format=%H", "--", path).split()
        yield path, [_git(repository, "show", f"{commit}:{path}") for commit in commits]


def _git(repository: str, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


def written(folder: Path, items: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, dict[str, str]]]:
    """Write a document per pair into `folder`, and print the duration; return the name and both texts of each file."""
    truth, seconds, sizes, characters = {}, [], [], 0
    for number, (name, old, new) in enumerate(items):
        comparison = redline(old, new)
        comparison.blocks  # noqa: B018 - computed before the measurement
        begun = time.process_time()
        content = to_docx(
            comparison,
            title=name,
            author="Example Shop",
            date=datetime(2026, 1, 1, tzinfo=UTC),
            language=Language("en"),
        )
        seconds.append(time.process_time() - begun)
        sizes.append(len(content))
        characters += len(new)
        (folder / f"{number}.docx").write_bytes(content)
        truth[f"{number}"] = (name, {"accept": plain_text(new), "reject": plain_text(old)})
    rate = sum(seconds) * 1000 / characters * 10_000
    print(f"{len(truth)} documents, median {statistics.median(sizes):,.0f} bytes")
    print(f"median {statistics.median(seconds) * 1000:.1f} ms, {rate:.1f} ms of CPU time per 10,000 characters")
    return truth


def read_by_pandoc(folder: Path, name: str, how: str) -> str:
    """Return the text of the document `name` as read by pandoc, with every change accepted or rejected."""
    command = ["pandoc", f"--track-changes={how}", "-f", "docx", "-t", "json", str(folder / f"{name}.docx")]
    data = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return "".join(_strings(data["blocks"]))


def _strings(node: Any) -> Iterator[str]:
    match node:
        case {"t": "Str", "c": str(text)} | {"t": "Code" | "CodeBlock", "c": [_, str(text)]}:
            yield text
        case {"c": inner}:
            yield from _strings(inner)
        case list():
            for one in node:
                yield from _strings(one)


def settle_in_libreoffice(folder: Path, names: Iterable[str]) -> None:
    """Accept and reject every change of the documents `names` in LibreOffice, and save the results."""
    profile = folder / "profile"
    office = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    # The first start creates the profile and would delete existing macros.
    subprocess.run([*office, "--terminate_after_init"], capture_output=True, check=True)
    basic = profile / "user" / "basic"
    (basic / "Standard").mkdir(parents=True, exist_ok=True)
    (basic / "Standard" / "Module1.xba").write_text(MACROS, "utf-8")
    (basic / "Standard" / "script.xlb").write_text(LIBRARY, "utf-8")
    (basic / "script.xlc").write_text(LIBRARIES, "utf-8")
    listed = folder / "list.txt"
    listed.write_text("\n".join((folder / name).as_uri() for name in names), "utf-8")
    subprocess.run([*office, f'macro:///Standard.Module1.Settle("{listed}")'], capture_output=True, check=True)


def read_by_libreoffice(folder: Path, name: str, how: str) -> str:
    """Return the text of the document `name` as saved by LibreOffice, without changes."""
    with zipfile.ZipFile(folder / f"{name}.{how}.docx") as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 - trusted input
    left = [tag for tag in ("ins", "del", "moveFrom", "moveTo") if body.find(f".//{W}{tag}") is not None]
    return "".join(node.text or "" for node in body.iter(f"{W}t")) + "".join(f"({tag} is left)" for tag in left)


def compare(reader: str, folder: Path, truth: dict[str, tuple[str, dict[str, str]]], read: Any) -> None:
    """Print in how many documents `reader` finds both texts, and list the others."""
    wrong = [
        f"{name} ({how})"
        for number, (name, texts) in truth.items()
        for how in HOW
        if "".join(read(folder, number, how).split()) != "".join(texts[how].split())
    ]
    print(f"{reader}: both texts in {2 * len(truth) - len(wrong)} of {2 * len(truth)} readings", *wrong, sep="\n  ")


def main(repository: str | None) -> None:
    """Write the documents, and check them with every installed reader."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = written(folder, pairs(repository))
        if shutil.which("pandoc"):
            compare("pandoc", folder, truth, read_by_pandoc)
        else:
            print("pandoc is not installed")
        if shutil.which("soffice"):
            settle_in_libreoffice(folder, truth)
            compare("LibreOffice", folder, truth, read_by_libreoffice)
        else:
            print("LibreOffice is not installed")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
