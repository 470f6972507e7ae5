"""Run a program with the sources of the browser client in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[2] / "tooling" / "browser"
_FRAME = """
import {{ readFileSync }} from "node:fs";
const input = JSON.parse(readFileSync(0, "utf-8"));
const output = (data) => process.stdout.write(JSON.stringify(data));
{program}
"""


def run_module(folder: Path, program: str, data: object) -> Any:
    """Run the ES module `program` in `folder` beside copies of the sources; return what it passes to `output`.

    The program finds `data` in the constant `input`.
    """
    for source in [*SOURCES.glob("*.js"), SOURCES / "package.json"]:
        shutil.copy(source, folder)
    (folder / "program.mjs").write_text(_FRAME.format(program=program), "utf-8")
    process = subprocess.run(
        ["node", "program.mjs"], cwd=folder, input=json.dumps(data), capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
