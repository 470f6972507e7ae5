"""Adding versions to a policy: all of them or none, and nothing that stands there is touched.

Keeps true: a version that was published keeps its number, so nothing is added before it. Does not make texts.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inforce.book.files import new_folder
from inforce.book.paths import BOOK
from inforce.book.read import Reading, UnreadableBookError
from inforce.errors import LayoutError, Place, PublishedHistoryError
from inforce.policy import Label
from inforce.policy.catalog import Catalog

_FENCE = "---"
# What YAML 1.2 does not call printable (c-printable), byte order marks, and line ends that only YAML knows.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _PlainDumper(yaml.SafeDumper):
    """Writes every scalar as the plain text that strict reading takes it for: `2027-03-01` and `no` without quotes."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 # a table of PyYAML's, emptied


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version to be added: its label, and its files by name."""

    label: Label
    files: Mapping[str, str]


def to_yaml(members: Mapping[str, Any]) -> str:
    """Write `members` (text, mappings of text) as YAML in their order, which strict reading gives back as it was.

    Only what strict reading takes from nobody, such as controls and half surrogates, becomes U+FFFD.
    """
    clean = _clean(members)
    return yaml.dump(clean, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=1 << 20)


def to_edition(body: str, front_matter: str = "") -> str:
    """Write an edition's file of `front_matter` and `body`; a body that looks as if it had one gets an empty one."""
    if front_matter or body.partition("\n")[0].rstrip() == _FENCE:
        return f"{_FENCE}\n{front_matter}{_FENCE}\n\n{body}"
    return body


def readable(reading: Reading, policy_id: str) -> Catalog:
    """Give the catalogue where its settings and the policy `policy_id`, if there is one, were read without a fault.

    UnreadableBookError lists the faults otherwise; faults elsewhere in the book do not matter here. What lies in the
    way of a new version is no version that can be read, and so among the policy's own faults.
    """
    own = tuple(fault for fault in reading.faults if f"{fault.place.path}/".startswith(f"{BOOK}/{policy_id}/"))
    if reading.catalog is None or own:
        raise UnreadableBookError(own or reading.faults)
    return reading.catalog


def add_versions(
    root: Path, reading: Reading, policy_id: str, versions: Iterable[NewVersion], policy_yml: str | None = None
) -> Path:
    """Add `versions`, and where it is given the file policy.yml, to the policy `policy_id` of the book in `root`.

    Returns the policy's folder. LayoutError where a version is there already, PublishedHistoryError where a published
    one would get another number; then nothing is written.
    """
    added = tuple(versions)
    _refuse_to_replace(reading, policy_id, added)
    target = root / BOOK / policy_id
    with new_folder(target) as fresh:
        if target.exists():
            shutil.copytree(target, fresh, symlinks=True, dirs_exist_ok=True)
        if policy_yml is not None:
            (fresh / "policy.yml").write_bytes(policy_yml.encode())
        for version in added:
            (fresh / version.label.text).mkdir()
            for name, text in version.files.items():
                (fresh / version.label.text / name).write_bytes(text.encode())
    return target


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    return _UNPRINTABLE.sub("\ufffd", value)


def _refuse_to_replace(reading: Reading, policy_id: str, added: tuple[NewVersion, ...]) -> None:
    policy = reading.catalog.find(policy_id) if reading.catalog else None
    there = {version.label: version.label.text for version in policy.versions} if policy else {}
    for version in added:
        if version.label in there:
            place = Place(path=f"{BOOK}/{policy_id}/{there[version.label]}")
            fix = "a version is never written over; delete the folder if it was never published"
            raise LayoutError(place, "is there already", fix, rule="PATH-collision")
    locked = [Label(label) for label in reading.lock.entries.get(policy_id, {})]
    first = min((version.label for version in added), default=None)
    if first and locked and first < max(locked):
        problem = f"has published versions, and “{first}” would come before “{max(locked)}” and give it another number"
        fix = "import the past into a policy of its own, or before anything is frozen"
        raise PublishedHistoryError(Place(path=f"{BOOK}/{policy_id}"), problem, fix, rule="LOCK-seq")
