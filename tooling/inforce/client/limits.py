"""Limits of time, size and redirects that apply whatever a host does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one fetch.

    `seconds` covers everything from name resolution to the last byte, redirects included; processing the answer may
    take as long again. Sizes are bytes after decompression. `redirects` counts redirects within the origin of the site;
    redirects to another origin are refused.
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
