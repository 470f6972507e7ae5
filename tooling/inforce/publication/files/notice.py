"""The message that tells users about a version: subject, plain text and HTML for an e-mail.

Invariants: the message says what the site says, in the same words; it loads nothing and contains no script; what an
author writes appears as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple
from xml.etree import ElementTree as Xml

from inforce import address
from inforce.language import Language
from inforce.policy import ChangeLevel, Policy, Version
from inforce.policy.settings import Settings
from inforce.publication.files.pdf import long_instant

Translate = Callable[[str], str]
# All words occur on the pages of the site too, so that the catalogues of interface words contain them.
_ANNOUNCED: Final = "{title}: version {label} is announced"
_IN_FORCE: Final = "{title}: version {label} is in force"
_LEVELS: Final = {
    ChangeLevel.MATERIAL: "material change: users are asked again",
    ChangeLevel.NOTICE: "change with notice: users are notified",
    ChangeLevel.EDITORIAL: "editorial correction: users are not asked",
}
_DATES: Final = ("Applies from", "For new users from", "Older acceptance honoured until")
_COLON: Final = ": "
_CHANGED: Final = "What changed, in the publisher’s words"
_READ: Final = "Permanent page of this version"
_COMPARE: Final = "What changed since version {label}"
WORDS: Final = (_ANNOUNCED, _IN_FORCE, *_LEVELS.values(), *_DATES, _CHANGED, _READ, _COMPARE)


class UserNotice(NamedTuple):
    """A message to users: its subject, and its text as plain text and as an HTML document."""

    subject: str
    text: str
    html: str


class _Content(NamedTuple):
    """What both forms of a message contain; a link is a label and an address."""

    subject: str
    publisher: str
    level: str
    facts: list[str]
    heading: str
    points: list[str]
    links: list[tuple[str, str]]


def user_notice(
    settings: Settings, policy: Policy, version: Version, language: Language, now: datetime, translate: Translate
) -> UserNotice:
    """Return the message that tells users about `version`, as of `now`.

    :param settings: the settings of the book
    :param policy: the policy
    :param version: its version, which has a text in `language`
    :param language: the language of the message
    :param now: decides whether the version is announced or in force, and which version it is compared with
    :param translate: function that returns an English interface word in `language`
    """
    words = translate(_ANNOUNCED if now < version.effective_at else _IN_FORCE)
    edition = version.edition(language)
    instants = (version.effective_at, version.effective_at_new, version.enforce_at)
    content = _Content(
        words.format(title=policy.title(language), label=version.label),
        settings.publisher.name,
        translate(_LEVELS[version.change]),
        [
            translate(label) + translate(_COLON) + long_instant(instant, settings.timezone, language.interface)
            for label, instant in zip(_DATES, instants, strict=True)
            if instant is not None
        ],
        translate(_CHANGED),
        [point.text for point in edition.summary] if edition else [],
        list(_links(settings, policy, version, language, now, translate)),
    )
    return UserNotice(content.subject, _text(content), _html(content, language))


def _links(
    settings: Settings, policy: Policy, version: Version, language: Language, now: datetime, translate: Translate
) -> Iterator[tuple[str, str]]:
    yield translate(_READ), settings.site + address.version_page(policy, version, language)
    public = [other for other in policy.public(max(now, version.published_at)) if not other.is_cancelled(now)]
    before = [other for other in public if policy.place(other) < policy.place(version) and other.edition(language)]
    if before:
        page = address.redline_page(policy, before[-1], version, language)
        yield translate(_COMPARE).format(label=before[-1].label), settings.site + page


def _text(content: _Content) -> str:
    lines = [content.subject, content.publisher, "", content.level]
    lines += content.facts
    if content.points:
        lines += ["", f"{content.heading}:", *(f"- {point}" for point in content.points)]
    for label, target in content.links:
        lines += ["", f"{label}:", target]
    return "\n".join(lines) + "\n"


def _html(content: _Content, language: Language) -> str:
    spoken = language.interface  # of the words around what the author wrote
    root = Xml.Element("html", lang=str(spoken), dir=spoken.direction)
    head, body = Xml.SubElement(root, "head"), Xml.SubElement(root, "body")
    Xml.SubElement(head, "meta", charset="utf-8")
    Xml.SubElement(head, "title").text = content.subject
    Xml.SubElement(body, "h1").text = content.subject
    for line in (content.publisher, content.level, *content.facts):
        Xml.SubElement(body, "p").text = line
    if content.points:
        Xml.SubElement(body, "h2").text = content.heading
        listed = Xml.SubElement(body, "ul", lang=str(language), dir=language.direction)
        for point in content.points:
            Xml.SubElement(listed, "li").text = point
    for label, target in content.links:
        Xml.SubElement(Xml.SubElement(body, "p"), "a", href=target).text = label
    return "<!doctype html>\n" + Xml.tostring(root, encoding="unicode", method="html") + "\n"
