"""The head of a page: its title, its relations to other pages, and the content security policy."""

from __future__ import annotations

import json
from html import escape

from inforce.policy.settings import Settings
from inforce.publication import Page
from inforce.publication.files.headers import CONTENT_SECURITY_POLICY

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{escape(CONTENT_SECURITY_POLICY)}">'


def head_of(page: Page, settings: Settings, title: str, description: str) -> str:
    """Return the head of `page`; relations and the canonical address are absolute URLs of the site of `settings`."""
    site = settings.site
    tags = [
        _POLICY,
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(description)}">',
        f'<link rel="canonical" href="{escape(site + page.address)}">',
    ]
    for relation in page.links:
        # The space is intentional: Material requests a sitemap for every `link[rel=alternate]`, on any host.
        rel = " alternate" if relation["rel"] == "alternate" else relation["rel"]
        more = "".join(
            [f' {name}="{escape(value)}"' for name, value in relation.items() if name not in ("rel", "href")]
        )
        tags.append(f'<link rel="{rel}" href="{escape(site + relation["href"])}"{more}>')
    if about := page.context.get("about"):
        tags.append(f'<script type="application/ld+json">{_in_script(about)}</script>')
    return "\n".join(tags)


def _in_script(data: object) -> str:
    """Return `data` as JSON that cannot close its script element, in which HTML entities are not decoded."""
    text = _JSON.encode(data)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
