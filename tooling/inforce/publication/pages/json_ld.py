"""JSON-LD for search engines in the vocabulary of schema.org, as plain data.

Invariants: the data state dates and intervals and never “now”, so they remain correct until the page is rebuilt.
"""

from __future__ import annotations

from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Policy, Version
from inforce.policy.catalog import Catalog
from inforce.publication.pages.context import Facts, version_facts

_CONTEXT = "https://schema.org"


def about_home(catalog: Catalog) -> Facts:
    """Return the description of the site of `catalog`."""
    return {"@context": _CONTEXT, "@type": "WebSite", "url": catalog.settings.site, "publisher": _publisher(catalog)}


def about_version(
    catalog: Catalog,
    policy: Policy,
    version: Version,
    language: Language,
    page: str,
    standing: Facts,
    corrected: Facts | None = None,
) -> Facts:
    """Return the description of `version` of `policy` in `language`, whose page has the path `page`.

    `corrected` refers to the next amendment of the version.
    """
    described = {
        "@context": _CONTEXT,
        "@type": "DigitalDocument",
        "url": catalog.settings.site + page,
        "name": policy.title(language),
        "version": version.label.text,
        "inLanguage": str(language),
        "datePublished": format_instant(version.published_at),
        "publisher": _publisher(catalog),
    }
    if standing["start"]:
        end = format_instant(standing["end"]) if standing["end"] else ".."
        described["temporalCoverage"] = f"{format_instant(standing['start'])}/{end}"
    if standing["end"]:
        described["expires"] = format_instant(standing["end"])
    if version.amends:
        amended = version_facts(policy, policy.original(version), language)
        described["isBasedOn"] = catalog.settings.site + amended["page"]
    if corrected:
        described["correction"] = catalog.settings.site + corrected["page"]
    return described


def _publisher(catalog: Catalog) -> Facts:
    publisher = catalog.settings.publisher
    return {"@type": "Organization", "name": publisher.name, "url": publisher.url}
