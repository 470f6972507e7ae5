"""An evidence pack: complete, reproducible, and checked by its own program in a process that has no inforce."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from cli.conftest import everything_in
from inforce import pdf
from inforce.cli.ledger_evidence import evidence
from inforce.client import ManifestFile
from inforce.client.testing import FakeAsyncPolicies
from inforce.errors import LedgerError, SetupError
from inforce.ledger.evidence import verify
from inforce.ledger.evidence.collect import evidence_zip
from inforce.ledger.keys import SCOPES
from inforce.ledger.service.app import Service
from inforce.ledger.storage.database import LedgerPlace
from inforce.signing import Algorithm, generate_key, sign
from inforce.text import Digest
from ledger.evidence_case import answer, built_site, filled, kept_manifest, opened
from ledger.receipts import KEYS

CHECKS = (verify.commitment, verify.leaf, verify.inclusion, verify.signature, verify.text)
# The files that each check reads.
PARTS = {
    "record.json": "commitment",
    "salt.txt": "commitment",
    "commitment.txt": "commitment",
    "entry.json": "leaf",
    "leaf.txt": "leaf",
    "record.tlog-proof": "inclusion",
    "checkpoint": "signature",
    "verifier-key.txt": "signature",
    "shown.md": "text",
    "binding.md": "text",
    "manifest.json": "text",
    "manifest-keys.json": "text",
}
ONLY_CRYPTOGRAPHY = """
import runpy, sys
sys.path[:0] = [sys.argv[1]]
try:
    import inforce
except ModuleNotFoundError:
    runpy.run_path(sys.argv[2], run_name="__main__")
"""


def identity(pack: bytes) -> str:
    return str(json.loads(unpacked(pack)["record.json"])["id"])


def unpacked(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, site: Path) -> LedgerPlace:
    """A ledger with the answers of two users."""
    folder = tmp_path_factory.mktemp("ledger")
    place = LedgerPlace.parse(str(folder / "ledger.db"))
    KEYS.write(folder / "ledger.keys.json")

    async def fill() -> None:
        async with opened(place) as ledger:
            await filled(ledger, site)

    asyncio.run(fill())
    return place


def pack_of(place: LedgerPlace, n: int, site: Path) -> bytes:
    async def make() -> bytes:
        async with opened(place) as ledger:
            return await evidence_zip(ledger, n, site)

    return asyncio.run(make())


@pytest.fixture(scope="module")
def pack(place: LedgerPlace, site: Path) -> bytes:
    return pack_of(place, 1, site)


@pytest.fixture(scope="module")
def files(pack: bytes) -> dict[str, bytes]:
    return unpacked(pack)


@pytest.fixture(scope="module")
def only_cryptography(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package cryptography and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("cryptography", "cffi", "_cffi_backend", "pycparser"):
        found = importlib.util.find_spec(name)
        if found and found.origin:
            origin = Path(found.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (folder / source.name).symlink_to(source)
    return folder


@pytest.fixture
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make packs without drawing PDFs, which takes most of the time."""
    monkeypatch.setattr("inforce.ledger.evidence.pack.to_pdf", lambda _: b"%PDF")


Checked = Callable[[Mapping[str, bytes]], tuple[int, list[str]]]


@pytest.fixture
def checked(only_cryptography: Path, tmp_path: Path) -> Checked:
    """Return the function that runs verify.py on files, and returns its exit code and its lines."""

    def check(files: Mapping[str, bytes]) -> tuple[int, list[str]]:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        words = [sys.executable, "-I", "-S", "-c", ONLY_CRYPTOGRAPHY, only_cryptography, tmp_path / "verify.py"]
        ended = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
        assert ended.stderr == ""
        return ended.returncode, ended.stdout.splitlines()

    return check


def failing(files: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the checks that fail for `files`."""
    monkeypatch.setattr(verify, "read", files.__getitem__)
    failed = []
    for check in CHECKS:
        try:
            passed = check()
        except Exception:
            passed = False
        if not passed:
            failed.append(check.__name__)
    return failed


def test_program_passes_without_inforce_and_is_short(files: dict[str, bytes], checked: Checked) -> None:
    code, lines = checked(files)
    assert code == 0, lines
    assert [line.partition(":")[0] for line in lines] == [f"{number} passed" for number in range(1, 6)]
    assert files["verify.py"].count(b"\n") < 100


@pytest.mark.parametrize("name", ["salt.txt", "entry.json", "record.tlog-proof", "checkpoint", "shown.md"])
def test_program_fails_for_an_altered_file(name: str, files: dict[str, bytes], checked: Checked) -> None:
    altered = files[name][:20] + bytes([files[name][20] ^ 1]) + files[name][21:]
    code, lines = checked({**files, name: altered})
    number = [check.__name__ for check in CHECKS].index(PARTS[name]) + 1
    assert code == 1
    assert lines[number - 1].startswith(f"{number} FAILED")


@pytest.mark.parametrize("name", PARTS)
def test_check_fails_for_every_altered_byte_of_its_files(
    name: str, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = files[name]
    assert failing(files, monkeypatch) == []
    for at in range(len(content)):
        altered = content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]
        assert PARTS[name] in failing({**files, name: altered}, monkeypatch), (at, altered)
    for other in (content[:-4], b""):
        assert PARTS[name] in failing({**files, name: other}, monkeypatch), other


def test_pack_is_the_same_again_and_from_the_command(
    place: LedgerPlace, pack: bytes, site: Path, tmp_path: Path
) -> None:
    assert place.files
    output = tmp_path / "evidence.zip"
    words = [identity(pack), "--database", str(place.files[0]), "--site", str(site), "--output", str(output)]
    run = CliRunner().invoke(evidence, words)
    assert (run.exit_code, run.output) == (0, f"Wrote {output} with the SHA-256 {sha256(pack).hexdigest()}.\n")
    assert output.read_bytes() == pack
    assert "expected an https address" in CliRunner().invoke(evidence, [*words, "--site", "ftp://x"]).output
    unknown = CliRunner().invoke(evidence, ["x", *words[1:]])
    assert str(unknown.exception) == "the ledger has no receipt x"


def test_digests_are_those_of_the_files_in_order(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    ended = subprocess.run(
        ["sha256sum", "-c", "--quiet", "digests.txt"], cwd=tmp_path, capture_output=True, check=False
    )
    assert ended.returncode == 0
    listed = {line.split("  ")[1] for line in files["digests.txt"].decode().splitlines()}
    assert set(files) - listed == {"README.txt", "README.pdf", "digests.txt", "declaration.txt"}
    assert list(files)[:2] == ["README.pdf", "README.txt"]


def test_pack_has_the_texts_the_redline_and_the_decision(files: dict[str, bytes]) -> None:
    assert "24 Monate" in files["shown.md"].decode()
    assert "24 months" in files["binding.md"].decode()
    assert "12 Monate" in files["base.md"].decode()
    assert "<del>" in files["redline.html"].decode()
    assert json.loads(files["redline.json"])["old"]["seq"] == 1
    assert json.loads(files["summaries.json"]) == [
        {"version": "2026-06-01", "points": [{"section": "", "text": "Länger."}]}
    ]
    decision = json.loads(files["decision.json"])
    assert [decision[name]["outcome"] for name in ("before", "after")] == ["block", "ok"]
    assert [each["act"] for each in json.loads(files["answers.json"])] == ["accepted", "declined"]
    for name in ("README", "shown", "binding", "base", "redline"):
        assert PdfReader(io.BytesIO(files[f"{name}.pdf"])).pages[0].extract_text()
    text = " ".join(files["README.txt"].decode().split())
    for words in (
        "u_mia",
        "`Ich nehme an`",
        "none of the client that the record names",
        "`block`, because of `first-time`",
    ):
        assert words in text
    assert all(name in text for name in files if name not in ("README.txt", "README.pdf"))
    assert "[SIGNATURE]" in files["declaration.txt"].decode()


def test_pack_has_no_key_and_nothing_of_another_user(files: dict[str, bytes], place: LedgerPlace) -> None:
    async def secrets() -> list[bytes]:
        async with opened(place) as ledger:
            return [
                KEYS.wrapping,
                KEYS.pseudonym,
                KEYS.note,
                *(key.secret for key in ledger._keys_of({1, 2, 3}).values()),
            ]

    everything = b"".join(files.values())
    for secret in asyncio.run(secrets()):
        for form in (secret, secret.hex().encode(), b64encode(secret)):
            assert form not in everything
    assert b"u_ben" not in everything
    assert b"u_zoe" not in everything
    assert b'"news"' not in everything


@pytest.mark.usefixtures("no_paper")
def test_what_is_missing_is_named_and_the_other_checks_pass(
    place: LedgerPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = unpacked(pack_of(place, 1, tmp_path))
    text = " ".join(files["README.txt"].decode().split())
    for words in ("shown.md: the site has no text of terms 2026-06-01 in de", "binding.md: the site", "The redline: "):
        assert words in text
    assert failing(files, monkeypatch) == ["text"]
    assert not {"shown.md", "redline.html", "base.pdf"} & set(files)


@pytest.mark.usefixtures("no_paper")
def test_text_with_another_digest_is_not_included(place: LedgerPlace, site: Path, tmp_path: Path) -> None:
    for name in everything_in(site):
        if name.endswith((".md", ".json")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((site / name).read_bytes().replace(b"24 M", b"36 M"))
    files = unpacked(pack_of(place, 1, tmp_path))
    assert not {"shown.md", "redline.json"} & set(files)
    assert b"36 Monate" not in b"".join(files.values())


@pytest.mark.usefixtures("no_paper")
def test_pictures_of_the_screen_are_included_if_the_site_has_those_of_the_record(
    tmp_path: Path, site: Path, place: LedgerPlace
) -> None:
    picture, build = b"a picture", "sha384-" + "A" * 64
    common = {"template": "policy-prompt/1", "language": "de", "policies": ["terms"], "digest": str(Digest.of(picture))}
    folder, names = tmp_path / "site", ("good.png", "record.json", "other.png")
    for name in names:
        (folder / "screens/x").mkdir(parents=True, exist_ok=True)
        (folder / "screens/x" / name).write_bytes(picture if name != "other.png" else b"altered")

    def listed(**more: object) -> None:
        document = {
            "build": build,
            "screens": [{**common, "path": "screens/x/good.png", **each} for each in ({}, more)],
        }
        (folder / "screens/screens.json").write_text(json.dumps(document))

    async def fill() -> None:
        async with opened(LedgerPlace.parse(str(tmp_path / "ledger.db"))) as ledger:
            surface = {"template": "policy-prompt/1", "language": "de", "build": build}
            await ledger.add([answer(1, site, surface=surface)], "shop", ["verified"])

    asyncio.run(fill())
    own = LedgerPlace.parse(str(tmp_path / "ledger.db"))
    for more, included in (
        ({"path": "screens/x/other.png"}, True),
        ({"language": "en"}, True),
        ({"policies": ["news"]}, True),
        ({"path": "screens/x/record.json"}, False),
        ({"path": "../../ledger.db"}, False),
        ({"digest": "x"}, False),
    ):
        listed(**more)
        files = unpacked(pack_of(own, 0, folder))
        assert ("good.png" in files) == included, more
        assert {"other.png", "ledger.db"}.isdisjoint(files)
        assert files["record.json"] != picture
        assert (b"none of the client that the record" in files["README.txt"].replace(b"\n  ", b" ")) == (not included)
    assert "good.png" not in unpacked(pack_of(place, 1, folder))  # its record names no build


@pytest.mark.usefixtures("no_paper")
def test_superseded_version_is_proven_by_the_list_of_versions_and_es256(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, key = LedgerPlace.parse(str(tmp_path / "ledger.db")), generate_key(Algorithm.ES256)
    plain = kept_manifest(site)
    signed = ManifestFile(
        content=sign(plain.payload, [key]), digest=plain.digest, serial=plain.serial, keys=(key.public.to_jwk(),)
    )
    (versions,) = (site / "terms").glob("versions.*.json")
    old = json.loads(versions.read_bytes())["versions"][0]
    record = answer(1, site, seq=1, version=old["version"], digest=old["digests"]["de"], base_seq=None)

    async def fill() -> None:
        async with opened(place) as ledger:
            await ledger.keep_manifest(signed)
            await ledger.add([record], "shop", ["verified"])

    asyncio.run(fill())
    files = unpacked(pack_of(place, 0, site))
    assert files["versions.json"] == versions.read_bytes()
    assert failing(files, monkeypatch) == []
    for name in ("versions.json", "manifest.json"):
        altered = files[name].replace(b"sha256:", b"sha257:", 1)
        assert failing({**files, name: altered}, monkeypatch) == ["text"]
    assert "none was shown" in files["README.txt"].decode()


@pytest.mark.usefixtures("no_paper")
def test_unsigned_or_other_manifest_is_named(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, kept = LedgerPlace.parse(str(tmp_path / "ledger.db")), kept_manifest(site)
    unsigned = ManifestFile(content=kept.payload, digest=kept.digest, serial=kept.serial, keys=())
    other = "sha256:" + 64 * "0"

    async def fill() -> None:
        async with opened(place) as ledger:
            await ledger.add([answer(1, site), answer(2, site, manifest_digest=other)], "shop", ["verified"] * 2)

    async def keep() -> None:
        async with opened(place) as ledger:
            await ledger.keep_manifest(unsigned)

    asyncio.run(fill())
    files = unpacked(pack_of(place, 0, site))
    assert "manifest.json" not in files
    assert "there is no manifest.json" in " ".join(files["README.txt"].decode().split())
    asyncio.run(keep())
    files, another = (unpacked(pack_of(place, n, site)) for n in (0, 1))
    assert "without --manifest-key" in " ".join(files["README.txt"].decode().split())
    assert failing(files, monkeypatch) == []
    assert "manifest.json is the one with the serial" in " ".join(another["README.txt"].decode().split())
    assert failing(another, monkeypatch) == ["text"]


def test_pack_without_a_pdf_says_why(
    place: LedgerPlace, site: Path, monkeypatch: pytest.MonkeyPatch, pack: bytes
) -> None:
    def missing() -> None:
        raise SetupError("a PDF needs weasyprint, which is not installed")

    monkeypatch.setattr(pdf, "require", missing)
    files = unpacked(pack_of(place, 1, site))
    assert set(unpacked(pack)) - set(files) == {
        f"{name}.pdf" for name in ("README", "shown", "binding", "base", "redline")
    }
    assert "README.pdf: a PDF needs weasyprint" in files["README.txt"].decode()


def test_service_answers_with_the_pack(place: LedgerPlace, site: Path, pack: bytes) -> None:
    async def ask() -> list[httpx2.Response]:
        async with opened(place) as ledger:
            key = ledger.app_keys.add("auditor", SCOPES)
            transport = httpx2.ASGITransport(app=Service(ledger, FakeAsyncPolicies(None), place=site))
            async with httpx2.AsyncClient(transport=transport, base_url="http://ledger.example") as client:
                headers = {"Authorization": f"Bearer {key}"}
                return [
                    await client.get(f"/v1/receipts/{each}/evidence", headers=headers) for each in (identity(pack), "x")
                ]

    found, unknown = asyncio.run(ask())
    assert (found.status_code, found.headers["content-type"], found.content) == (200, "application/zip", pack)
    assert unknown.status_code == 404


def test_erased_record_has_no_pack(tmp_path: Path, site: Path) -> None:
    place = LedgerPlace.parse(str(tmp_path / "ledger.db"))

    async def work() -> None:
        async with opened(place) as ledger:
            await filled(ledger, site)
            await ledger.erase("u_mia")
            with pytest.raises(LedgerError, match="this record was erased"):
                await evidence_zip(ledger, 1, site)
            key = ledger.app_keys.add("auditor", SCOPES)
            transport = httpx2.ASGITransport(app=Service(ledger, FakeAsyncPolicies(None), place=site))
            async with httpx2.AsyncClient(transport=transport, base_url="http://ledger.example") as client:
                headers = {"Authorization": f"Bearer {key}"}
                answer_ = await client.get(f"/v1/receipts/{answer(2, site)['id']}/evidence", headers=headers)
                assert answer_.status_code == 410

    asyncio.run(work())
