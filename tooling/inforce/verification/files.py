"""Compare every file of a site with the same site built again from the book.

Invariants: every file that differs, is missing, or does not belong to the site has a finding.
Not responsible for: building the site again, and the texts, which are compared with the lock.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from inforce.address import SCREENS
from inforce.checks import Finding
from inforce.client.http import Response
from inforce.client.results import Reason, RefusedError
from inforce.disk import read_regular
from inforce.errors import ManifestError, ShapeError, quoted
from inforce.fields import Fields
from inforce.manifest import parse_json, parse_manifest, to_bytes
from inforce.manifest.serialise import reissued
from inforce.manifest.words import signed_path
from inforce.text import Digest
from inforce.verification import rules
from inforce.verification.http_checks import missing, page_header_findings
from inforce.verification.rules import found
from inforce.verification.site import Answers, Site

Rebuild = Callable[[datetime], Path]
"""Builds the site as of an instant and returns its folder."""
Fetch = Callable[[Mapping[str, int]], Answers]
"""Returns the answers at addresses, each with the limit of its body in bytes."""

_TOGETHER = 64  # files in memory at the same time
_LISTED = 50
_AROUND = 30
_MORE = 65_536  # bytes of a longer file that are read to show where it differs
_LIST_BYTES = 4_194_304
_READ_BY_HOSTS = "_headers"
_ERROR_PAGE = "404.html"
_PACKED = ".gz"
_GZIP = 31  # a window of 32 KiB, and the header of gzip
_GZIP_OVERHEAD = 1_024
_FIX = "Find out who changed it, then build and publish the site again."
_OTHER_BUILD = (
    "If they were not changed: check out the commit that was published, use the same version of inforce, and give the "
    "options of that build (--offline, --pdf)."
)


def file_findings(site: Site, folder: Path, fetch: Fetch, reported: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each file of `site` that differs from the one in `folder`, the site built again.

    `fetch` returns the answers that `site` lacks. Addresses in `reported` already have a finding.
    """
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    compared = [file for file in files if _is_compared(site, file) and address_of(file) not in reported]
    differing: list[Finding] = []
    for start in range(0, len(compared), _TOGETHER):
        expected = {
            address_of(file): _expected(site, folder / file, file) for file in compared[start : start + _TOGETHER]
        }
        lacking = {
            address: len(content) + _MORE for address, content in expected.items() if address not in site.answers
        }
        answers = {**site.answers, **fetch(lacking)}
        for address, content in expected.items():
            differing += _compared(address, content, answers[address])
    if site.folder:
        differing += _foreign(site, site.folder, set(files))
    yield from differing[:_LISTED]
    if len(differing) > _LISTED:
        yield found(rules.FILE, "", f"{len(differing) - _LISTED:,} more files differ.", _OTHER_BUILD)


def address_of(file: str) -> str:
    """Return the address of `file`, a path relative to the site; the address of a page ends in “/”."""
    return file.removesuffix("index.html") if file == "index.html" or file.endswith("/index.html") else file


def _is_compared(site: Site, file: str) -> bool:
    """Return whether `file` has an address and needs no key.

    Hosts read `_headers`, and many serve the error page at no address of its own.
    """
    return file not in _signed(site) and (site.folder is not None or file not in (_READ_BY_HOSTS, _ERROR_PAGE))


def _signed(site: Site) -> set[str]:
    """Return the paths of the signed manifests, which have other findings."""
    return {signed_path(path) for path in site.manifests} if site.trust.keys else set()


def _expected(site: Site, path: Path, file: str) -> bytes:
    """Return the content of `path`; a manifest is issued again at the date of the manifest of `site`."""
    content = read_regular(path)
    if file not in site.manifests:
        return content
    try:
        issued, manifest = site.issued_at(file), parse_manifest(content)
        return to_bytes(reissued(manifest, issued)) if issued and issued > manifest.issued_at else content
    except ManifestError:  # a hook of MkDocs wrote another file in its place
        return content


def _compared(address: str, expected: bytes, answer: Response | RefusedError) -> Iterator[Finding]:
    if isinstance(answer, RefusedError) and answer.reason is Reason.TOO_LARGE:
        yield found(rules.FILE, address, f"Expected {len(expected):,} bytes, got more.", _FIX)
    elif isinstance(answer, RefusedError) or answer.status != 200:
        yield from missing(address, answer)
    elif answer.body != expected:
        yield found(rules.FILE, address, difference(expected, answer.body), _FIX)
    else:
        yield from page_header_findings(address, answer)


def difference(expected: bytes, got: bytes) -> str:
    """Return a sentence with the first difference of two files: the line and what it contains, or their lengths."""
    try:
        old, new = expected.decode("utf-8"), got.decode("utf-8")
    except UnicodeDecodeError:
        return f"Its {len(got):,} bytes differ from the {len(expected):,} bytes that the repository builds."
    pairs = enumerate(zip(old, new, strict=False))
    same = next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))
    start = max(same - _AROUND, old.rfind("\n", 0, same) + 1)
    first, second = (_excerpt(text, start, same) for text in (old, new))
    return f"Line {old.count(chr(10), 0, same) + 1}: expected {first}, got {second}."


def _excerpt(text: str, start: int, same: int) -> str:
    end = text.find("\n", same)
    line = text[start : end if end > same else len(text) if end < 0 else same + 1]
    return quoted(line, same - start + 2 * _AROUND) if line else "the end of the file"


def _foreign(site: Site, root: Path, files: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each file below `root` that is neither one of `files` nor a copy or signature."""
    signed, pictures = _signed(site), _pictures(root)
    for file in sorted(_below(root)):
        if file in files or file in signed or (pictures and file == SCREENS):
            continue
        if file in pictures:
            if str(Digest.of(read_regular(root / file))) != pictures[file]:
                yield found(rules.FILE, file, f"It has another digest than {SCREENS} states.", _FIX)
            continue
        original = file.removesuffix(_PACKED)
        if original == file or (original not in files and original not in signed):
            message = "The repository builds no such file."
            yield found(rules.FILE, file, message, "Remove it; a file that belongs to the site goes into docs/.")
        elif not _is_packed(root / file, root / original):
            yield found(rules.FILE, file, f"It is not a copy of {original}.", "Compress the file again.")


def _pictures(root: Path) -> dict[str, str]:
    """Return the digest of each picture by its path, from the list of pictures below `root`; empty without a list."""
    try:
        listed = Fields(parse_json(read_regular(root / SCREENS, _LIST_BYTES))).shapes("screens")
        return {item.text("path"): item.text("digest") for item in listed}
    except (OSError, ManifestError, ShapeError):
        return {}


def _below(root: Path) -> Iterator[str]:
    """Yield the path of everything below `root` that is not a folder; a link to a folder is not followed."""
    for place, folders, names in os.walk(root):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*names, *links):
            yield (Path(place) / name).relative_to(root).as_posix()


def _is_packed(packed: Path, original: Path) -> bool:
    """Return whether the file `packed` is `original`, compressed as one gzip member: readers may ignore further ones.

    A copy that is larger than its file is rejected unread, and no more is decompressed than the file has.
    """
    try:
        content = read_regular(original)
        if packed.stat().st_size > len(content) + _GZIP_OVERHEAD:
            return False
        reader = zlib.decompressobj(_GZIP)
        unpacked = reader.decompress(read_regular(packed), len(content) + 1)
    except (OSError, zlib.error):
        return False
    return unpacked == content and reader.eof and not reader.unused_data
