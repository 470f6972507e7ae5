"""Read the policy site, or a copy of it in a folder, for an evidence pack.

Invariants: texts and changes are returned only if the manifest of the site proves them; of other files the caller
checks the digest; no path leads out of a folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from inforce.client import AsyncPolicies, Changes, Reason, RefreshReport, RefusedError
from inforce.client.http import Request, Response
from inforce.client.proof import listed_policy
from inforce.client.transport import Steps, T, fetch
from inforce.disk import read_regular
from inforce.manifest.model import by_place

Fetch = Callable[[Request], Awaitable[Response]]


def _in_folder(folder: Path, site: str) -> Fetch:
    """Return the function that answers requests for `site` with the files of `folder`, a copy of it."""
    root = folder.resolve()

    def read(path: str) -> bytes | None:
        file = (root / path).resolve()
        return read_regular(file) if file.is_relative_to(root) and file.is_file() else None

    async def answer(request: Request) -> Response:
        content = await asyncio.to_thread(read, request.url.removeprefix(site))
        if content is None:
            return Response(status=404, headers={})
        if len(content) > request.limit:
            raise RefusedError(Reason.TOO_LARGE, f"{request.url} has more than {request.limit:,} bytes")
        return Response(status=200, headers={"content-type": "application/json"}, body=content)

    return answer


class SiteCopy(AsyncPolicies):
    """A client of the policy site, which reads it where its files are.

    :param place: the address or the folder of the files
    :param site: the address of the site in its manifest
    :param keys: the trusted keys, JWKs
    """

    def __init__(self, place: str | Path, site: str, keys: Iterable[Mapping[str, Any]]) -> None:
        super().__init__(site if isinstance(place, Path) else place, site=site, keys=keys)
        limits = self._limits
        self._fetching: Fetch = (
            _in_folder(place, site) if isinstance(place, Path) else lambda request: fetch(request, limits)
        )

    async def refresh(self, *, force: bool = False) -> RefreshReport | None:  # noqa: ARG002 - once is enough
        """Fetch the manifest and return the report.

        :param force: has no effect
        """
        try:
            answer = await self._fetching(self._session.core.request(self._session.memory))
        except RefusedError as refusal:
            return self._session.take(refusal)
        return self._session.take(answer)

    async def file(self, path: str) -> bytes | None:
        """Return the file at `path`, whose digest the caller checks; None if the site has none or does not answer."""
        try:
            answer = await self._fetching(Request(url=self._address + path, limit=self._limits.document))
        except RefusedError:
            return None
        return answer.body if answer.status == 200 else None

    async def summaries(self, policy: str, base_seq: int, target_seq: int, language: str) -> list[dict[str, Any]]:
        """Return the author's summary of each version after `base_seq`, newest first, as the prompt shows them.

        Each has the `version` and its `points`. Raise as `changes` does.
        """
        return await self._proven(lambda: self._summaries(policy, base_seq, target_seq, language))

    def _summaries(self, policy: str, base_seq: int, target_seq: int, language: str) -> Steps[list[dict[str, Any]]]:
        memory = self._session.memory
        listed = listed_policy(memory, policy, target_seq)
        digests = yield from self._proven_digests(memory, listed)
        places = by_place(each.version for each in digests.versions.values())
        order = [version.seq for version in places]
        summaries = []
        for at in range(order.index(target_seq), order.index(base_seq), -1):
            if {places[at].seq, places[at].original} & set(listed.cancelled):
                continue
            before = next(seq for seq in reversed(order[:at]) if seq < order[at])
            found = yield from self._changes(policy, before, order[at], language)
            points = [dict(point) for point in found.summary] if isinstance(found, Changes) else []
            summaries.append({"version": places[at].version, "points": points})
        return summaries

    async def _proven(self, steps: Callable[[], Steps[T]]) -> T:
        if self.manifest is None:
            await self.refresh()
        running = steps()
        try:
            request = next(running)
            while True:
                request = running.send(await self._fetching(request))
        except StopIteration as done:  # a generator returns its value this way
            result: T = done.value
            return result
