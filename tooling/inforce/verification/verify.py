"""Fetch every address of a site, over HTTP or from a folder, and return the findings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from inforce.address import MANIFEST, manifest_file
from inforce.checks import CheckReport, Finding
from inforce.client.http import Request, Response, secure_site
from inforce.client.limits import Limits
from inforce.client.results import Reason, RefusedError
from inforce.client.state import ClientState
from inforce.client.state_file import StateFile
from inforce.client.transport import fetch_all
from inforce.client.trust import Trust
from inforce.client.update_rules import accepted
from inforce.disk import read_regular
from inforce.policy.lock import Lock
from inforce.policy.settings import Settings
from inforce.signing import PublicKey
from inforce.verification import rules
from inforce.verification.digests import digest_findings, named_digests, proven_files
from inforce.verification.files import Rebuild, file_findings
from inforce.verification.http_checks import header_findings, missing_findings, text_findings
from inforce.verification.manifest_checks import age_findings, history_findings, manifest_findings
from inforce.verification.site import Answers, Site, built_at, lasting_addresses, manifest_addresses, read_addresses

# These findings state that a file is missing or differs; all others say nothing about its other bytes.
_COMPARED = (rules.MISSING.id, rules.DIGEST.id, rules.PROOF.id)


def verify(
    target: str,
    settings: Settings,
    lock: Lock,
    now: datetime,
    *,
    state_file: Path | None = None,
    rebuild: Rebuild | None = None,
) -> CheckReport:
    """Compare the site at `target`, an address or a folder, with `settings`, `lock` and the time `now`.

    `state_file` stores the manifest seen, so that the next run detects a rollback. `rebuild` builds the site again as
    of the instant at which it was built, and returns the folder: every file is compared with it. Without it only texts,
    manifests, lists, redlines and since files are compared, and pages need only exist. Raise ValueError if `target` is
    an address with neither https nor localhost.
    """
    trust = Trust(site=settings.site, keys=tuple(PublicKey.from_jwk(key.public, key.kid) for key in settings.signing))
    additional = {manifest_file(name): policies for name, policies in settings.manifests.items()}
    manifests = dict.fromkeys(manifest_addresses((MANIFEST, *additional), signed=bool(trust.keys)), Limits().manifest)
    read = {**manifests, **dict.fromkeys(read_addresses(lock, now), Limits().document)}
    checked = [] if rebuild else [address for address in lasting_addresses(lock, now) if address not in read]
    file = StateFile(path=state_file, site=settings.site, trusted=trust.key_ids) if state_file else None
    memory, findings = _remembered(file)
    site = Site(
        trust=trust,
        lock=lock,
        now=now,
        answers=_answers(target, read, checked),
        memory=memory,
        folder=None if "://" in target else Path(target),
        additional=additional,
        memories={path: _remembered(file and replace(file, manifest=path))[0] for path in additional},
    )
    site = _with_digests(site, target)
    findings += _findings(site)
    if rebuild:
        reported = {finding.place.path for finding in findings if finding.rule in _COMPARED}
        findings += file_findings(site, rebuild(built_at(site)), partial(_answers, target), reported)
    findings += _remember(file, site, findings) if file else []
    return CheckReport(findings=tuple(sorted(findings, key=lambda finding: finding.order)))


def _findings(site: Site) -> list[Finding]:
    return [
        *missing_findings(site),
        *manifest_findings(site),
        *history_findings(site),
        *age_findings(site),
        *text_findings(site),
        *digest_findings(site),
        *header_findings(site),
    ]


def _with_digests(site: Site, target: str) -> Site:
    """Return `site` with the digests files of its manifests, and with every file whose digest these contain."""
    for addresses in (named_digests, proven_files):
        limits = dict.fromkeys(addresses(site), Limits().document)
        site = replace(site, answers={**site.answers, **_answers(target, limits)})
    return site


def _answers(target: str, read: Mapping[str, int], checked: Sequence[str] = ()) -> Answers:
    """Return the answers of `target` at the addresses `read`, each with the limit of its body in bytes, and at
    `checked`, without a body.
    """
    return _over_http(target, read, checked) if "://" in target else _in_folder(Path(target), read, checked)


def _over_http(target: str, read: Mapping[str, int], checked: Sequence[str]) -> Answers:
    base, limits = secure_site(target if target.endswith("/") else f"{target}/"), Limits()
    requests = [Request(url=base + quote(address), limit=limit) for address, limit in read.items()]
    requests += [Request(url=base + quote(address), limit=limits.document, method="HEAD") for address in checked]
    answers = asyncio.run(fetch_all(requests, limits))
    return dict(zip([*read, *checked], answers, strict=True))


def _in_folder(folder: Path, read: Mapping[str, int], checked: Sequence[str]) -> Answers:
    answers: dict[str, Response | RefusedError] = {
        address: _read(folder / _file(address), limit) for address, limit in read.items()
    }
    answers |= {address: _exists(folder / _file(address)) for address in checked}
    return answers


def _file(address: str) -> str:
    return f"{address}index.html" if address.endswith("/") or not address else address


def _read(path: Path, limit: int) -> Response | RefusedError:
    try:
        modified = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        body = read_regular(path, limit + 1)
        if len(body) > limit:
            return RefusedError(Reason.TOO_LARGE, f"{path} has more than the limit of {limit:,} bytes")
        return Response(status=200, headers={"last-modified": format_datetime(modified, usegmt=True)}, body=body)
    except FileNotFoundError:
        return Response(status=404, headers={})
    except OSError as cause:
        return RefusedError(Reason.UNREACHABLE, f"{path}: {cause.strerror}")


def _exists(path: Path) -> Response:
    return Response(status=200 if path.is_file() else 404, headers={})


def _remembered(file: StateFile | None) -> tuple[ClientState, list[Finding]]:
    try:
        return (file and file.read()) or ClientState(), []
    except RefusedError as refusal:
        return ClientState(), [rules.found(rules.STATE, "", refusal.detail)]


def _remember(file: StateFile, site: Site, findings: Sequence[Finding]) -> list[Finding]:
    """Save each manifest unless it had a finding."""
    wrong = {finding.place.path for finding in findings if finding.rule in (rules.MANIFEST.id, rules.SERIAL.id)}
    for path in site.manifests:
        plain = site.body(path)
        if plain is None or path in wrong:
            continue
        manifest, payload = Trust(site=site.trust.site, path=path).manifest(plain, Limits().manifest)
        try:
            replace(file, manifest=path).write(accepted(site.known(path), manifest, payload, plain))
        except RefusedError as refusal:
            return [rules.found(rules.STATE, "", refusal.detail)]
    return []
