"""The final check of HTML fragments: a fragment is passed unchanged or rejected."""

from __future__ import annotations

import nh3

from inforce.errors import BookError, Place

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "td": {"align"}, "th": {"align"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}  # fmt: skip
_SCHEMES = {"https", "http", "mailto", "tel"}


def passed(fragment: str, place: Place) -> str:
    """Return `fragment` if a sanitiser would remove nothing from it; otherwise raise BookError with `place`.

    Failing the build is safer than silently removing words of a contract.
    """
    clean = nh3.clean(fragment, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    if clean != fragment:
        at = next((i for i, (sign, two) in enumerate(zip(fragment, clean, strict=False)) if sign != two), len(clean))
        problem = f"would not be shown as it is written, near “{fragment[max(0, at - 40) : at + 40]}”"
        raise BookError(place, problem, "write it in plain Markdown", rule="HTML-raw")
    return fragment
