"""Acceptances that were kept elsewhere, as records of the kind “import”.

Invariants: a record is made only if the site published the version and its act fits; the text that the user saw is
never claimed to have been seen by an app of ours: `surface.channel` is `import`. A file leads to records for all of its
rows, or to the list of what is wrong.
Not responsible for: reading files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from inforce.acceptance import check_record
from inforce.acceptance.receipt import RECEIPT_SPEC, RECEIPT_TYPE
from inforce.acceptance.record_history import fits
from inforce.client import DigestMismatchError, Policies, PolicyText, RefusedError, UnknownVersionError
from inforce.client.forms import ANSWERS as ANSWER_TO
from inforce.client.questions import instant_text
from inforce.errors import LedgerError, ShapeError, quoted
from inforce.instant import parse_rfc3339
from inforce.ledger.entries import IMPORT, Randomness, receipt_row
from inforce.ledger.group import KnownSubject, LogDraft
from inforce.ledger.notices import REFERENCE

FIELDS: Final = ("subject", "policy", "seq", "version", "at", "act", "language", "digest")
_SECONDS: Final = re.compile(r"[0-9]{9,10}")
_MILLISECONDS: Final = re.compile(r"[0-9]{12,13}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


class ImportRow(NamedTuple):
    """A row of a file: its line, and the text of each field of `FIELDS` that it has."""

    line: int
    values: Mapping[str, str]


class Imports:
    """Make records of rows, under the manifest that the site has now.

    :param policies: the client of the policy site
    :param now: the time, after which no acceptance can be dated
    :raises LedgerError: if the site does not answer
    """

    def __init__(self, policies: Policies, now: datetime) -> None:
        self._policies = policies
        self._now = now
        policies.refresh()
        if policies.manifest is None:
            raise LedgerError("the site has no manifest that can be used, so that no version can be checked")
        self._manifest = policies.manifest
        self._texts: dict[tuple[str, int, str], PolicyText | str] = {}

    def drafts(self, rows: Iterable[ImportRow]) -> tuple[list[LogDraft], list[str]]:
        """Return what appends the records of `rows`, and a message for each row that is wrong."""
        drafts: list[LogDraft] = []
        wrong: list[str] = []
        for row in rows:
            try:
                drafts.append(_draft(self._record(row.values)))
            except ShapeError as problem:
                wrong.append(f"line {row.line}: {problem}")
        return drafts, wrong

    def _record(self, values: Mapping[str, str]) -> dict[str, Any]:
        subject = _required(values, "subject", "the reference of a user")
        if not re.fullmatch(REFERENCE, subject):
            raise ShapeError("subject", "expected a reference of 1 to 256 characters")
        text = self._text(values)
        at = self._at(values, text)
        act = values.get("act") or ANSWER_TO.get(text.act, "acknowledged")
        record = {
            "type": RECEIPT_TYPE,
            "spec": RECEIPT_SPEC,
            "kind": IMPORT,
            "policy": text.policy,
            "seq": text.seq,
            "version": text.version,
            "language": text.language,
            "digest": str(text.digest),
            "act": act,
            "serial": self._manifest.serial,
            "subject": subject,
            "at": instant_text(at, "at"),
            "surface": {"channel": IMPORT},
        }
        check_record(record)
        if not fits(act, text.act):  # type: ignore[arg-type]
            raise ShapeError("act", f"expected an answer to the act {text.act} of {text.policy} {text.seq}, got {act}")
        if values.get("digest") and values["digest"] != str(text.digest):
            raise ShapeError("digest", f"expected that of the published text, {text.digest}, got {values['digest']}")
        return record

    def _text(self, values: Mapping[str, str]) -> PolicyText:
        """Return the published text that a row names."""
        policy = _required(values, "policy", "the id of a policy")
        listed = self._manifest.policy(policy)
        if listed is None:
            known = ", ".join(each.id for each in self._manifest.policies)
            raise ShapeError("policy", f"expected a policy of the site ({known}), got {quoted(policy)}")
        language = values.get("language") or listed.binding_language
        key = (policy, self._seq(values, policy), language)
        if key not in self._texts:
            self._texts[key] = self._published(*key)
        text = self._texts[key]
        if isinstance(text, str):
            raise ShapeError("seq", text)
        if text.language != language:
            raise ShapeError("language", f"expected a language of {policy} {text.version}, got {quoted(language)}")
        return text

    def _published(self, policy: str, seq: int, language: str) -> PolicyText | str:
        try:
            return self._policies.text(policy, seq, language)
        except UnknownVersionError:
            return f"expected a published version of {policy}, got {seq}"
        except (RefusedError, DigestMismatchError) as cause:
            raise LedgerError(f"the text of {policy} {seq} cannot be verified: {cause}") from cause

    def _seq(self, values: Mapping[str, str], policy: str) -> int:
        seq, label = values.get("seq", ""), values.get("version", "")
        if seq:
            if not re.fullmatch(r"[1-9][0-9]{0,8}", seq):
                raise ShapeError("seq", f"expected the number of a version, from 1, got {quoted(seq)}")
            return int(seq)
        listed = self._manifest.policy(policy)
        found = [each.seq for each in (listed.versions if listed else ()) if each.version == label]
        if not found:
            hint = "name the number of an older version in “seq”"
            raise ShapeError("version", f"expected a version of {policy} in the manifest, got {quoted(label)}; {hint}")
        return found[0]

    def _at(self, values: Mapping[str, str], text: PolicyText) -> datetime:
        """Return when the user acted: after the version was published, and not in the future."""
        at = _instant(_required(values, "at", "the time of the acceptance"))
        if at > self._now:
            raise ShapeError("at", f"expected an instant in the past, got {values['at']}")
        listed = self._manifest.policy(text.policy)
        version = listed.version(text.seq) if listed else None
        if version and version.published_at and at < version.published_at - _DAY:
            published = instant_text(version.published_at, "published_at")
            raise ShapeError("at", f"expected an instant after the publication at {published}, got {values['at']}")
        return at


def _required(values: Mapping[str, str], name: str, what: str) -> str:
    if not values.get(name):
        raise ShapeError(name, f"is missing: expected {what}; name its column with --column {name}=…")
    return values[name]


def _instant(text: str) -> datetime:
    """Return the instant in `text`: RFC 3339, also with a space for the T, or seconds or milliseconds since 1970."""
    if _SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=int(text))
    if _MILLISECONDS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    try:
        return parse_rfc3339(text.replace(" ", "T", 1))
    except ValueError:
        problem = (
            f"expected an instant with its zone such as 2027-03-01T00:00:00Z, or seconds since 1970, got {quoted(text)}"
        )
        raise ShapeError("at", problem) from None


def _draft(record: Mapping[str, Any]) -> LogDraft:
    identity = "import " + " ".join(str(record[name]) for name in ("policy", "seq", "language", "act", "at"))

    def row(id: str, subject: KnownSubject, chance: Randomness, received: tuple[int, str]) -> dict[str, Any]:  # noqa: A002 - the column
        return receipt_row({**record, "id": id}, subject.key, subject.sid, chance, received, IMPORT, "verified")

    return LogDraft(record["subject"], identity, row)
