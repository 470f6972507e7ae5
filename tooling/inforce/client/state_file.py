"""The state on disk, which preserves it, and the detection of rollbacks, across restarts.

Invariants: a reader finds the complete old or new state, even if a writer was killed; a damaged file is detected,
reported and loses only its own content; no process replaces a newer state with an older one; each manifest of the site
has its own state, by path.
Not responsible for: accepting manifests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inforce.client.results import Reason, RefusedError
from inforce.client.state import ClientState
from inforce.client.update_rules import forget_future, forget_untrusted
from inforce.disk import locked, read_regular, replace_file
from inforce.errors import ManifestError
from inforce.fields import Fields
from inforce.manifest import parse_json
from inforce.manifest.words import MAIN_PATH
from inforce.text import Digest

_TYPE, _SPEC = "policy-client-state", "1.0"
_LARGEST = 4 * 1024 * 1024
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFile:
    """The state file at `path`, for a client of `manifest` of `site`; other manifests can share the file."""

    path: Path
    site: str
    trusted: tuple[str, ...] = ()
    manifest: str = MAIN_PATH

    def read(self) -> ClientState | None:
        """Return the state; None if none exists. Raise RefusedError if the file is damaged or of another site."""
        try:
            raw = read_regular(self.path, _LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise self._refused(f"cannot be read: {cause.strerror}") from cause
        try:
            states = self._states(raw)
            if self.manifest not in states:
                return None
            return forget_untrusted(ClientState.from_shape(states.shape(self.manifest)), self.trusted)
        except Exception as cause:  # the app must start whatever the file contains
            raise self._refused(f"is damaged or of another site, and is replaced: {cause}") from cause

    def write(self, memory: ClientState) -> ClientState:
        """Write `memory` atomically unless another process knows a newer manifest; return the state now in the file.

        Raise RefusedError if the file cannot be written (it is then unchanged), or if another process received
        different bytes under the same serial.
        """
        try:
            with locked(self.path.with_name(f".{self.path.name}.lock"), _PATIENCE_SECONDS):
                newest = self._newer(memory)
                if newest is memory:
                    states = {**self._others(), self.manifest: memory.to_json()}
                    self._replace(_to_bytes(states, self.site))
                return newest
        except RefusedError:
            raise
        except Exception as cause:  # the new manifest stays in use, so no disk error may reach the app
            raise self._refused(f"cannot be written: {getattr(cause, 'strerror', None) or cause}") from cause

    def _states(self, raw: bytes) -> Fields:
        """Return the state of each manifest in `raw`, by path."""
        shape = Fields(parse_json(raw, limit=_LARGEST), "", ManifestError)
        if (shape.text("type"), shape.text("spec"), shape.text("site")) != (_TYPE, _SPEC, self.site):
            raise shape.error("site", f"expected the state of a client of {self.site}")
        states = shape.value("states")
        if shape.parsed("digest", Digest) != _digest(states):
            raise shape.error("digest", "does not fit the states")
        return shape.shape("states")

    def _others(self) -> Mapping[str, Any]:
        """Return the states of the other manifests in the file; none if it is missing or damaged."""
        try:
            states = self._states(read_regular(self.path, _LARGEST + 1))
        except Exception:  # a damaged file is reported by `read`, and replaced
            return {}
        return {name: states.value(name) for name in states.names() if name != self.manifest}

    def _newer(self, memory: ClientState) -> ClientState:
        """Return the newer one of `memory` and the state in this file."""
        try:
            stored = self.read()
        except RefusedError:
            return memory
        if stored and memory.checked_at:
            stored = forget_future(stored, memory.last_server_time, memory.checked_at)
        if stored is None or stored.last_serial < memory.last_serial:
            return memory
        if stored.last_serial == memory.last_serial and stored.last_digest != memory.last_digest:
            detail = f"under the serial {stored.last_serial} another process received {stored.last_digest}"
            raise RefusedError(Reason.EQUIVOCATION, detail)
        return memory if stored.last_serial == memory.last_serial else stored

    def _replace(self, data: bytes) -> None:
        replace_file(self.path, data, temporary=self.path.with_name(f".{self.path.name}.new"))

    def _refused(self, problem: str) -> RefusedError:
        return RefusedError(Reason.STATE_FILE, f"the state file {self.path} {problem}")


def _to_bytes(states: Mapping[str, Any], site: str) -> bytes:
    document = {"type": _TYPE, "spec": _SPEC, "site": site, "digest": str(_digest(states)), "states": states}
    return json.dumps(document, ensure_ascii=False).encode()


def _digest(states: Mapping[str, Any]) -> Digest:
    return Digest.of(json.dumps(states, sort_keys=True))
