"""Addresses: where everything a book publishes stands, relative to the site's root.

Keeps true: an address once published stays; none of them depends on how many versions there are. Pages end in `/`,
files do not.
"""

from __future__ import annotations

from inforce.language import Language
from inforce.policy import Policy, Version

MANIFEST = "policies.json"
SIGNED_MANIFEST = "policies.jws.json"
MANIFESTS = "manifests"
MANIFEST_SCHEMA = "schema/policy-manifest-1.json"
VERSIONS_SCHEMA = "schema/policy-versions-1.json"
DIGESTS_SCHEMA = "schema/policy-version-digests-1.json"
VECTORS = "conformance/vectors.json"
BROWSER = "browser"
FEED = "feed.xml"
HEADERS = "_headers"
SITEMAP = "sitemap.xml"
VERSIONS = "versions.json"


def manifest_file(name: str) -> str:
    """Return the path of the additional manifest `name`."""
    return f"{MANIFESTS}/{name}.json"


def policy_page(policy: Policy, language: Language) -> str:
    """Address the text of `policy` in force, in `language`."""
    return f"{policy.id}/{_unless_binding(policy, language)}"


def version_page(policy: Policy, version: Version, language: Language) -> str:
    """Address the permanent page of `version` in `language`."""
    return f"{policy.id}/{version.label}/{_unless_binding(policy, language)}"


def redline_page(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Address the redline from `old` to `new` in `language`."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{_unless_binding(policy, language)}"


def since_page(policy: Policy, version: Version, language: Language) -> str:
    """Address the redline from `version` to whatever is in force."""
    return f"{policy.id}/{version.label}/since/{_unless_binding(policy, language)}"


def history_page(policy: Policy, language: Language) -> str:
    """Address the history of `policy`, told in `language`."""
    return f"{policy.id}/history/{_unless_binding(policy, language)}"


def compare_page(policy: Policy, language: Language) -> str:
    """Address the page on which any two versions of `policy` are picked, by their texts in `language`."""
    return f"{policy.id}/changes/{_unless_binding(policy, language)}"


def text_file(policy: Policy, version: Version, language: Language) -> str:
    """Address the canonical bytes of an edition."""
    return f"{policy.id}/{version.label}/{language}.md"


def fragment_beside(text: str) -> str:
    """Address the fragment of the edition whose canonical bytes stand at the address `text`."""
    return f"{text.removesuffix('.md')}.html"


def redline_file(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Address the redline from `old` to `new` as runs of text."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.json"


def version_pdf(policy: Policy, version: Version, language: Language) -> str:
    """Address an edition as a PDF."""
    return f"{policy.id}/{version.label}/{language}.pdf"


def redline_pdf(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Address the redline from `old` to `new` as a PDF."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.pdf"


def redline_docx(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Address the redline from `old` to `new` as a Word document with tracked changes."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.docx"


def since_file(policy: Policy, version: Version, language: Language) -> str:
    """Address the redlines from `version` to the one in force and the announced ones, as runs of text."""
    return f"{policy.id}/{version.label}/since/{language}.json"


def versions_file(policy: Policy) -> str:
    """Address the list of all versions of `policy`."""
    return f"{policy.id}/{VERSIONS}"


def feed_file(policy: Policy) -> str:
    """Address the Atom feed of `policy`."""
    return f"{policy.id}/feed.xml"


def calendar_file(policy: Policy) -> str:
    """Address the calendar of announced dates of `policy`."""
    return f"{policy.id}/calendar.ics"


def timemap_file(policy: Policy) -> str:
    """Address the TimeMap (RFC 7089) of `policy`."""
    return f"{policy.id}/timemap.link"


def _unless_binding(policy: Policy, language: Language) -> str:
    return "" if language == policy.binding_language else f"{language}/"
