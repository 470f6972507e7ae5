"""The configuration of Material: no requests to other hosts, and pages in the reader's language."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inforce.errors import BookError, Place, quoted
from inforce.language import Language
from inforce.site.templating import environment

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ASSETS = ("inforce.css", "inforce.js", "shell.js", "settle.js")
ASSET_FOLDER = "assets/inforce"
# Next to the theme's own templates, so that its language files are found.
SEARCH = "assets/javascripts/workers/inforce.js"
_FEATURES = ("navigation.footer", "content.tooltips", "toc.follow")


def prepare_theme(config: MkDocsConfig) -> None:
    """Configure the theme of `config`: no external fonts, our templates, light and dark colours."""
    theme = config.theme
    theme["font"] = False
    theme["inforce_palette"] = not theme.get("palette")
    if theme["inforce_palette"]:
        theme["palette"] = _palette(Language("en"))
    theme["features"] = [*(theme.get("features") or []), *_FEATURES]
    theme.dirs.insert(0, str(resources.files("inforce.site") / "templates" / "shell"))
    config.extra["generator"] = False


def refuse_other_theme(config: MkDocsConfig) -> None:
    """Raise BookError if the theme of `config` is not Material, whose templates ours extend."""
    if config.theme.name != "material":
        got = quoted(str(config.theme.name or config.theme.get("custom_dir") or "none"))
        place = Place(path=Path(config.config_file_path).name)
        raise BookError(place, f"expected the theme “material”, got {got}", "set “theme: {name: material}”")


def drop_search(config: MkDocsConfig) -> None:
    """Disable the search in pages opened as local files, for which browsers do not run workers."""
    for name in ("material/search", "search"):
        config.plugins.pop(name, None)


def speak(config: MkDocsConfig, language: Language) -> None:
    """Set the language of the theme in `config` for the next page, which is in `language`."""
    config.theme["language"] = theme_language(language.interface)
    config.theme["direction"] = language.interface.direction
    if config.theme["inforce_palette"]:
        config.theme["palette"] = _palette(language)


def theme_language(language: Language) -> str:
    """Return Material's closest translation for `language`, or English."""
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
