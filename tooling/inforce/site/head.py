"""What stands in the head of a page: its title, its relations to other pages, and the policy of what may run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from inforce import address
from inforce.language import Language
from inforce.policy import Kind, Policy
from inforce.publication import HomePage, Page, PolicyPage, Publication, VersionPage
from inforce.publication.headers import CONTENT_SECURITY_POLICY

_LICENCE_RELATIONS = {Kind.PRIVACY: "privacy-policy", Kind.TERMS: "terms-of-service"}


@dataclass(slots=True)
class _Head:
    """Tags on their way into a head."""

    site: str
    tags: list[str] = field(default_factory=list)

    def meta(self, name: str, content: str) -> None:
        self.tags.append(f'<meta name="{name}" content="{escape(content)}">')

    def link(self, rel: str, target: str, **attributes: str) -> None:
        more = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.tags.append(f'<link rel="{rel}" href="{escape(self.site + target)}"{more}>')

    def alternate(self, target: str, **attributes: str) -> None:
        # The space is meant: Material asks for a sitemap beside every `link[rel=alternate]`, on whichever host that is.
        self.link(" alternate", target, **attributes)


def head_of(page: Page, title: str, publication: Publication, description: str) -> str:
    """Write the head of `page`: relations of RFC 5829 and RFC 6903, alternates, canonical address."""
    settings = publication.catalog.settings
    head = _Head(settings.site)
    head.tags.append(f'<meta http-equiv="Content-Security-Policy" content="{escape(CONTENT_SECURITY_POLICY)}">')
    head.tags.append(f"<title>{escape(title)} – {escape(settings.publisher.name)}</title>")
    head.meta("description", description)
    head.link("canonical", page.address)
    if not isinstance(page, HomePage):
        _relations(head, page.policy, page.language)
    if isinstance(page, VersionPage):
        _neighbours(head, page)
    if isinstance(page, PolicyPage):
        for language in page.languages:
            head.alternate(address.policy_page(page.policy, language), hreflang=str(language))
    feed = address.FEED if isinstance(page, HomePage) else address.feed_file(page.policy)
    head.alternate(feed, type="application/atom+xml")
    return "\n".join(head.tags)


def _relations(head: _Head, policy: Policy, language: Language) -> None:
    current = address.policy_page(policy, language)
    head.link("latest-version", current)
    head.link("version-history", address.history_page(policy))
    if policy.kind in _LICENCE_RELATIONS:
        head.link(_LICENCE_RELATIONS[policy.kind], current)


def _neighbours(head: _Head, page: VersionPage) -> None:
    for relation, version in (("predecessor-version", page.predecessor), ("successor-version", page.successor)):
        if version and version.edition(page.language):
            head.link(relation, address.version_page(page.policy, version, page.language))
    for language in page.version.languages:
        head.alternate(address.version_page(page.policy, page.version, language), hreflang=str(language))
    text = address.text_file(page.policy, page.version, page.language)
    head.alternate(text, type="text/markdown")
