"""What an evidence pack is made of, as values: read from the ledger and the site, and verified."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inforce.client import ManifestFile, PolicyText
from inforce.ledger.entries import Disclosure
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.log.proof import LogProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What an evidence pack is made of.

    - `site`, `verifier`: the address of the site, and the key of the log as text
    - `disclosure`, `proof`: the record with its salt, and its inclusion proof
    - `history`: all records of the subject about the policy, in the order of the log
    - `manifest`, `versions`: the manifest at that time, and the list of all versions that it proves
    - `shown`, `binding`: the text in the language shown and in the binding language
    - `base`, `changes`, `summaries`: the text at which the redline starts, the redline, and the author's summaries
    - `screens`: the pictures of the prompt and their list, by path
    - `stamps`: the timestamps of the checkpoint and their requests, by name
    - `missing`: what could not be included, a sentence each
    """

    site: str
    verifier: str
    disclosure: Disclosure
    proof: bytes
    history: Sequence[Mapping[str, Any]] = ()
    manifest: ManifestFile | None = None
    versions: bytes | None = None
    shown: PolicyText | None = None
    binding: PolicyText | None = None
    base: PolicyText | None = None
    changes: Mapping[str, Any] | None = None
    summaries: Sequence[Mapping[str, Any]] = ()
    screens: Mapping[str, bytes]
    stamps: Mapping[str, bytes]
    missing: Sequence[str] = ()

    @property
    def record(self) -> dict[str, Any]:
        """The record: the receipt and what the ledger added when it arrived."""
        record: dict[str, Any] = json.loads(self.disclosure.record)
        return record

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint in the proof."""
        return Checkpoint.parse(LogProof.parse(self.proof).note.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackWording:
    """The files of this package that a pack contains: verify.py, and the templates of README and declaration."""

    program: bytes
    readme: str
    declaration: str
