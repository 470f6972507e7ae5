"""Select the mutants of the decision that `make mutants` tests, and test one of them.

- `mutants.py filter SESSION CONFIG` skips the mutants that cannot change a decision: those of a type annotation, and
  those that CONFIG lists as equivalent.
- `mutants.py test` exits with 0 if no test detects the mutant. It starts with the vectors, which detect most mutants
  within half a second, and runs the unit tests only if they detect nothing.
"""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
from typing import Any

TESTS = ("tests/conformance/test_decision_vectors.py", "tests/test_acceptance.py")
Position = tuple[int, int]


def annotations(source: str) -> list[tuple[Position, Position]]:
    """Return the start and the end of each annotation in `source`, as line and column."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            if part is not None:
                found.append(((part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)))
    return found


def changed_line(source: str, mutation: Any) -> str:
    """Return the line of `source` that `mutation` changes, as it is afterwards; empty if it is deleted."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    before, after = source.splitlines(), (mutate_code(source, operator, mutation.occurrence) or source).splitlines()
    return after[mutation.start_pos[0] - 1] if len(before) == len(after) else ""


def select(session: str, config: str) -> int:
    """Skip the mutants in `session` that cannot change a decision; return 1 if `config` lists one that is not there."""
    from cosmic_ray.config import load_config
    from cosmic_ray.work_db import use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    equivalent = [(before, after) for each in load_config(config)["equivalent"] for before, after in each["changes"]]
    used = set()
    with use_db(session) as database:
        for item in list(database.pending_work_items):
            [mutation] = item.mutations
            source = mutation.module_path.read_text("utf-8")
            line = source.splitlines()[mutation.start_pos[0] - 1]
            skipped = any(start <= mutation.start_pos < end for start, end in annotations(source))
            candidates = [change for change in equivalent if change[0] in line]
            if candidates and not skipped:
                mutated = changed_line(source, mutation)
                matching = [change for change in candidates if line.replace(*change) == mutated]
                used.update(matching)
                skipped = bool(matching)
            if skipped:
                database.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))
    unused = [change for change in equivalent if change not in used]
    for before, after in unused:
        print(f"{config}: no mutant changes “{before}” to “{after}”; delete the entry", file=sys.stderr)
    return 1 if unused else 0


def vectors_detect_it() -> bool:
    """Return whether the decision differs from a vector."""
    sys.path[:0] = ["tooling", "tests"]
    from conformance.decision_vectors import REFUSALS, VECTORS, differences
    from inforce.acceptance import decide
    from inforce.errors import ShapeError

    for vector in VECTORS:
        question = copy.deepcopy(vector["input"])
        if differences(vector, decide(question)) or question != vector["input"]:
            return True
    for refusal in REFUSALS:
        try:
            decide(refusal["input"])
        except ShapeError as wrong:
            if wrong.path != refusal["path"]:
                return True
        else:
            return True
    return False


def test() -> int:
    """Test the mutant in the current folder; return 1 if a test detects it."""
    try:
        detected = vectors_detect_it()
    except Exception:
        detected = True
    if detected:
        return 1
    command = [sys.executable, "-P", "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - fixed words


if __name__ == "__main__":
    sys.exit(select(*sys.argv[2:]) if sys.argv[1] == "filter" else test())
