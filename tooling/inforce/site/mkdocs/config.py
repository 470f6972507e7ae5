"""Options of the plugin in mkdocs.yml."""

from __future__ import annotations

from mkdocs.config import base, config_options


class PluginConfig(base.Config):
    """What can be said under `plugins: - inforce:`."""

    at = config_options.Optional(config_options.Type(str))
    """Build as at this instant (RFC 3339, or a date in the book's zone); INFORCE_AT goes before it."""

    offline = config_options.Type(bool, default=False)
    """Make links that work from `file://`; INFORCE_SITE_OFFLINE in the environment goes before it."""

    pdf = config_options.Type(bool, default=False)
    """Make a PDF of every version and redline (extra `inforce[pdf]`); INFORCE_PDF goes before it."""

    nav = config_options.Type(bool, default=True)
    """Put the policies in front of the navigation."""
