"""Jinja2 environments of our pages, with autoescaping and the functions that templates can call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    """Cache of templates compiled once for all languages; words are translated when a page is rendered."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` from the cache."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the content of `bucket`."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _Context(Context):
    """A context that calls the functions of `Words` and `_Spoken` directly, since they do not use the context."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """Call `called` with the arguments of the template."""
        if type(called) is not MethodType:
            return super().call(called, *args, **named)
        # Jinja passes the surrounding variables to functions called in a loop or a block.
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*args, **named)


class _Environment(Environment):
    """An environment for plain data: `x.title` looks up the key of the mapping `x` before the attribute."""

    context_class = _Context

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the key or attribute `attribute` of `obj`."""
        # Jinja looks up attributes first, but page data are mostly mappings.
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Spoken:
    """Translates the words of templates with `catalogue`; caches each lookup. `number` formats a number."""

    def __init__(self, catalogue: NullTranslations, number: Callable[[int], str]) -> None:
        self._catalogue = catalogue
        self._number = number
        self._found: dict[str, Markup] = {}
        self._alone: dict[str, Markup] = {}

    def say(self, message: str, **named: object) -> Markup:
        """Return the translation of `message` with the escaped values `named`; catalogue texts are markup."""
        if named:
            # Same result as `%` with Markup, but faster.
            text = str(self._words(message)) % {name: escape(value) for name, value in named.items()}
            return Markup(text)  # noqa: S704 - everything in it is escaped
        if message not in self._alone:
            self._alone[message] = self._words(message) % {}
        return self._alone[message]

    def count(self, one: str, many: str, number: int) -> Markup:
        """Return the translation of `one` or `many` for `number`, which replaces `%(num)s` in it."""
        return Markup(self._catalogue.ungettext(one, many, number)) % {"num": self._number(number)}  # noqa: S704

    def _words(self, message: str) -> Markup:
        if message not in self._found:
            # Markup is safe: messages and translations come from our templates and catalogues.
            self._found[message] = Markup(self._catalogue.ugettext(message))  # noqa: S704
        return self._found[message]


@cache
def environment(language: Language) -> Environment:
    """Return the environment with interface words in `language`."""
    env = _Environment(
        loader=PackageLoader("inforce.site", "templates/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
        auto_reload=False,  # templates do not change while a program runs
    )
    spoken = _Spoken(translations(language), language.interface.format_number)
    env.globals.update({"_": spoken.say, "ngettext": spoken.count})
    return env


@lru_cache(1024)
def _day(language: Language, zone: ZoneInfo, instant: datetime) -> Markup:
    """Return `instant` in `zone`, formatted for `language`; cached, since adjacent versions show the same days."""
    day, interface = day_of(instant, zone), language.interface
    shown = interface.format_day(day)
    if not is_start_of_day(instant, zone):
        clock, name = format_local(instant, zone).split(" ")[1:]
        shown = interface.format_time_of_day(day, f"{clock} ({name})")
    return Markup('<time datetime="{}">{}</time>').format(format_instant(instant), shown)


@lru_cache(512)
def _tongues(language: Language, rows: tuple[tuple[str, ...], ...]) -> Markup:
    """Return the links to a page in other languages; cached, since they are the same on the pages of all versions."""
    written: Markup = _languages(language).tongues(_named(rows), str(language))
    return written


@lru_cache(512)
def _editions(language: Language, rows: tuple[tuple[str, ...], ...]) -> Markup:
    """Return the list of a version's languages with the interface words of `language`; cached like `_tongues`."""
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
    """The functions for templates: dates and links for the page at `links.page` in `language`."""

    def __init__(self, settings: Settings, language: Language, links: Links) -> None:
        self._zone = settings.timezone
        self._language = language
        self._links = links
        self._spelt: dict[str, str] = {}

    def day(self, instant: datetime) -> Markup:
        """Return `instant` for readers: the date, followed by time and zone unless it is the start of a day."""
        return _day(self._language, self._zone, instant)

    def plain_day(self, instant: datetime) -> str:
        """Return the date of `instant` for readers, without markup or time of day."""
        return self._language.interface.format_day(day_of(instant, self._zone))

    def iso(self, instant: datetime) -> str:
        """Return `instant` in RFC 3339 format for scripts."""
        return format_instant(instant)

    def to(self, address: str) -> str:
        """Return the relative link to `address`."""
        if address not in self._spelt:
            self._spelt[address] = self._links.to(address)
        return self._spelt[address]

    def percent(self, percent: int) -> str:
        """Return `percent` formatted for readers."""
        return self._language.interface.format_percent(percent)

    def own(self, text: str, language: str = "") -> Markup:
        """Return `text`, which is in the page's language or in `language`; marked if the interface words are not."""
        attributes = self.tongue(language or self._language)
        return Markup("<span{}>{}</span>").format(attributes, text) if attributes else escape(text)

    def tongue(self, language: Language | str) -> Markup:
        """Return the HTML attributes of a text in `language`; none if the interface words are in it."""
        if str(language) == str(self._language.interface):
            return Markup("")
        language = Language(str(language))
        return Markup(' lang="{}" dir="{}"').format(language, language.direction)

    def code(self, text: str) -> Markup:
        """Return `text` as code."""
        return _code(text)

    def tongues(self, languages: Iterable[Mapping[str, str]]) -> Markup:
        """Return the links to the same page in `languages`, each with its tag, name and page."""
        return _tongues(
            self._language,
            tuple([(self.to(language["page"]), language["tag"], language["name"]) for language in languages]),
        )

    def editions(self, languages: Iterable[Mapping[str, str]]) -> Markup:
        """Return the linked list of a version's `languages`, each with its mark: binding, translation, lags."""
        rows = tuple(
            [(self.to(language["page"]), language["tag"], language["name"], language["mark"]) for language in languages]
        )
        return _editions(self._language, rows)

    def context(self) -> dict[str, Any]:
        """Return the functions by their names in templates."""
        named = (
            *(self.day, self.plain_day, self.iso, self.to, self.percent, self.own, self.tongue, self.code),
            *(self.tongues, self.editions),
        )
        return {function.__name__: function for function in named}
