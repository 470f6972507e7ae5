"""Find markup that runs code, loads content of another site, or leads somewhere else than the locked text does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from inforce.errors import quoted

_EMBEDDING: Final = frozenset(
    ("iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "template", "math")
)
_DATA_TYPES: Final = frozenset(("application/json", "application/ld+json"))
_LOADING_LINKS: Final = frozenset(
    (
        "stylesheet",
        "icon",
        "preload",
        "modulepreload",
        "prefetch",
        "prerender",
        "preconnect",
        "dns-prefetch",
        "manifest",
        "apple-touch-icon",
    )
)
_LOADED: Final = {
    "script": ("src", "href", "xlink:href"),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("src", "formaction"),
    "body": ("background",),
}
_CHANGING: Final = frozenset(("set", "animate", "animatetransform", "animatemotion"))
_LINKS: Final = ("href", "xlink:href", "action", "formaction")
_ANYWHERE: Final = ("background", "ping", "lowsrc", "dynsrc")
_CODE_SCHEMES: Final = frozenset(("javascript", "vbscript", "data"))


def active_fault(tag: str, values: Mapping[str, str]) -> str | None:
    """Return why `<tag>` with the attributes `values` runs code or loads content of another site; None if it does not.

    Names of tags and attributes are in lower case. Scripts and style sheets that the site itself publishes are allowed.
    """
    if tag in _EMBEDDING or tag == "base":
        return f"<{tag}> loads or addresses other content"
    if handler := next((name for name in values if name.startswith("on") or name == "srcdoc"), None):
        return f"<{tag}> runs code in its attribute {handler}"
    if tag == "script" and not (values.keys() & {"src", "href", "xlink:href"}):
        kind = values.get("type", "").strip().lower()
        return None if kind in _DATA_TYPES else "<script> contains code"
    if any("url(" in value.lower() for value in values.values()):
        return f"<{tag}> has a style that loads a file"
    if tag in _CHANGING:
        return f"<{tag}> changes other elements"
    if url := next((url for url in _loaded(tag, values) if not of_this_site(url)), None):
        return f"<{tag}> loads {quoted(url, 80)} from another site"
    if any(_scheme(values.get(name, "")) in _CODE_SCHEMES for name in _LINKS):
        return f"<{tag}> has a link that runs code"
    return None


def _loaded(tag: str, values: Mapping[str, str]) -> list[str]:
    """Return the URLs that `<tag>` loads or sends to, without images that the page itself contains."""
    names: tuple[str, ...] = (*_LOADED.get(tag, ()), *_ANYWHERE)
    if tag == "link" and _LOADING_LINKS & set(values.get("rel", "").lower().split()):
        names = (*names, "href", "imagesrcset")
    urls = [url for name in names for url in _urls(name, values.get(name, ""))]
    return [url for url in urls if not (tag == "img" and url.startswith("data:image/"))]


def of_this_site(url: str) -> bool:
    """Return whether `url` is relative to the page or its host: it has neither a scheme nor a host."""
    return not _scheme(url) and not _cleaned(url).replace("\\", "/").startswith("//")


def _scheme(url: str) -> str:
    try:
        return urlsplit(_cleaned(url)).scheme
    except ValueError:  # such as a broken IPv6 address: never ours
        return "?"


def _cleaned(url: str) -> str:
    """Return `url` as a browser reads it: without control characters and spaces around it (URL Standard, 4.4)."""
    return "".join(character for character in url.strip() if character > " ")


def _urls(name: str, value: str) -> list[str]:
    if name not in ("srcset", "imagesrcset"):
        return [value] if value else []
    return [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
