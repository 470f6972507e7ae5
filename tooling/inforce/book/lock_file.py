"""Parse the lock file of a book."""

from __future__ import annotations

import json

from inforce.errors import LockError, Place, ShapeError, printable, quoted, sentence
from inforce.fields import first_duplicate
from inforce.policy.lock import Lock

_MERGE = "the file contains merge conflict markers: keep the file of the main branch, then run “inforce freeze”"
_RESTORE = "restore the file from git; only “inforce freeze” writes it"


def parse_lock(text: str, path: str) -> Lock:
    """Parse the JSON `text` of the lock file `path`; LockError if it is not a valid lock."""
    try:
        data = json.loads(text, object_pairs_hook=_unique)
        if "\\u" in text:  # an escape can encode a lone surrogate, which UTF-8 cannot
            json.dumps(data, ensure_ascii=False).encode()
        return Lock.from_json(data)
    except json.JSONDecodeError as cause:
        fix = _MERGE if "<<<<<<<" in text else _RESTORE
        place = Place(path=path, line=cause.lineno)
        raise LockError(place, f"is not valid JSON: {cause.msg}", fix, rule="LOCK-unreadable") from cause
    except ShapeError as cause:
        problem = sentence(quoted(cause.path, 200) if cause.path else "the document", cause.problem)
        fix = (cause.path == "spec" and cause.fix) or _RESTORE
        raise LockError(Place(path=path), f"cannot be read: {problem}", fix, rule="LOCK-unreadable") from cause
    except (ValueError, RecursionError) as cause:
        problem = f"cannot be read: {printable(str(cause))}"
        raise LockError(Place(path=path), problem, _RESTORE, rule="LOCK-unreadable") from cause


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = first_duplicate(name for name, _ in pairs)
    if twice is not None:
        message = f"{quoted(twice)} occurs twice"
        raise ValueError(message)
    return dict(pairs)
