"""The sitemap (sitemaps.org): the home page and the texts in force, each with its effective date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as Xml

from inforce.instant import format_instant

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(site: str, pages: Iterable[tuple[str, datetime | None]]) -> bytes:
    """Return the sitemap of `site` with `pages`: the path of each, and the instant of its last change, if known."""
    root = Xml.Element("urlset", xmlns=_NAMESPACE)
    for path, changed in pages:
        entry = Xml.SubElement(root, "url")
        Xml.SubElement(entry, "loc").text = site + path
        if changed:
            Xml.SubElement(entry, "lastmod").text = format_instant(changed)
    Xml.indent(root, " ")
    text = str(Xml.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
