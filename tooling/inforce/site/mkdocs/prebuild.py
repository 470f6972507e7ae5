"""The scaffold: the MkDocs build of the documentation and of pages with only placeholders, cached for the next build.

Invariants: a scaffold is reused only if all its inputs are unchanged: configuration, documentation, the book's settings
and titles, and the programs. For a configuration with further inputs, such as hooks, other plugins or other folders,
nothing is cached and MkDocs builds everything.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from inforce.book.yaml import inherited_configuration, parse_yaml
from inforce.disk import read_regular
from inforce.errors import BookError, Place, quoted
from inforce.publication import Publication
from inforce.site.build.assemble import shell_paths
from inforce.site.build.cache import Cache, key_of
from inforce.site.build.page_groups import plain_fields
from inforce.site.build.parallel import Files
from inforce.site.renderer import has_contents

GENERATOR = "inforce.site.mkdocs.program"

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


class ScaffoldError(Exception):
    """MkDocs failed and has printed the reason; `code` is its exit code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"MkDocs ended with {code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The configuration file `path`: its bytes, and whether a scaffold can be cached (`simple`)."""

    path: Path
    raw: bytes
    simple: bool
    at: str | None = None
    offline: bool = False
    pdf: bool = False
    site_url: str = ""

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Return the MkDocs configuration `path`; BookError if it or a configuration it inherits would run code."""
        raw = path.read_bytes()
        _refuse_code(path, raw)
        try:
            data, _ = parse_yaml(raw.decode(), path.name)
        except (BookError, UnicodeDecodeError):  # tags and anchors: valid for MkDocs, but not tracked here
            return cls(path=path, raw=raw, simple=False)
        options = _options(data)
        if options is None:
            return cls(path=path, raw=raw, simple=False)
        offline = options.get("offline") == "true" or bool(os.environ.get("INFORCE_SITE_OFFLINE"))
        pdf = options.get("pdf") == "true" or bool(os.environ.get("INFORCE_PDF"))
        return cls(
            path=path,
            raw=raw,
            simple=True,
            at=options.get("at"),
            offline=offline,
            pdf=pdf,
            site_url=str(data.get("site_url") or ""),
        )


def scaffold(
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    module: str,
) -> Files:
    """Return the cache keys of the scaffold files for `publication` by path; `module` builds them if necessary.

    Raise ScaffoldError if the generator fails.
    """
    name = key_of("scaffold", renderer_fingerprint, module, _name(configuration, publication))
    raw = cache.read(name)
    known: Files = json.loads(raw) if raw else {}
    if known and not cache.reject_altered(known.values()):
        return known
    with tempfile.TemporaryDirectory(prefix="inforce-") as folder:
        command = [
            sys.executable,
            "-P",
            "-m",
            GENERATOR,
            module,
            "build",
            "--config-file",
            str(configuration.path),
            "--site-dir",
            folder,
        ]
        warned = _run(command)
        root = Path(folder)
        files = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
        built = {place: cache.keep_content(path.read_bytes()) for place, path in files.items()}
    if not warned:  # not cached, so that the warnings of MkDocs appear in every build
        cache.put(name, json.dumps(built).encode())
    return built


def _run(command: list[str]) -> bool:
    """Run MkDocs with `command`, pass on its output, and return whether it printed a warning."""
    environment = {**os.environ, "INFORCE_SCAFFOLD": "1", "PYTHONIOENCODING": "utf-8"}
    warned = False
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            warned = warned or line.startswith(("WARNING", "ERROR"))
            print(line, end="", flush=True)
    if process.returncode:
        raise ScaffoldError(process.returncode)
    return warned


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
    # YAML has more spellings of booleans than we accept here.
    plain = all(options.get(name, "false") in ("true", "false") for name in _SWITCHES)
    return options if plain else None


def _named(listed: Any) -> dict[str, dict[str, Any]]:
    """Parse a list of names with optional options."""
    if isinstance(listed, dict):
        return {name: options or {} for name, options in listed.items()}
    configured: dict[str, dict[str, Any]] = {}
    for item in listed or ():
        configured |= {name: options or {} for name, options in item.items()} if isinstance(item, dict) else {item: {}}
    return configured


def _name(configuration: Configuration, publication: Publication) -> str:
    settings = publication.catalog.settings
    pages = [
        [outline.address, outline.kind, str(outline.language), has_contents(outline.text)]
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
