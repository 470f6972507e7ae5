"""The wheel of this program and a requirements file with the hashes of all dependencies, for a new repository.

Invariants: the same files give the same wheel, byte for byte, from a checkout and from an installed wheel; a file that
does not match its hash in RECORD is rejected; nothing is downloaded and no package index is used.
Not responsible for: installing, or writing to the repository.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import inforce
from inforce.errors import SetupError

FOLDER = ".inforce"
REQUIREMENTS = f"{FOLDER}/requirements.txt"
_LOCK = "inforce/book/requirements.txt"  # in the wheel
_HEADER = f"""\
# inforce and its dependencies, each with its hash. Run in the folder that contains {FOLDER}/:
#    python -m pip install --require-hashes -r {REQUIREMENTS}
"""
_BY_INSTALLERS = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})
_INSTEAD = "pass a wheel with --wheel FILE"
_DATE = (2020, 2, 2, 0, 0, 0)
_MODE = 0o100644 << 16


def vendored(wheel: Path | None = None) -> dict[str, bytes]:
    """Return the files of `.inforce/` by path: the wheel (`wheel`, or this program's own) and the requirements file.

    SetupError if no wheel of inforce is available, or a file does not match RECORD.
    """
    if wheel is not None:
        name, data = wheel.name, _read(wheel)
    else:
        root = Path(inforce.__file__).parents[2]
        in_checkout = Path(inforce.__file__).parent.parent.name == "tooling" and (root / "pyproject.toml").is_file()
        members = _of_checkout(root) if in_checkout else _of_installation()
        name, data = f"inforce-{inforce.__version__}-py3-none-any.whl", _pack(members)
    lock = _members(name, data).get(_LOCK)
    if lock is None or not (name.startswith("inforce-") and name.endswith("-py3-none-any.whl")):
        raise SetupError(f"{name} is not a wheel of inforce that a repository can install from")
    digest = hashlib.sha256(data).hexdigest()
    own = f"./{FOLDER}/{name}[site,docx] \\\n    --hash=sha256:{digest}\n"
    pinned = lock[lock.index(b"\n", lock.index(b"make lock")) + 1 :]
    return {f"{FOLDER}/{name}": data, REQUIREMENTS: (_HEADER + own).encode() + pinned}


def _read(wheel: Path) -> bytes:
    try:
        return wheel.read_bytes()
    except OSError as cause:
        raise SetupError(f"{wheel} cannot be read: {cause.strerror or cause}") from cause


def _of_checkout(root: Path) -> dict[str, bytes]:
    """Build the wheel of the source tree in `root` and return its files by path."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        built = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 # a list
        wheels = list(Path(folder).glob("*.whl"))
        if built.returncode or len(wheels) != 1:
            last = (built.stderr.strip().splitlines() or ["hatchling built no wheel"])[-1]
            message = f"the wheel cannot be built from {root}: {last}; “make site” installs the build tools"
            raise SetupError(message)
        return _members(wheels[0].name, wheels[0].read_bytes())


def _of_installation() -> dict[str, bytes]:
    """Return the files of the installed wheel by path, each checked against RECORD."""
    try:
        distribution = importlib.metadata.distribution("inforce")
    except importlib.metadata.PackageNotFoundError as cause:
        raise SetupError(f"inforce is not installed from a wheel; {_INSTEAD}") from cause
    folder = Path(str(distribution.locate_file("")))
    if (folder / "inforce").resolve() != Path(inforce.__file__).parent.resolve():
        raise SetupError(f"inforce is not installed from a wheel; {_INSTEAD}")
    record = distribution.read_text("RECORD")
    if record is None:
        raise SetupError(f"the installation of inforce has no RECORD; {_INSTEAD}")
    members = {}
    for path, hashed in _rows(record):
        if path.startswith(("/", "../")) or path.endswith(".pyc") or path.rpartition("/")[2] in _BY_INSTALLERS:
            continue  # written by an installer, not part of a wheel
        if path.endswith(".dist-info/RECORD"):
            continue
        try:
            members[path] = (folder / path).read_bytes()
        except OSError as cause:
            message = f"{path} of the installed inforce cannot be read: {cause.strerror or cause}; reinstall it"
            raise SetupError(message) from cause
        _compare(path, members[path], hashed)
    return members


def _members(name: str, wheel: bytes) -> dict[str, bytes]:
    """Read all files of `wheel` except RECORD, and check each against RECORD, which must list it."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            contents = {member.filename: archive.read(member) for member in archive.infolist() if not member.is_dir()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as cause:
        raise SetupError(f"{name} is not a wheel: {cause}") from cause
    records = [path for path in contents if path.endswith(".dist-info/RECORD")]
    if len(records) != 1:
        raise SetupError(f"{name} is not a wheel: expected one RECORD, got {len(records)}")
    hashes = dict(_rows(contents.pop(records[0]).decode("utf-8", "replace")))
    for path, data in contents.items():
        _compare(path, data, hashes.get(path, ""))
    return contents


def _rows(record: str) -> Iterable[tuple[str, str]]:
    return ((row[0], row[1]) for row in csv.reader(record.splitlines()) if len(row) == 3)


def _compare(path: str, data: bytes, hashed: str) -> None:
    if hashed != _hash(data):
        message = f"{path} does not match RECORD: it was altered; reinstall inforce, or {_INSTEAD}"
        raise SetupError(message)


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def _pack(members: dict[str, bytes]) -> bytes:
    """Return `members` as a wheel: sorted, with one date, and uncompressed for identical bytes on every platform."""
    ordered = sorted(members, key=lambda path: (".dist-info/" in path, path))
    record = f"{ordered[-1].partition('/')[0]}/RECORD"
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerows([path, _hash(members[path]), len(members[path])] for path in ordered)
    writer.writerow([record, "", ""])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in [*ordered, record]:
            entry = zipfile.ZipInfo(path, _DATE)
            entry.create_system, entry.external_attr = 3, _MODE
            archive.writestr(entry, members[path] if path != record else rows.getvalue().encode())
    return packed.getvalue()
