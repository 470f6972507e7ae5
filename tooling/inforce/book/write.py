"""Add versions to a policy, all or none, without changing existing files.

Invariants: no version is added whose label is before that of a published one: readers take labels for the order.
Not responsible for: writing the texts.
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
from inforce.disk import create_file
from inforce.errors import LayoutError, Place, PublishedHistoryError
from inforce.policy import Label
from inforce.policy.catalog import Catalog

_FENCE = "---"
# Characters outside c-printable of YAML 1.2, byte order marks, and line ends that only YAML recognises.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _PlainDumper(yaml.SafeDumper):
    """Writes every scalar as plain text, as the strict reader reads it: `2027-03-01` and `no` without quotes."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 # an attribute of PyYAML


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version to be added: its label and its files by name."""

    label: Label
    files: Mapping[str, str]


def to_yaml(fields: Mapping[str, Any]) -> str:
    """Return `fields` (strings and mappings of strings) as YAML, in their order, so that `parse_yaml` restores them.

    Characters that `parse_yaml` rejects, such as control characters and lone surrogates, become U+FFFD.
    """
    clean = _clean(fields)
    return yaml.dump(clean, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=1 << 20)


def to_edition(body: str, front_matter: str = "") -> str:
    """Return an edition's file; a body that starts like front matter gets an empty front matter."""
    if front_matter or body.partition("\n")[0].rstrip() == _FENCE:
        return f"{_FENCE}\n{front_matter}{_FENCE}\n\n{body}"
    return body


def readable_catalog(reading: Reading, policy_id: str) -> Catalog:
    """Return the catalog if the settings and the policy `policy_id`, if it exists, were read without a fault.

    UnreadableBookError with the faults otherwise. Faults in other policies are ignored.
    """
    own = tuple(fault for fault in reading.faults if f"{fault.place.path}/".startswith(f"{BOOK}/{policy_id}/"))
    if reading.catalog is None or own:
        raise UnreadableBookError(own or reading.faults)
    return reading.catalog


def add_versions(
    root: Path, reading: Reading, policy_id: str, versions: Iterable[NewVersion], policy_yml: str | None = None
) -> Path:
    """Add `versions`, and `policy_yml` if given, to the policy `policy_id` of the book in `root`.

    Returns the policy's folder. LayoutError if a version already exists, PublishedHistoryError if its label is before
    that of a published version; nothing is written then.
    """
    added = tuple(versions)
    _refuse_to_replace(reading, policy_id, added)
    target = root / BOOK / policy_id
    with new_folder(target) as fresh:
        if target.exists():
            shutil.copytree(target, fresh, symlinks=True, dirs_exist_ok=True)
        if policy_yml is not None:
            create_file(fresh / "policy.yml", policy_yml.encode(), durable=False)
        for version in added:
            (fresh / version.label.text).mkdir()
            for name, text in version.files.items():
                create_file(fresh / version.label.text / name, text.encode(), durable=False)
    return target


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    return _UNPRINTABLE.sub("\ufffd", value)


def _refuse_to_replace(reading: Reading, policy_id: str, added: tuple[NewVersion, ...]) -> None:
    policy = reading.catalog.find(policy_id) if reading.catalog else None
    existing = {version.label: version.label.text for version in policy.versions} if policy else {}
    for version in added:
        if version.label in existing:
            place = Place(path=f"{BOOK}/{policy_id}/{existing[version.label]}")
            fix = "existing versions are not overwritten; delete the folder if the version was never published"
            raise LayoutError(place, "is there already", fix, rule="PATH-collision")
    entries = reading.lock.entries.get(policy_id, {})
    locked = [Label(label) for label, entry in entries.items() if entry.amends is None]
    first = min((version.label for version in added), default=None)
    if first and locked and first < max(locked):
        problem = f"has published versions, and “{first}” would get a number after that of the later “{max(locked)}”"
        fix = "import the history into a separate policy, or before the first “inforce freeze”"
        raise PublishedHistoryError(Place(path=f"{BOOK}/{policy_id}"), problem, fix, rule="LOCK-seq")
