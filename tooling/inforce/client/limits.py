"""Limits: how much time, space and patience a client has. Every one of them holds whatever a host does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one fetch may cost.

    `seconds` covers everything from looking up the name to the last byte, redirects included; reading the answer
    may take as long again. Sizes are bytes after decompression. `redirects` counts those within the site's own origin;
    none leads elsewhere.
    """

    seconds: float = 15.0
    manifest: int = 64 * 1024
    text: int = 1024 * 1024
    document: int = 4 * 1024 * 1024
    redirects: int = 3

    def __post_init__(self) -> None:
        if min(self.seconds, self.manifest, self.text, self.document) <= 0 or self.redirects < 0:
            message = "expected limits above zero"
            raise ValueError(message)
