"""The path of every page and file that a book publishes, relative to the root of the site.

Invariants: a published path never changes and does not depend on the number of versions; page paths end in `/`, file
paths do not.
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
RECEIPT_SCHEMA = "schema/policy-receipt-1.json"
VECTORS = "conformance/vectors.json"
ENVELOPE_VECTORS = "conformance/envelopes.json"
STATE_VECTORS = "conformance/states.json"
HISTORY_VECTORS = "conformance/histories.json"
CONFORMANCE = (VECTORS, ENVELOPE_VECTORS, STATE_VECTORS, HISTORY_VECTORS)
BROWSER = "browser"
FEED = "feed.xml"
HEADERS = "_headers"
SCREENS = "screens/screens.json"
SITEMAP = "sitemap.xml"
VERSIONS = "versions.json"


def manifest_file(name: str) -> str:
    """Return the path of the additional manifest `name`."""
    return f"{MANIFESTS}/{name}.json"


def policy_page(policy: Policy, language: Language) -> str:
    """Return the path of the page with the text of `policy` in force, in `language`."""
    return f"{policy.id}/{_unless_binding(policy, language)}"


def version_page(policy: Policy, version: Version, language: Language) -> str:
    """Return the path of the permanent page of `version` in `language`."""
    return f"{policy.id}/{version.label}/{_unless_binding(policy, language)}"


def redline_page(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Return the path of the redline page from `old` to `new` in `language`."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{_unless_binding(policy, language)}"


def since_page(policy: Policy, version: Version, language: Language) -> str:
    """Return the path of the page with the changes since `version`."""
    return f"{policy.id}/{version.label}/since/{_unless_binding(policy, language)}"


def history_page(policy: Policy, language: Language) -> str:
    """Return the path of the history page of `policy` in `language`."""
    return f"{policy.id}/history/{_unless_binding(policy, language)}"


def compare_page(policy: Policy, language: Language) -> str:
    """Return the path of the page on which a reader picks two versions of `policy` to compare, in `language`."""
    return f"{policy.id}/changes/{_unless_binding(policy, language)}"


def text_file(policy: Policy, version: Version, language: Language) -> str:
    """Return the path of the canonical text of an edition."""
    return f"{policy.id}/{version.label}/{language}.md"


def fragment_beside(text: str) -> str:
    """Return the path of the HTML fragment of the edition whose canonical text has the path `text`."""
    return f"{text.removesuffix('.md')}.html"


def redline_file(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Return the path of the redline from `old` to `new` as JSON."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.json"


def version_pdf(policy: Policy, version: Version, language: Language) -> str:
    """Return the path of an edition as a PDF."""
    return f"{policy.id}/{version.label}/{language}.pdf"


def redline_pdf(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Return the path of the redline from `old` to `new` as a PDF."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.pdf"


def redline_docx(policy: Policy, old: Version, new: Version, language: Language) -> str:
    """Return the path of the redline from `old` to `new` as a Word document with tracked changes."""
    return f"{policy.id}/changes/{old.label}...{new.label}/{language}.docx"


def since_file(policy: Policy, version: Version, language: Language) -> str:
    """Return the path of the changes from `version` to the version in force and each announced version, as JSON."""
    return f"{policy.id}/{version.label}/since/{language}.json"


def versions_file(policy: Policy) -> str:
    """Return the path of the list of all versions of `policy`."""
    return f"{policy.id}/{VERSIONS}"


def feed_file(policy: Policy) -> str:
    """Return the path of the Atom feed of `policy`."""
    return f"{policy.id}/feed.xml"


def calendar_file(policy: Policy) -> str:
    """Return the path of the calendar with the announced dates of `policy`."""
    return f"{policy.id}/calendar.ics"


def timemap_file(policy: Policy) -> str:
    """Return the path of the TimeMap (RFC 7089) of `policy`."""
    return f"{policy.id}/timemap.link"


def _unless_binding(policy: Policy, language: Language) -> str:
    return "" if language == policy.binding_language else f"{language}/"
