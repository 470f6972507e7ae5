"""The ledger keeps the manifests that it has verified, with the keys that signed them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.exc import DBAPIError

from client.published_site import KEY, SECOND_KEY, published_site
from inforce.client import ManifestFile, Policies
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.verdicts import Verdicts
from inforce.ledger.storage.database import LedgerPlace
from inforce.signing import sign
from inforce.text import Digest
from ledger.receipts import KEYS, SITE
from ledger.test_service import World, served

JWK = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}


def manifest(serial: int, **more: object) -> ManifestFile:
    content = json.dumps({"serial": serial, **more}).encode()
    return ManifestFile(content=content, digest=Digest.of(content), serial=serial, keys=())


def test_client_returns_the_manifest_as_a_file(tmp_path: Path) -> None:
    site = published_site(tmp_path)
    plain, signed = ((site.folder / name).read_bytes() for name in ("policies.json", "policies.jws.json"))
    both = sign(plain, [KEY, SECOND_KEY])
    address = site.catalog.settings.site
    files = {
        content: Policies(address, keys=keys, snapshot=content).manifest_file
        for content, keys in ((plain, []), (signed, [KEY.public.to_jwk()]), (both, [SECOND_KEY.public.to_jwk()]))
    }
    for content, file in files.items():
        assert file
        assert (file.content, file.digest) == (content, Digest.of(plain))
        assert file.serial == json.loads(plain)["serial"]
    assert [file.keys for file in files.values() if file] == [
        (),
        (KEY.public.to_jwk(),),
        (SECOND_KEY.public.to_jwk(),),
    ]
    assert Policies(address).manifest_file is None


def test_manifest_is_found_by_digest_and_by_serial(place: LedgerPlace) -> None:
    async def work() -> None:
        first, second = manifest(10), manifest(20)
        signed = ManifestFile(content=b"{}", digest=second.digest, serial=20, keys=(JWK,))
        async with Ledger.open(place, KEYS, SITE) as ledger:
            for each in (None, first, first, second, signed, first, second):
                await ledger.keep_manifest(each)
        async with Ledger.open(place, KEYS) as ledger:
            kept = ledger.manifests
            assert [kept.find(each.digest) for each in (first, second)] == [first, signed]
            assert [kept.at(serial) for serial in (9, 10, 19, 20, 99)] == [None, first, first, signed, signed]
            assert kept.find(Digest.of(b"")) is None

    asyncio.run(work())


def test_kept_manifest_cannot_be_changed(place: LedgerPlace) -> None:
    async def work() -> None:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            await ledger.keep_manifest(manifest(10))
            for statement in ("UPDATE manifests SET serial = 1", "DELETE FROM manifests"):
                with ledger._database.reading() as connection, pytest.raises(DBAPIError, match="the log can only grow"):
                    connection.exec_driver_sql(statement)

    asyncio.run(work())


def test_service_keeps_the_manifest_that_it_polls(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        polled = world.policies.manifest_file
        assert polled
        digest = str(polled.digest)
        task = asyncio.create_task(Verdicts(world.policies).keep_settling(world.ledger))
        while world.ledger.manifests.find(polled.digest) is None:
            await asyncio.sleep(0.001)
            assert not task.done()
        task.cancel()
        answer: httpx2.Response = await world.get(f"/v1/manifests/{digest}")
        assert answer.status_code == 200
        assert str(Digest.of(answer.content)) == digest
        for path, status in ((digest[:-1], 400), ("sha256:" + "0" * 64, 404)):
            assert (await world.get(f"/v1/manifests/{path}")).status_code == status

    served(sqlite_place, work)
