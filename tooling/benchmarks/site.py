"""Benchmark of building a site with thousands of pages, and of changing one text.

Generates a book of each size (see `site_books`), and builds it with `inforce build`: with an empty cache, with nothing
changed, and with one additional version; then saves a text while `inforce serve` runs (see `site_served`). The
verification of cache entries is measured separately, in its own process.
In the same run, Hugo, MkDocs with Material, and Zensical build pages of the same versions, without redlines, and mike
adds a version to the same number of versions (see `site_peers`). For each it prints wall and CPU seconds, the peak
memory of the largest process and of all processes (MB), the written data (MB, files), and CPU seconds as a multiple of
Hugo's.

    python tooling/benchmarks/site.py 100 1000                  # a few minutes
    python tooling/benchmarks/site.py 5000 20000 --docs docs    # an hour; writes table and plot into docs/
    python tooling/benchmarks/site.py 1000 --without docx       # without Word documents

Peers are installed into `.cache/peers` once; Hugo must be on PATH (Debian: apt-get install hugo).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import site_books
import site_peers
import site_served

ROOT = Path(__file__).parents[2]
SAMPLE = 0.1
DAY = "2026-01-01"
NO_GIT_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "NO_MKDOCS_2_WARNING": "1"}
# Verifies every entry of a cache with its seal, as each build does with the entries it uses.
COMPARE = (
    "import os, sys; from pathlib import Path; from inforce.site.build.cache import Cache; "
    "from inforce.book.user_cache import CachePlace, machine_secret; "
    "cache = Cache(CachePlace(Path(sys.argv[1]), machine_secret(os.environ))); "
    "sys.exit(cache.reject_altered(cache.keys()))"
)
HEAD = ("pages", "what", "wall s", "CPU s", "largest MB", "all MB", "written MB", "files", "CPU / Hugo")


@dataclass(frozen=True)
class Cost:
    """The measurement of one run; `ended` is its exit code, or `timeout`."""

    pages: int
    what: str
    wall: float
    cpu: float
    largest: float
    together: float
    written: float
    files: int
    ended: str


def main() -> int:
    """Run the selected measurements and print each result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[100, 1000], help="version pages: 100, 1000, 5000, 20000")
    parser.add_argument("--only", default="", help="only runs whose name contains one of these words: inforce,Hugo")
    parser.add_argument("--without", default="", choices=("", "docx"), help="omit this extra")
    parser.add_argument("--timeout", type=float, default=3600, help="time limit of a run in seconds")
    parser.add_argument("--docs", type=Path, help="add the figures to the table and the plot in this folder")
    parser.add_argument("--work", type=Path, help="folder for books and sites, which is kept")
    arguments = parser.parse_args()
    programs = site_peers.prepare_peers(ROOT / ".cache" / "peers")
    print("".join(f"{name:>{width(name)}}" for name in HEAD), flush=True)
    costs: list[Cost] = []
    with folder_for(arguments.work) as folder:
        for size in arguments.sizes:
            bench = Bench(folder / str(size), site_books.Shape(*site_books.SIZES[size]), programs, arguments)
            for cost in bench.costs():
                costs.append(cost)
                print(row(cost, costs), flush=True)
    if arguments.docs:
        keep(costs, arguments.docs, programs)
    return 0


class Bench:
    """A size: a book of this `shape` in `folder`, and the sites that all generators build from it."""

    def __init__(self, folder: Path, shape: site_books.Shape, programs: Path, arguments: argparse.Namespace) -> None:
        """Store the working folder, the shape of the book, the peers' programs, and the options."""
        self.folder, self.shape, self.programs, self.asked = folder, shape, programs, arguments
        self.book = folder / "book"
        self.cache = folder / "cache"

    def costs(self) -> Iterator[Cost]:
        """Run all measurements, and yield each result."""
        if not self.book.exists():
            site_books.write(self.book, self.shape)
        ours = [sys.executable, "-P", "-m", "inforce.cli", "build", "--repo", str(self.book), "--at", DAY]
        site = self.book / "site"
        before = {"INFORCE_SITE_PLAIN": "1"} if self.asked.without else {}
        shutil.rmtree(self.cache, ignore_errors=True)
        shutil.rmtree(site, ignore_errors=True)
        yield self.run("inforce, cold", ours, site, **before)
        page = next((site / "policy-000").glob("*/index.html")).read_text("utf-8")
        yield from self.peers(page)
        yield self.run("inforce, nothing changed", ours, site, **before)
        yield self.run("inforce, nothing changed again", ours, site, **before)
        compare = [sys.executable, "-P", "-c", COMPARE, str(self.cache)]
        yield self.run("verification of cache entries", compare, self.cache)
        yield self.verified(site)
        for written in site_books.book(self.shape, extra_version=True):
            site_books.put(self.book, written)
        yield self.run("inforce, one version more", ours, site, **before)
        shutil.rmtree(self.book / f"policy_versions/policy-000/{site_books.label(self.shape.versions)}")
        yield self.served()

    def verified(self, site: Path) -> Cost:
        """Compare the built `site` with a lock of all its texts; the lock is then removed, so that later runs are
        unaffected.
        """
        here = ["--repo", str(self.book), "--at", DAY]
        subprocess.run([sys.executable, "-P", "-m", "inforce.cli", "freeze", *here], check=True, capture_output=True)
        cost = self.run("inforce verify", [sys.executable, "-P", "-m", "inforce.cli", "verify", str(site), *here], site)
        (self.book / "policy_versions/lock.json").unlink()
        return cost

    def served(self) -> Cost:
        """Save a text while the book is served."""
        text = self.book / f"policy_versions/policy-000/{site_books.label(self.shape.versions - 1)}/en.md"
        saved = site_served.saved(self.book, text, "policy-000/", {**os.environ, **self.environment()}, DAY)
        what, pages = "inforce serve, a text saved", self.shape.pages
        return Cost(pages, what, saved.wall, saved.cpu, saved.largest, saved.largest, 0, 0, "0")

    def peers(self, page: str) -> Iterator[Cost]:
        """Build the versions of the book with the peers; Hugo's layout is derived from our `page`."""
        root = self.folder / "peers"
        shutil.rmtree(root, ignore_errors=True)
        if site_peers.hugo() and self.wanted("Hugo"):
            site_peers.hugo_site(root / "hugo", self.book, page)
            yield self.run("Hugo", ["hugo", "--quiet", "-s", str(root / "hugo")], root / "hugo/public")
        if self.wanted("Material"):
            site_peers.docs_folder(root / "material", self.book)
            config = str(root / "material/mkdocs.yml")
            command = [str(self.programs / "mkdocs"), "build", "-q", "-f", config]
            yield self.run("MkDocs + Material", command, root / "material/site")
        if self.wanted("Zensical"):
            site_peers.docs_folder(root / "zensical", self.book)
            command = [str(self.programs / "zensical"), "build"]
            yield self.run("Zensical", command, root / "zensical/site", cwd=root / "zensical")
        if self.wanted("mike"):
            site_peers.mike_site(root / "mike", self.book, self.shape.versions, self.programs)
            command = [str(self.programs / "mike"), "-q", "deploy", "next"]
            environment = site_peers.mike_environment(self.programs)
            yield self.run("mike, one version more", command, root / "mike/.git", cwd=root / "mike", **environment)

    def environment(self) -> dict[str, str]:
        """Return the environment of every run: git without settings of this machine, and a separate cache."""
        return {**NO_GIT_SETTINGS, "INFORCE_CACHE": str(self.cache)}

    def wanted(self, name: str) -> bool:
        """Return whether the command line requested the run `name`."""
        return not self.asked.only or any(word in name for word in self.asked.only.split(","))

    def run(self, what: str, command: list[str], site: Path, cwd: Path | None = None, **environment: str) -> Cost:
        """Run `command`, and measure it and the `site` it builds."""
        environ = {**os.environ, **self.environment(), **environment}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code of an installed program is compiled only once
        if environment.pop("INFORCE_SITE_PLAIN", ""):
            environ["PYTHONPATH"] = str(without_docx(self.folder / "without-docx"))
        began = time.perf_counter()
        log = (self.folder / "log.txt").open("wb")
        process = subprocess.Popen(
            command, cwd=cwd, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        watch = Watch(process.pid, began + self.asked.timeout)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.end()
        log.close()
        files = [path for path in site.rglob("*") if path.is_file() and not path.is_symlink()] if site.exists() else []
        return Cost(
            pages=self.shape.pages,
            what=what,
            wall=wall,
            cpu=used.ru_utime + used.ru_stime,
            largest=used.ru_maxrss / 1024,
            together=watch.most / 1024,
            written=sum(path.stat().st_size for path in files) / 1e6,
            files=len(files),
            ended="timeout" if watch.gave_up else str(process.returncode),
        )


class Watch(threading.Thread):
    """Monitors the memory of a process and all its children, with shared pages counted proportionally (PSS)."""

    def __init__(self, pid: int, until: float) -> None:
        """Monitor the process `pid`, whose process group is killed at the time `until`."""
        super().__init__(daemon=True)
        self.pid, self.until = pid, until
        self.most = 0
        self.gave_up = False
        self._over = threading.Event()

    def run(self) -> None:
        """Sample ten times per second."""
        while not self._over.wait(SAMPLE):
            self.most = max(self.most, sum(map(proportional, site_served.family(self.pid))))
            if time.perf_counter() > self.until and not self.gave_up:
                self.gave_up = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop monitoring."""
        self._over.set()
        self.join()


def proportional(pid: int) -> int:
    """Return the memory of the process `pid` in kB, with each shared page divided by the number of its users."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def without_docx(folder: Path) -> Path:
    """Create a folder for PYTHONPATH that hides python-docx, as if the extra were not installed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: None if name == 'docx' else found(name, package)\n"
    )
    return folder


@contextlib.contextmanager
def folder_for(named: Path | None) -> Iterator[Path]:
    """Return the working folder: the one `named`, or a temporary one."""
    if named:
        named.mkdir(parents=True, exist_ok=True)
        yield named.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def row(cost: Cost, costs: list[Cost]) -> str:
    """Return `cost` as a row of the table."""
    return "".join(f"{cell:>{width(name)}}" for name, cell in zip(HEAD, cells(cost, costs), strict=True))


def cells(cost: Cost, costs: list[Cost]) -> list[str]:
    """Return the cells of a row; the last is the multiple of Hugo's CPU seconds for the same pages."""
    hugo = next((one.cpu for one in costs if one.what == "Hugo" and one.pages == cost.pages), 0)
    if cost.ended != "0":
        return [f"{cost.pages:,}", cost.what, f"({cost.ended})", *[""] * 6]
    figures = (cost.largest, cost.together, cost.written)
    ratio = f"{cost.cpu / hugo:.1f}" if hugo else ""
    return [
        *(f"{cost.pages:,}", cost.what, f"{cost.wall:.1f}", f"{cost.cpu:.1f}"),
        *(f"{figure:,.0f}" for figure in figures),
        *(f"{cost.files:,}", ratio),
    ]


def width(name: str) -> int:
    """Return the width of the column `name`."""
    return 34 if name == "what" else max(len(name) + 2, 9)


def keep(costs: list[Cost], docs: Path, programs: Path) -> None:
    """Replace the results for the same sizes in the data of `docs` with `costs`, and write table and plot."""
    data = docs / "operators" / "scale.json"
    sizes = {cost.pages for cost in costs}
    old = [load for load in json.loads(data.read_text()) if load["pages"] not in sizes] if data.exists() else []
    rows = sorted([*old, *map(asdict, costs)], key=lambda one: one["pages"])
    data.write_text(json.dumps(rows, indent=1) + "\n")
    known = [Cost(**one) for one in rows]
    page = docs / "operators" / "scale.md"
    before, _, rest = page.read_text("utf-8").partition("<!-- figures -->\n")
    _, _, after = rest.partition("<!-- end of figures -->\n")
    lines = ["| " + " | ".join(HEAD) + " |", "|---:|---|" + "---:|" * (len(HEAD) - 2)]
    lines += ["| " + " | ".join(cells(cost, known)) + " |" for cost in known]
    table = "\n".join(lines)
    page.write_text(f"{before}<!-- figures -->\n{table}\n<!-- end of figures -->\n{after}", "utf-8")
    plot = [str(programs / "python"), str(Path(__file__).with_name("site_plot.py")), str(data)]
    subprocess.run([*plot, str(docs / "pictures" / "scale.svg")], check=True)


if __name__ == "__main__":
    sys.exit(main())
