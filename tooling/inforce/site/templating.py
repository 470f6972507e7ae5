"""Templates of our pages: Jinja2 with everything escaped, and the few functions they may call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from types import MethodType
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from inforce.instant import day_of, format_instant, format_local, is_start_of_day
from inforce.language import Language
from inforce.policy.settings import Settings
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


class _Context(Context):
    """A context that calls the functions of `Words` and `_Spoken` directly, for they want nothing of Jinja's."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """Call `called` as a template asks."""
        if type(called) is not MethodType:
            return super().call(called, *args, **named)
        # Jinja names the variables around to whatever is called in a loop or a block.
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*args, **named)


class _Environment(Environment):
    """An environment for plain data: `one.title` is first of all a member of the mapping `one`."""

    context_class = _Context

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Get the member or attribute called `attribute` of `obj`."""
        # Jinja looks for attributes first, and most of what pages say has none.
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Spoken:
    """Says the words of a `catalogue` as templates ask for them; each of them is looked up once."""

    def __init__(self, catalogue: NullTranslations) -> None:
        self._catalogue = catalogue
        self._found: dict[str, Markup] = {}
        self._alone: dict[str, Markup] = {}

    def say(self, message: str, **named: object) -> Markup:
        """Translate `message` and put in what is `named`, escaped; the words of a catalogue are markup."""
        if named:
            # What Markup makes of `%` as well, but a good deal faster.
            text = str(self._words(message)) % {name: escape(value) for name, value in named.items()}
            return Markup(text)  # noqa: S704 - everything in it is escaped
        if message not in self._alone:
            self._alone[message] = self._words(message) % {}
        return self._alone[message]

    def _words(self, message: str) -> Markup:
        if message not in self._found:
            # Markup: a message stands in a template, and its translation in a catalogue of ours.
            self._found[message] = Markup(self._catalogue.ugettext(message))  # noqa: S704
        return self._found[message]


@cache
def environment(language: Language) -> Environment:
    """Make the environment whose interface words are in `language`."""
    env = _Environment(
        loader=PackageLoader("inforce.site", "templates/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
        auto_reload=False,  # templates do not change while a program runs
    )
    env.globals["_"] = _Spoken(translations(language)).say
    return env


@lru_cache(1024)
def _day(language: Language, zone: ZoneInfo, instant: datetime) -> Markup:
    """Write `instant` for readers of `language` in `zone`: neighbours of a version name the same days."""
    shown = language.format_day(day_of(instant, zone))
    if not is_start_of_day(instant, zone):
        clock, name = format_local(instant, zone).split(" ")[1:]
        shown = f"{shown}, {clock} ({name})"
    return Markup('<time datetime="{}">{}</time>').format(format_instant(instant), shown)


@lru_cache(512)
def _tongues(language: Language, rows: tuple[tuple[str, ...], ...]) -> Markup:
    """Lead to a page in other languages than `language`: on the pages of all versions these links are the same."""
    written: Markup = _languages(language).tongues(_named(rows), str(language))
    return written


@lru_cache(512)
def _editions(language: Language, rows: tuple[tuple[str, ...], ...]) -> Markup:
    """List the languages of a version in words of `language`; what holds for `_tongues` holds here."""
    written: Markup = _languages(language).editions(_named(rows))
    return written


def _languages(language: Language) -> Any:
    return environment(language).get_template("languages.html").module


def _named(rows: tuple[tuple[str, ...], ...]) -> list[dict[str, str]]:
    return [dict(zip(("link", "tag", "name", "mark"), row, strict=False)) for row in rows]


@lru_cache(64)
def _code(text: str) -> Markup:
    return Markup('<code dir="ltr">{}</code>').format(text)


class Words:
    """What templates call: days and links, as the page at `links.page` in `language` has to write them."""

    def __init__(self, settings: Settings, language: Language, links: Links) -> None:
        self._zone = settings.timezone
        self._language = language
        self._links = links
        self._spelt: dict[str, str] = {}

    def day(self, instant: datetime) -> Markup:
        """Write `instant` for readers: the day, with the time and the zone where it is not the start of a day."""
        return _day(self._language, self._zone, instant)

    def plain_day(self, instant: datetime) -> str:
        """Write the day of `instant` for readers, without markup and time."""
        return self._language.format_day(day_of(instant, self._zone))

    def iso(self, instant: datetime) -> str:
        """Write `instant` as RFC 3339, for scripts."""
        return format_instant(instant)

    def to(self, address: str) -> str:
        """Link to `address` from here."""
        if address not in self._spelt:
            self._spelt[address] = self._links.to(address)
        return self._spelt[address]

    def code(self, text: str) -> Markup:
        """Show `text` as something to type."""
        return _code(text)

    def tongues(self, languages: Iterable[Mapping[str, str]]) -> Markup:
        """Lead from here to the same page in `languages`, each with its tag, its name and its page."""
        return _tongues(self._language, tuple([(self.to(one["page"]), one["tag"], one["name"]) for one in languages]))

    def editions(self, languages: Iterable[Mapping[str, str]]) -> Markup:
        """List the `languages` of a version, linked from here, each with its mark: binding, translation, lags."""
        rows = tuple([(self.to(one["page"]), one["tag"], one["name"], one["mark"]) for one in languages])
        return _editions(self._language, rows)

    def context(self) -> dict[str, Any]:
        """Name the functions as templates know them."""
        named = (self.day, self.plain_day, self.iso, self.to, self.code, self.tongues, self.editions)
        return {function.__name__: function for function in named}
