"""What does it cost to build a site of thousands of pages, and to change one text of it?

Makes up a book of each size (see `site_books`), and builds it with `inforce build`: with an empty cache, again with
nothing changed, and again with one version more; then a text is saved while `inforce serve` runs (see `site_served`).
What a build spends on comparing the entries of its cache with their seals is measured on its own, in a process that
does nothing else.
In the same run Hugo, MkDocs with Material, and Zensical build pages of the same versions, without redlines, and mike
adds a version to as many (see `site_peers`). Of each it prints seconds on the clock, seconds of all processors, the
memory of the largest process and of all at once (MB, at their peak), what was written (MB, files), and processor
seconds as a multiple of Hugo's.

    python tooling/benchmarks/site.py 100 1000                  # a few minutes
    python tooling/benchmarks/site.py 5000 20000 --docs docs    # an hour; the table and the plot go into docs/
    python tooling/benchmarks/site.py 1000 --without docx       # what Word documents beside redlines cost

Peers are installed into `.cache/peers` once; Hugo is used where it is on PATH (Debian: apt-get install hugo).
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
# Compares every entry of a cache with its seal, as each build does with the entries it uses.
COMPARE = (
    "import sys; from pathlib import Path; from inforce.site.build.cache import Cache; "
    "cache = Cache(Path(sys.argv[1])); sys.exit(cache.reject_altered(cache.keys()))"
)
HEAD = ("pages", "what", "wall s", "CPU s", "largest MB", "all MB", "written MB", "files", "CPU / Hugo")


@dataclass(frozen=True)
class Cost:
    """What one run of one program cost; `ended` is its exit code, or `timeout`."""

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
    """Measure what the command line asks for, and print it as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[100, 1000], help="version pages: 100, 1000, 5000, 20000")
    parser.add_argument("--only", default="", help="words of which each run has one in its name: inforce,Hugo")
    parser.add_argument("--without", default="", choices=("", "docx"), help="leave this extra out")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds after which a run is given up")
    parser.add_argument("--docs", type=Path, help="add the figures to the table and the plot in this folder")
    parser.add_argument("--work", type=Path, help="where books and sites are made; kept afterwards")
    asked = parser.parse_args()
    programs = site_peers.prepare_peers(ROOT / ".cache" / "peers")
    print("".join(f"{name:>{width(name)}}" for name in HEAD), flush=True)
    costs: list[Cost] = []
    with folder_for(asked.work) as folder:
        for size in asked.sizes:
            bench = Bench(folder / str(size), site_books.Shape(*site_books.SIZES[size]), programs, asked)
            for cost in bench.costs():
                costs.append(cost)
                print(row(cost, costs), flush=True)
    if asked.docs:
        keep(costs, asked.docs, programs)
    return 0


class Bench:
    """One size: a book of this `shape` in `folder`, and everybody's site of it."""

    def __init__(self, folder: Path, shape: site_books.Shape, programs: Path, asked: argparse.Namespace) -> None:
        """Take where to work, what to build, the peers' programs, and what the command line `asked` for."""
        self.folder, self.shape, self.programs, self.asked = folder, shape, programs, asked
        self.book = folder / "book"
        self.cache = folder / "cache"

    def costs(self) -> Iterator[Cost]:
        """Run everything, and yield each cost as soon as it is known."""
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
        yield self.run("entries compared with their seals", compare, self.cache)
        yield self.verified(site)
        for written in site_books.book(self.shape, extra_version=True):
            site_books.put(self.book, written)
        yield self.run("inforce, one version more", ours, site, **before)
        shutil.rmtree(self.book / f"policy_versions/policy-000/{site_books.label(self.shape.versions)}")
        yield self.served()

    def verified(self, site: Path) -> Cost:
        """Compare the built `site` with a lock of all its texts; without one, later runs read the book as before."""
        here = ["--repo", str(self.book), "--at", DAY]
        subprocess.run([sys.executable, "-P", "-m", "inforce.cli", "freeze", *here], check=True, capture_output=True)
        cost = self.run("inforce verify", [sys.executable, "-P", "-m", "inforce.cli", "verify", str(site), *here], site)
        (self.book / "policy_versions/lock.json").unlink()
        return cost

    def served(self) -> Cost:
        """Save a text while the book is served."""
        text = self.book / f"policy_versions/policy-000/{site_books.label(self.shape.versions - 1)}/en.md"
        found = site_served.saved(self.book, text, "policy-000/", {**os.environ, **self.environment()}, DAY)
        what, pages = "inforce serve, a text saved", self.shape.pages
        return Cost(pages, what, found.wall, found.cpu, found.largest, found.largest, 0, 0, "0")

    def peers(self, page: str) -> Iterator[Cost]:
        """Let the peers build the versions of the book; Hugo's layout is cut out of our `page`."""
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
        """Return the variables that every run gets: git without settings of this machine, and a cache of its own."""
        return {**NO_GIT_SETTINGS, "INFORCE_CACHE": str(self.cache)}

    def wanted(self, name: str) -> bool:
        """Return whether the command line requested the run `name`."""
        return not self.asked.only or any(word in name for word in self.asked.only.split(","))

    def run(self, what: str, command: list[str], site: Path, cwd: Path | None = None, **environment: str) -> Cost:
        """Run `command` to its end, and measure it and the `site` it made."""
        environ = {**os.environ, **self.environment(), **environment}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
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
    """Watches the memory of a process and of all its children together, shared pages counted once (PSS)."""

    def __init__(self, pid: int, until: float) -> None:
        """Watch the process `pid`, which is killed with its whole group when the clock says `until`."""
        super().__init__(daemon=True)
        self.pid, self.until = pid, until
        self.most = 0
        self.gave_up = False
        self._over = threading.Event()

    def run(self) -> None:
        """Look every tenth of a second."""
        while not self._over.wait(SAMPLE):
            self.most = max(self.most, sum(map(proportional, site_served.family(self.pid))))
            if time.perf_counter() > self.until and not self.gave_up:
                self.gave_up = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self.join()


def proportional(pid: int) -> int:
    """Return the memory of the process `pid` in kB, each shared page divided by the number of its users."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def without_docx(folder: Path) -> Path:
    """Make a folder for PYTHONPATH that hides python-docx, as if the extra had not been installed."""
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
    """Write `cost` as a line of the table."""
    return "".join(f"{cell:>{width(name)}}" for name, cell in zip(HEAD, cells(cost, costs), strict=True))


def cells(cost: Cost, costs: list[Cost]) -> list[str]:
    """Write the cells of a line; the last is the multiple of Hugo's processor seconds for the same pages."""
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
    """Put `costs` in place of older ones of their size into the data of `docs`, and draw table and plot again."""
    data = docs / "operators" / "scale.json"
    sizes = {cost.pages for cost in costs}
    old = [one for one in json.loads(data.read_text()) if one["pages"] not in sizes] if data.exists() else []
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
