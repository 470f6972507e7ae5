"""Links of a review to the pages and documents of a version in a preview.

Invariants: if the preview's folder is available, only existing files are linked.
Not responsible for: building the preview.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inforce import address
from inforce.language import Language
from inforce.policy import Policy, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLinks:
    """The location of a preview.

    `preview` is the URL of a site, ending in `/`; `artefact` is the URL of an archive with the site, whose pages cannot
    be linked. `site` is the local folder with the site, if available.
    """

    preview: str = ""
    artefact: str = ""
    site: Path | None = None

    def for_version(self, policy: Policy, version: Version, language: Language) -> str:
        """Return the links to `version` in `language` and to its redlines as one line; empty if there are none."""
        addresses = [(name, path) for name, path in _addresses(policy, version, language) if self._exists(path)]
        if self.preview:
            return " · ".join(f"[{name}]({self.preview}{path})" for name, path in addresses)
        return " · ".join(f"{name}: `{path}{'index.html' if path.endswith('/') else ''}`" for name, path in addresses)

    def _exists(self, path: str) -> bool:
        if not self.preview and not self.artefact:
            return False
        return self.site is None or (self.site / path).exists()


def _addresses(policy: Policy, version: Version, language: Language) -> Iterator[tuple[str, str]]:
    yield "page", address.version_page(policy, version, language)
    before = policy.predecessor(version)
    if before:
        yield "redline", address.redline_page(policy, before, version, language)
        yield "redline in Word", address.redline_docx(policy, before, version, language)
        yield "redline as PDF", address.redline_pdf(policy, before, version, language)
    yield "PDF", address.version_pdf(policy, version, language)
