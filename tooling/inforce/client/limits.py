"""Limits of time, size and redirects that apply whatever a host does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one fetch.

        >>> policies = Policies("https://policies.shop.example/", limits=Limits(seconds=3.0))

    :param seconds: time from name resolution to the last byte, with redirects; processing may take as long again
    :param manifest: size of a manifest in bytes after decompression
    :param text: size of a text in bytes after decompression
    :param document: size of any other file in bytes after decompression
    :param redirects: number of redirects within the origin of the site; others are refused
    :raises ValueError: if a limit is below zero, or zero except `redirects`
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
