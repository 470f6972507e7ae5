"""The sitemap (sitemaps.org): the texts in force, each with its effective date."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as Xml

from inforce import address
from inforce.instant import format_instant
from inforce.policy.catalog import Catalog
from inforce.publication.pages.current import languages_of

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(catalog: Catalog, now: datetime) -> bytes:
    """Return the sitemap of `catalog` at `now`: the home page and every policy with a text in force."""
    site = catalog.settings.site
    root = Xml.Element("urlset", xmlns=_NAMESPACE)
    Xml.SubElement(Xml.SubElement(root, "url"), "loc").text = site
    for policy in catalog:
        version = policy.in_force(now)
        for language in languages_of(policy, now) if version else ():
            entry = Xml.SubElement(root, "url")
            Xml.SubElement(entry, "loc").text = site + address.policy_page(policy, language)
            if version:
                Xml.SubElement(entry, "lastmod").text = format_instant(version.effective_at)
    Xml.indent(root, " ")
    text = str(Xml.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
