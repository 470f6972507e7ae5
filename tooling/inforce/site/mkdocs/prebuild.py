"""The scaffold: the MkDocs build of the documentation and of pages with only placeholders, cached for the next build.

Invariants: a scaffold is reused only if all its inputs are unchanged: configuration, documentation, the book's settings
and titles, and the programs. For a configuration with further inputs, such as hooks, other plugins or other folders,
nothing is cached and MkDocs builds everything.
"""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from inforce.book.yaml import inherited_configuration, parse_yaml
from inforce.clock import Clock
from inforce.disk import read_regular
from inforce.errors import BookError, Place, quoted
from inforce.instant import format_instant
from inforce.publication import Publication
from inforce.site.build.assemble import shell_paths
from inforce.site.build.cache import Cache, key_of
from inforce.site.build.options import BuildOptions, Listener
from inforce.site.build.page_groups import plain_fields
from inforce.site.build.parallel import Files
from inforce.site.mkdocs.generator import GeneratorRequest, run_generator
from inforce.site.renderer import has_contents

_MEMBERS = {
    *("site_name", "site_url", "site_description", "site_author", "copyright", "repo_url", "repo_name", "edit_uri"),
    *("theme", "plugins", "nav", "not_in_nav", "exclude_docs", "draft_docs", "markdown_extensions", "extra"),
    *("extra_css", "extra_javascript", "validation", "use_directory_urls", "watch"),
}
_PLUGINS = {"search", "inforce"}
_SWITCHES = ("offline", "pdf")
_EXTENSIONS = {
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "meta", "nl2br", "sane_lists"),
    *("smarty", "tables", "toc", "wikilinks", "pymdownx.betterem", "pymdownx.caret", "pymdownx.details"),
    *("pymdownx.highlight", "pymdownx.inlinehilite", "pymdownx.keys", "pymdownx.mark", "pymdownx.smartsymbols"),
    *("pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist", "pymdownx.tilde", "pymdownx.emoji"),
}
_PROGRAMS = ("mkdocs", "properdocs", "mkdocs-material", "markdown", "pymdown-extensions", "pygments", "jinja2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The configuration file `path`: its bytes, and whether a scaffold can be cached (`simple`)."""

    path: Path
    raw: bytes
    simple: bool
    clock: Clock = field(default_factory=Clock)
    offline: bool = False
    pdf: bool = False
    site_url: str = ""

    @classmethod
    def of(cls, options: BuildOptions) -> Configuration:
        """Return the MkDocs configuration for `options`, which take precedence over those of the plugin in it."""
        clock = options.clock if options.now is None else replace(options.clock, option=format_instant(options.now))
        read = cls.read(options.configuration)
        return replace(
            read,
            clock=replace(clock, configured=read.clock.configured),
            offline=options.offline or read.offline,
            pdf=options.pdf or read.pdf,
        )

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Return the MkDocs configuration `path`; raise BookError if it, or one it inherits, would run code."""
        raw = path.read_bytes()
        _refuse_code(path, raw)
        try:
            data, _ = parse_yaml(raw.decode(), path.name)
        except (BookError, UnicodeDecodeError):  # tags and anchors: valid for MkDocs, but not tracked here
            return cls(path=path, raw=raw, simple=False)
        options = _options(data)
        if options is None:
            return cls(path=path, raw=raw, simple=False)
        return cls(
            path=path,
            raw=raw,
            simple=True,
            clock=Clock(configured=options.get("at")),
            offline=options.get("offline") == "true",
            pdf=options.get("pdf") == "true",
            site_url=str(data.get("site_url") or ""),
        )


def request_of(options: BuildOptions, site: str, *, scaffold: bool = False) -> GeneratorRequest:
    """Return the request to build in the folder `site` with MkDocs."""
    return {
        "generator": options.generator,
        "configuration": str(options.configuration),
        "site": site,
        "at": format_instant(options.now) if options.now else options.clock.option,
        "offline": options.offline,
        "pdf": options.pdf,
        "unsigned": options.unsigned,
        "scaffold": scaffold,
    }


def scaffold(
    options: BuildOptions,
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    listener: Listener,
) -> Files:
    """Return the cache keys of the scaffold files for `publication` by path; MkDocs builds them if necessary.

    Raise GeneratorError if it fails.
    """
    name = key_of("scaffold", renderer_fingerprint, options.generator, _name(configuration, publication))
    raw = cache.read(name)
    known: Files = json.loads(raw) if raw else {}
    if known and not cache.reject_altered(known.values()):
        return known
    with tempfile.TemporaryDirectory(prefix="inforce-") as folder:
        warned = run_generator(request_of(options, folder, scaffold=True), listener.tell, listener.progress)
        root = Path(folder)
        files = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
        built = {place: cache.keep_content(path.read_bytes()) for place, path in files.items()}
    if not warned:  # a build with warnings is not cached, so that they appear in every build
        cache.put(name, json.dumps(built).encode())
    return built


def _refuse_code(path: Path, raw: bytes) -> None:
    """Raise BookError if the configuration `path` with the content `raw`, or one that it inherits, would run code."""
    known = {path.resolve()}
    while inherited := inherited_configuration(raw.decode("utf-8", "replace"), path.name):
        place = Place(path=path.name)
        path = path.parent / inherited
        if not path.is_file():
            raise BookError(
                place, f"inherits {quoted(inherited)}, which is not a file", "correct “INHERIT” or delete it"
            )
        if path.resolve() in known:
            raise BookError(place, f"inherits {quoted(inherited)}, which inherits this file", "delete one “INHERIT”")
        known.add(path.resolve())
        raw = read_regular(path)


def _options(data: Any) -> dict[str, Any] | None:
    """Return the plugin's options in the configuration `data`; None if it has inputs that we do not track."""
    if not isinstance(data, dict) or not data.keys() <= _MEMBERS:
        return None
    plugins, extensions = _named(data.get("plugins")), _named(data.get("markdown_extensions"))
    theme = data.get("theme")
    of_material = isinstance(theme, dict) and theme.get("name") == "material" and "custom_dir" not in theme
    if not of_material and theme != "material":
        return None
    if "inforce" not in plugins or not plugins.keys() <= _PLUGINS or not extensions.keys() <= _EXTENSIONS:
        return None
    options = plugins["inforce"]
    # YAML has more spellings of booleans than are accepted here.
    plain = all(options.get(name, "false") in ("true", "false") for name in _SWITCHES)
    return options if plain else None


def _named(listed: Any) -> dict[str, dict[str, Any]]:
    """Parse a list of names, each with or without options."""
    if isinstance(listed, dict):
        return {name: options or {} for name, options in listed.items()}
    configured: dict[str, dict[str, Any]] = {}
    for item in listed or ():
        configured |= {name: options or {} for name, options in item.items()} if isinstance(item, dict) else {item: {}}
    return configured


def _name(configuration: Configuration, publication: Publication) -> str:
    settings = publication.catalog.settings
    pages = [
        [outline.address, outline.kind.name, str(outline.language), has_contents(outline.text)]
        for outline in publication.outlines()
    ]
    parts = [
        hashlib.sha256(configuration.raw).hexdigest(),
        _folder_name(configuration.path.parent / "docs"),
        plain_fields(settings),
        [[policy.id, list(policy.titles.items())] for policy in publication.policies],
        pages,
        sorted(shell_paths(publication)),
        sorted(policy.id for policy in publication.catalog),  # no page of docs/ may use their paths
        configuration.offline,
        [platform.python_version(), *(f"{name} {_release(name)}" for name in _PROGRAMS)],
    ]
    return json.dumps(parts, default=repr)


def _folder_name(folder: Path) -> str:
    """Return a digest of all files in `folder`."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            state.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            state.update(content)
    return state.hexdigest()


def _release(program: str) -> str:
    try:
        return metadata.version(program)
    except metadata.PackageNotFoundError:
        return ""
