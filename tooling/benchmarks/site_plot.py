"""Plot the results of `site.py`: CPU seconds over version pages, on logarithmic axes, as SVG.

Runs in the environment of the peers, which has matplotlib: `python site_plot.py scale.json scale.svg`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

LOOKS = {
    "inforce, cold": ("#1f4e9c", "-", "o"),
    "inforce, one version more": ("#1f4e9c", "--", "s"),
    "inforce, nothing changed again": ("#1f4e9c", ":", "^"),
    "inforce serve, a text saved": ("#1f4e9c", "-.", "d"),
    "Hugo": ("#b3261e", "-", "o"),
    "MkDocs + Material": ("#6b6b00", "-", "o"),
    "Zensical": ("#7a3e9d", "-", "o"),
    "mike, one version more": ("#2e7d32", "--", "s"),
}


def main(data: Path, target: Path) -> None:
    """Plot the figures in `data` to `target`."""
    rows = [row for row in json.loads(data.read_text()) if row["ended"] == "0"]
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "inforce", "font.family": "sans-serif"})
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for name, (colour, line, mark) in LOOKS.items():
        points = sorted((row["pages"], row["cpu"]) for row in rows if row["what"] == name)
        if points:
            axes.plot(*zip(*points, strict=True), color=colour, linestyle=line, marker=mark, label=name)
    axes.set(xscale="log", yscale="log", xlabel="version pages", ylabel="CPU seconds")
    for axis, places in ((axes.xaxis, sorted({row["pages"] for row in rows})), (axes.yaxis, None)):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.set_minor_formatter(NullFormatter())
        if places:
            axis.set_major_locator(FixedLocator(places))
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(target, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
