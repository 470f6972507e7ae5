"""What Material has to be told so that its pages ask nobody else for anything, and speak the reader's language."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from inforce.language import Language
from inforce.site.templating import environment

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ASSETS = ("inforce.css", "inforce.js", "shell.js", "settle.js")
ASSET_FOLDER = "assets/inforce"
# Beside the theme's own, which looks for its languages from there.
SEARCH = "assets/javascripts/workers/inforce.js"
_FEATURES = ("navigation.footer", "content.tooltips", "toc.follow")


def prepare_theme(config: MkDocsConfig) -> None:
    """Set the theme of `config` up: no fonts from elsewhere, our blocks around its own, light and dark."""
    theme = config.theme
    theme["font"] = False
    theme["inforce_palette"] = not theme.get("palette")
    if theme["inforce_palette"]:
        theme["palette"] = _palette(Language("en"))
    theme["features"] = [*(theme.get("features") or []), *_FEATURES]
    theme.dirs.insert(0, str(resources.files("inforce.site") / "templates" / "shell"))
    config.extra["generator"] = False


def drop_search(config: MkDocsConfig) -> None:
    """Offer no search on pages of `config` that are read from a disk: browsers run no worker there."""
    for name in ("material/search", "search"):
        config.plugins.pop(name, None)


def speak(config: MkDocsConfig, language: Language) -> None:
    """Make the theme of `config` speak `language` on the page that is rendered next."""
    config.theme["language"] = theme_language(language)
    config.theme["direction"] = language.direction
    if config.theme["inforce_palette"]:
        config.theme["palette"] = _palette(language)


def theme_language(language: Language) -> str:
    """Find the nearest of Material's own translations to `language`; English where there is none."""
    known = resources.files("material") / "templates" / "partials" / "languages"
    tag = str(language)
    while tag:
        if (known / f"{tag}.html").is_file():
            return tag
        tag = tag.rpartition("-")[0]
    return "en"


def _palette(language: Language) -> list[dict[str, object]]:
    words: Any = environment(language).get_template("palette.html").module
    return [
        {
            "media": "(prefers-color-scheme: light)",
            "scheme": "default",
            "primary": "indigo",
            "toggle": {"icon": "material/weather-night", "name": str(words.to_dark)},
        },
        {
            "media": "(prefers-color-scheme: dark)",
            "scheme": "slate",
            "primary": "indigo",
            "toggle": {"icon": "material/weather-sunny", "name": str(words.to_light)},
        },
    ]
