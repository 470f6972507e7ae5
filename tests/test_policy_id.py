"""The pattern of a policy id is defined once; code that cannot import it has an equal copy."""

from __future__ import annotations

import re
from pathlib import Path

from inforce.manifest.words import POLICY_ID

TOOLING = Path(__file__).parent.parent / "tooling"
# The workflow script and the browser client cannot import from the Python package. The settings of a book name
# additional manifests by the same pattern and cannot import from the manifest, which is above them.
COPIES = {"action/propose.py", "browser/manifest.js", "inforce/policy/settings.py"}


def test_all_copies_of_the_policy_id_pattern_are_equal() -> None:
    patterns = {
        (path.relative_to(TOOLING).as_posix(), pattern)
        for path in TOOLING.rglob("*")
        if path.suffix in (".py", ".js") and not {"node_modules", "site"} & {*path.relative_to(TOOLING).parts}
        for pattern in re.findall(r"\[a-z0-9\]\[a-z0-9-\]\{0,6\d\}", path.read_text("utf-8"))
    }
    assert patterns == {(place, POLICY_ID) for place in {*COPIES, "inforce/manifest/words.py"}}
