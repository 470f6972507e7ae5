"""Options of the plugin in mkdocs.yml."""

from __future__ import annotations

from mkdocs.config import base, config_options


class PluginConfig(base.Config):
    """The options under `plugins: - inforce:`."""

    at = config_options.Optional(config_options.Type(str))
    """Build for this instant (RFC 3339, or a date in the book's time zone); INFORCE_AT takes precedence."""

    offline = config_options.Type(bool, default=False)
    """Make links that work from `file://`."""

    pdf = config_options.Type(bool, default=False)
    """Make a PDF of every version and redline (extra `inforce[pdf]`)."""

    nav = config_options.Type(bool, default=True)
    """Put the policies in front of the navigation."""
