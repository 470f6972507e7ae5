"""Read what an evidence pack needs from the ledger and the site, and verify it by digest.

Invariants: what the ledger or the site does not have is reported as missing, and never replaced by something else
without saying so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from inforce.client import DigestMismatchError, ManifestFile, PolicyText, RefusedError, UnknownVersionError
from inforce.errors import ManifestError
from inforce.fields import LARGEST_INTEGER, Fields, matching
from inforce.ledger.evidence.material import Material, PackWording
from inforce.ledger.evidence.pack import pack_files, to_zip
from inforce.ledger.evidence.site import SiteCopy
from inforce.ledger.ledger import Ledger
from inforce.ledger.stamps import Stamp
from inforce.manifest import Manifest, ManifestPolicy, digests_file, parse_json
from inforce.text import Digest

_SCREENS: Final = "screens/screens.json"
_PICTURE: Final = r"screens/[a-z0-9-]+/[A-Za-z0-9-]+\.png"  # so that no name is that of another file of a pack
_FOLDER: Final = Path(__file__).parent


async def evidence_zip(ledger: Ledger, n: int, place: str | Path) -> bytes:
    """Return the evidence pack of the receipt number `n` as a zip.

    :param ledger: the open ledger
    :param n: number of the receipt in the log
    :param place: the address of the policy site, or a folder with a copy of it
    :raises LedgerError: if its subject was erased
    """
    newest = ledger.manifests.at(LARGEST_INTEGER)
    site = SiteCopy(place, ledger.site, newest.keys if newest else ())
    material = await Collection(ledger, site).material(n)
    return await asyncio.to_thread(lambda: to_zip(pack_files(material, wording())))


def wording() -> PackWording:
    """Read the files of this package that a pack contains."""
    readme, declaration = ((_FOLDER / f"{name}.txt").read_text("utf-8") for name in ("readme", "declaration"))
    return PackWording(program=(_FOLDER / "verify.py").read_bytes(), readme=readme, declaration=declaration)


class Collection:
    """What is read for one pack; `missing` collects what could not be read.

    :param ledger: the open ledger
    :param site: client of the policy site
    """

    def __init__(self, ledger: Ledger, site: SiteCopy) -> None:
        self._ledger = ledger
        self._site = site
        self.missing: list[str] = []

    async def material(self, n: int) -> Material:
        """Return the material of the receipt number `n`."""
        disclosure = await self._ledger.disclosed(n)
        record: dict[str, Any] = json.loads(disclosure.record)
        manifest = self._manifest(record)
        listed = _listed(manifest, record["policy"])
        versions = await self._versions(listed, record["seq"])
        digests = _digests(listed, versions, record["seq"])
        shown = await self._text(record, record["language"], record["digest"], "shown.md")
        binding = shown
        if listed and listed.binding_language != record["language"]:
            digest = digests.get(listed.binding_language, "")
            binding = await self._text(record, listed.binding_language, digest, "binding.md")
        base, changes, summaries = await self._changes(record)
        stamps = self._ledger.stamps.first_after(n)
        if not stamps:
            self.missing.append("A timestamp: no authority has stamped a checkpoint that covers the record.")
        return Material(
            site=self._ledger.site,
            verifier=str(self._ledger.verifier),
            disclosure=disclosure,
            proof=await self._ledger.proof(n, stamps[0].note if stamps else None),
            history=await self._ledger.history(record["subject"], record["policy"]),
            manifest=manifest,
            versions=versions,
            shown=shown,
            binding=binding,
            base=base,
            changes=changes,
            summaries=summaries,
            screens=await self._screens(record),
            stamps={name: content for number, each in enumerate(stamps, 1) for name, content in _files(each, number)},
            missing=tuple(self.missing),
        )

    def _manifest(self, record: Mapping[str, Any]) -> ManifestFile | None:
        named = record.get("manifest_digest")
        found = self._ledger.manifests.find(Digest(named)) if named else None
        if found is None:
            found = self._ledger.manifests.at(record["serial"])
            other = f"manifest.json is the one with the serial {found.serial}" if found else "there is no manifest.json"
            if found is None or named or found.serial != record["serial"]:
                reason = (
                    f"the ledger has not kept the manifest with the serial {record['serial']} that the record names"
                )
                self.missing.append(f"{reason}; {other}.")
        if found and not found.keys:
            self.missing.append("Signatures of the manifest: the ledger was run without --manifest-key.")
        return found

    async def _versions(self, listed: ManifestPolicy | None, seq: int) -> bytes | None:
        """Return the list of all versions, if the manifest does not list `seq` and its digest proves it."""
        if listed is None or listed.version(seq) or listed.versions_digest is None:
            return None
        raw = await self._site.file(digests_file(listed.id, listed.versions_digest))
        if raw is None or Digest.of(raw) != listed.versions_digest:
            self.missing.append("versions.json: the site no longer has the list of versions of that time.")
            return None
        return raw

    async def _text(self, record: Mapping[str, Any], language: str, digest: str, name: str) -> PolicyText | None:
        policy, version = record["policy"], record["version"]
        raw = await self._site.file(f"{policy}/{version}/{language}.md")
        text = _decoded(raw) if raw is not None and str(Digest.of(raw)) == digest else None
        if text is None:
            self.missing.append(f"{name}: the site has no text of {policy} {version} in {language} with this digest.")
            return None
        return PolicyText(
            policy=policy,
            seq=record["seq"],
            version=version,
            act="",
            language=language,
            digest=Digest(digest),
            markdown=text,
        )

    async def _changes(
        self, record: Mapping[str, Any]
    ) -> tuple[PolicyText | None, Mapping[str, Any] | None, list[dict[str, Any]]]:
        """Return the text at which the redline starts, the redline, and the summaries."""
        policy, seq, base_seq, language = (record.get(name) for name in ("policy", "seq", "base_seq", "language"))
        if not base_seq or base_seq == seq:
            self.missing.append("A redline: none was shown, because the user knew no earlier version.")
            return None, None, []
        try:
            base = await self._site.text(str(policy), base_seq, str(language))
            changes = await self._site.changes(str(policy), base_seq, int(seq or 0), str(language))
            summaries = await self._site.summaries(str(policy), base_seq, int(seq or 0), str(language))
        except (DigestMismatchError, RefusedError, UnknownVersionError) as cause:
            self.missing.append(f"The redline: {cause}")
            return None, None, []
        if base.language != language:
            self.missing.append(f"base.md: the version {base_seq} was not published in {language}.")
            return None, changes.data, summaries
        return base, changes.data, summaries

    async def _screens(self, record: Mapping[str, Any]) -> dict[str, bytes]:
        """Return the pictures of the prompt that the record names, and their list, if the site has published them."""
        surface = record.get("surface") or {}
        raw = await self._site.file(_SCREENS)
        try:
            build, screens = _screens(raw or b"{}")
        except ManifestError:
            build, screens = "", []
        if raw is None or not screens or build != surface.get("build"):
            self.missing.append("Pictures of the screen: the site has none of the client that the record names.")
            return {}
        files = {"screens.json": raw}
        for screen in screens:
            fits = (screen.template, screen.language) == (surface.get("template"), surface.get("language"))
            if fits and record["policy"] in screen.policies:
                content = await self._site.file(screen.path)
                if content is not None and Digest.of(content) == screen.digest:
                    files[screen.path.rpartition("/")[2]] = content
        return files


class _Screen(NamedTuple):
    path: str
    digest: Digest
    template: str
    language: str
    policies: tuple[str, ...]


def _screens(raw: bytes) -> tuple[str, list[_Screen]]:
    """Return the build and the pictures in `raw`, a list of pictures; raise ManifestError if it is not one."""
    shape = Fields(parse_json(raw), "", ManifestError)
    return shape.text("build"), [
        _Screen(
            each.parsed("path", matching(_PICTURE, "the path of a picture")),
            each.parsed("digest", Digest),
            each.text("template"),
            each.text("language"),
            each.texts("policies", str),
        )
        for each in shape.shapes("screens")
    ]


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _files(stamp: Stamp, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the timestamp `number` of a checkpoint, from 1."""
    name = "checkpoint" if number == 1 else f"checkpoint-{number}"
    yield from ((f"{name}.tsq", stamp.request), (f"{name}.tsr", stamp.response))


def _listed(manifest: ManifestFile | None, policy: str) -> ManifestPolicy | None:
    return Manifest.from_json(parse_json(manifest.payload)).policy(policy) if manifest else None


def _digests(listed: ManifestPolicy | None, versions: bytes | None, seq: int) -> Mapping[str, str]:
    """Return the digests of the texts of the version `seq` by language."""
    version = listed.version(seq) if listed else None
    if version:
        return {language: str(digest) for language, digest in version.digests.items()}
    rows = parse_json(versions)["versions"] if versions else []
    return next((row["digests"] for row in rows if row["seq"] == seq), {})
