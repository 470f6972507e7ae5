"""LINK: check the targets of links and images in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from inforce import address
from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import rule
from inforce.checks.text import CheckedText
from inforce.fields import did_you_mean
from inforce.markdown import Link
from inforce.policy import Policy

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Searching the closest of very many ids is slow.
SUGGESTED_AMONG = 300
PLAIN_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
# First path segments on the site that are not policies.
SITE_FILES = frozenset(
    {
        address.MANIFEST,
        address.SIGNED_MANIFEST,
        address.FEED,
        address.SITEMAP,
        "schema",
        "conformance",
        address.BROWSER,
        address.MANIFESTS,
    }
)


@rule("LINK-anchor", Severity.ERROR, "A link leads to a section that does not exist.")
def section_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report links within a text to ids that do not exist."""
    for text, link in _links(ctx):
        if not link.target.startswith("#") or link.target == "#":
            continue
        known = [heading.id for heading in text.document.headings]
        wanted = unquote(link.target[1:])
        if wanted not in known:
            hint = did_you_mean(wanted, known[:SUGGESTED_AMONG]).strip(" –")
            yield section_missing.finding(
                text.place(link.line),
                f"The link “{link.text}” leads to the section “{wanted}”, which this text does not have.",
                evidence=link.target,
                fix=hint[:1].upper() + hint[1:] or "Enter the id given in “{#…}” after the heading.",
            )


@rule("LINK-internal", Severity.ERROR, "A link leads to a page that this site does not have.")
def page_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report links to the book's own site whose policy, version or section does not exist."""
    site = ctx.catalog.settings.site
    for text, link in _links(ctx):
        target = link.target
        if target.startswith("/") and not target.startswith("//"):
            target = "{0.scheme}://{0.netloc}".format(urlsplit(site)) + target
        if not (target + "/").startswith(site):
            if target != link.target:
                yield page_missing.finding(
                    text.place(link.line),
                    f"The link “{link.target}” leads outside the site, whose address is {site}.",
                    evidence=link.target,
                    fix=f"Write the complete address, such as “{site}{text.policy.id}/”.",
                )
        elif problem := _unknown_page(ctx, target[len(site) :]):
            yield page_missing.finding(
                text.place(link.line),
                f"The link “{link.text}” leads to {link.target}, but {problem}.",
                evidence=link.target,
                fix="The policies are: " + ", ".join(f"{site}{policy.id}/" for policy in ctx.catalog) + ".",
            )


@rule("LINK-relative", Severity.ERROR, "A link is relative, so its target depends on the page that shows the text.")
def relative_link(ctx: CheckContext) -> Iterator[Finding]:
    """Report relative links: a text is shown at several addresses and in apps."""
    site = ctx.catalog.settings.site
    for text, link in _links(ctx):
        if SCHEME.match(link.target) or link.target.startswith(("#", "/")) or not link.target:
            continue
        names = link.target.split("/")
        policy = next((policy.id for policy in ctx.catalog if policy.id in names), "")
        yield relative_link.finding(
            text.place(link.line),
            f"The link “{link.target}” leads to a different address from each page that shows this text.",
            evidence=link.target,
            fix=f"Write the complete address{f': “{site}{policy}/”' if policy else ', beginning with “https://”'}.",
        )


@rule("LINK-insecure", Severity.QUESTION, "A link leads to an unencrypted page.")
def unencrypted_link(ctx: CheckContext) -> Iterator[Finding]:
    """Report `http:` addresses."""
    for text, link in _links(ctx):
        if link.target.lower().startswith("http:") and not link.image:
            yield unencrypted_link.finding(
                text.place(link.line),
                f"The link “{link.text}” leads to an address without encryption.",
                evidence=link.target,
                fix=f"Write “https:{link.target[5:]}” if that page exists.",
            )


@rule("LINK-scheme", Severity.ERROR, "A link has an address that cannot be published.")
def unlinkable_address(ctx: CheckContext) -> Iterator[Finding]:
    """Report addresses that are not web, e-mail or telephone addresses, or lack their scheme."""
    for text, link in _links(ctx):
        match = SCHEME.match(link.target)
        if link.target.startswith("//"):
            fix = f"Write “https:{link.target}”."
        elif match and match[1].lower() not in PLAIN_SCHEMES:
            fix = "Link to a web page, an e-mail address or a telephone number, or remove the link."
        elif not link.target and not link.image:
            fix = "Write the address in the round brackets."
        else:
            continue
        yield unlinkable_address.finding(
            text.place(link.line),
            f"The link “{link.text or link.alt}” leads to “{link.target[:80]}”, which pages do not show as a link.",
            evidence=link.target[:80],
            fix=fix,
        )


@rule("LINK-credentials", Severity.ERROR, "A link contains a user name or password.")
def credentials_in_link(ctx: CheckContext) -> Iterator[Finding]:
    """Report user information in web addresses (RFC 3986, section 3.2.1)."""
    for text, link in _links(ctx):
        if "@" in _authority(link.target):
            yield credentials_in_link.finding(
                text.place(link.line),
                f"The link “{link.text}” contains a user name and possibly a password.",
                evidence=link.target,
                fix="Remove everything up to the “@”, and change the password.",
            )


@rule("LINK-alt", Severity.ERROR, "An image has no description.")
def image_without_description(ctx: CheckContext) -> Iterator[Finding]:
    """Report images whose square brackets are empty."""
    for text, link in _links(ctx):
        if link.image and not link.alt.strip():
            yield image_without_description.finding(
                text.place(link.line),
                "This image has no description for users who cannot see it.",
                evidence=link.target,
                fix="Describe it in the square brackets: “![the seal of the authority](…)”.",
            )


@rule("LINK-image", Severity.ERROR, "An image is stored outside the site.")
def remote_image(ctx: CheckContext) -> Iterator[Finding]:
    """Report images on other hosts: pages load nothing from third parties."""
    for text, link in _links(ctx):
        if link.image and (SCHEME.match(link.target) or link.target.replace("\\", "/").startswith("//")):
            yield remote_image.finding(
                text.place(link.line),
                f"The image “{link.alt}” is stored on another site, and pages load nothing from other sites.",
                evidence=link.target[:80],
                fix="Describe its content in words, or link to it.",
            )


def _links(ctx: CheckContext) -> Iterator[tuple[CheckedText, Link]]:
    for text in ctx.texts:
        for link in text.document.links:
            yield text, link


def _authority(target: str) -> str:
    try:
        return urlsplit(target).netloc
    except ValueError:
        return ""


def _unknown_page(ctx: CheckContext, target: str) -> str:
    """Return the problem of `target`, an address relative to the site's root; empty if it exists."""
    path, _, fragment = target.partition("#")
    names = [unquote(name) for name in path.partition("?")[0].split("/") if name]
    if not names or names[0] in SITE_FILES or names[0] in ctx.book.pages:
        return ""
    policy = ctx.catalog.find(names[0])
    if policy is None:
        return f"there is no policy “{names[0]}”"
    if len(names) > 1 and names[1][:1].isdigit() and policy.version(names[1]) is None:
        return f"{policy.id} has no version “{names[1]}”"
    return _unknown_section(ctx, policy, unquote(fragment)) if len(names) == 1 and fragment else ""


def _unknown_section(ctx: CheckContext, policy: Policy, section: str) -> str:
    newest = policy.latest(ctx.now) or (policy.versions[-1] if policy.versions else None)
    edition = newest.edition(policy.binding_language) if newest else None
    if edition is None or any(heading.id == section for heading in ctx.document(edition).headings):
        return ""
    return f"{policy.id} has no section “{section}”"


RULES = (
    section_missing,
    page_missing,
    relative_link,
    unencrypted_link,
    unlinkable_address,
    credentials_in_link,
    image_without_description,
    remote_image,
)
