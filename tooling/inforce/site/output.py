"""Writing the site: shells filled, files written, and nothing of the scaffolding left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from mkdocs.structure.files import Files

from inforce.errors import LayoutError, Place
from inforce.publication import Page, Publication
from inforce.site.material import ASSET_FOLDER, ASSETS
from inforce.site.renderer import Renderer
from inforce.site.shell import FOLDER, Shell, shell_path


def assets() -> Iterator[tuple[str, str]]:
    """Give our style and scripts: where each belongs, and its text."""
    for name in ASSETS:
        yield f"{ASSET_FOLDER}/{name}", (resources.files("inforce.site") / "assets" / name).read_text("utf-8")


def refuse_taken(files: Files, path: str, page: Page) -> None:
    """Refuse a page of the book whose address a page of docs/ already has."""
    taken = files.get_file_from_path(path) or files.get_file_from_path(f"{path.removesuffix('/index.md')}.md")
    if taken is not None:
        problem = f"takes the address “/{page.address}”, which belongs to the book"
        raise LayoutError(Place(path=f"docs/{taken.src_uri}"), problem, "rename the page", rule="PATH-collision")


def write_lasting(site: Path, renderer: Renderer) -> None:
    """Write every page that stays into `site`, by filling the shell of its language and depth; then drop the shells."""
    shells: dict[str, Shell] = {}
    for page in renderer.publication.lasting_pages():
        path = shell_path(str(page.language), page.address)
        if path not in shells:
            html = (site / path.removesuffix("index.md") / "index.html").read_text("utf-8")
            shells[path] = Shell.cut(html)
        write(site / page.address / "index.html", shells[path].fill(renderer.render(page)).encode())
    shutil.rmtree(site / FOLDER, ignore_errors=True)


def write_files(site: Path, publication: Publication) -> None:
    """Write every file of `publication` that is not a page into `site`."""
    for file in publication.files():
        write(site / file.address, file.make())


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
