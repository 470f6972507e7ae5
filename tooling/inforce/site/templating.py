"""Templates of our pages: Jinja2 with everything escaped, and the few functions they may call."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from inforce.instant import day_of, format_instant, format_local, is_start_of_day
from inforce.language import Language
from inforce.settings import Settings
from inforce.site.links import Links
from inforce.site.messages import translations


class _Compiled(BytecodeCache):
    """Templates compiled once for all languages: words are looked up when a page is made, not before."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` with what was compiled before."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what `bucket` holds."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@cache
def environment(language: Language) -> Environment:
    """Make the environment whose interface words are in `language`."""
    env = Environment(
        loader=PackageLoader("inforce.site", "templates/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
        auto_reload=False,  # templates do not change while a program runs
    )
    catalogue = translations(language)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.ugettext, catalogue.ungettext, newstyle=True
    )
    return env


class Words:
    """What templates call: days and links, as the page at `links.page` in `language` has to write them."""

    def __init__(self, settings: Settings, language: Language, links: Links) -> None:
        self._zone = settings.timezone
        self._language = language
        self._links = links

    def day(self, instant: datetime) -> Markup:
        """Write `instant` for readers: the day, with the time and the zone where it is not the start of a day."""
        shown = self._language.format_day(day_of(instant, self._zone))
        if not is_start_of_day(instant, self._zone):
            clock, zone = format_local(instant, self._zone).split(" ")[1:]
            shown = f"{shown}, {clock} ({zone})"
        return Markup('<time datetime="{}">{}</time>').format(format_instant(instant), shown)

    def plain_day(self, instant: datetime) -> str:
        """Write the day of `instant` for readers, without markup and time."""
        return self._language.format_day(day_of(instant, self._zone))

    def iso(self, instant: datetime) -> str:
        """Write `instant` as RFC 3339, for scripts."""
        return format_instant(instant)

    def to(self, address: str) -> str:
        """Link to `address` from here."""
        return self._links.to(address)

    def code(self, text: str) -> Markup:
        """Show `text` as something to type."""
        return Markup('<code dir="ltr">{}</code>').format(text)

    def context(self) -> dict[str, Any]:
        """Name the functions as templates know them."""
        return {"day": self.day, "plain_day": self.plain_day, "iso": self.iso, "to": self.to, "code": self.code}
