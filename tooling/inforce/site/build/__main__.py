"""Run the build as a program: `python -m inforce.site.build`."""

from __future__ import annotations

import sys

from inforce.site.build.builder import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
