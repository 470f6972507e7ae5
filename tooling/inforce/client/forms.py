"""Acceptance with an HTML form, for pages that must work without JavaScript, such as sign-up.

Invariants: the record of a form has the form of a receipt and passes the same checks; it names the text that the form
showed, even if a newer version was published before the user sent it.
Not responsible for: rendering; the check that the text was published.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from inforce.acceptance import Decision, PolicyDecision
from inforce.acceptance.receipt import RECEIPT_SPEC, RECEIPT_TYPE
from inforce.client.state import ClientState
from inforce.instant import format_instant

_DUE: Final = ("block", "prompt")
ANSWERS: Final = {"accept": "accepted", "consent": "consented", "acknowledge": "acknowledged"}
_HIDDEN: Final = ("id", "seq", "version", "language", "digest", "base_seq", "serial", "manifest_digest", "outcome")
_FIELDS: Final = (*_HIDDEN, "act")
_NUMBERS: Final = ("seq", "base_seq", "serial")
_LONGEST_NUMBER: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyForm:
    """What an HTML form needs to ask for one policy.

    - `policy`: id of the policy
    - `act`: the answer to ask for: `accepted`, `consented` or `acknowledged`
    - `page`: address of the page with the text of this version
    - `language`: tag of the language of that text
    - `answer_field`: name of the field with the answer, such as a checkbox with the value `act`
    - `fields`: names and values of the hidden fields
    """

    policy: str
    act: str
    page: str
    language: str
    answer_field: str
    fields: Mapping[str, str]


def policy_forms(decision: Decision, state: ClientState, site: str, now: datetime) -> list[PolicyForm]:
    """Return the form of each policy that is due in `decision`; `site` is the address of its pages."""
    due = [policy for policy in decision["policies"] if policy["outcome"] in _DUE]
    forms = (_form(policy, state, site, uuid7(now)) for policy in due)
    return [form for form in forms if form is not None]


def uuid7(now: datetime) -> str:
    """Return a new UUID version 7 (RFC 9562): the milliseconds of `now`, followed by random bits."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    random_bits = secrets.randbits(74)
    value = milliseconds << 80 | 7 << 76 | (random_bits >> 62) << 64 | 2 << 62 | random_bits & (1 << 62) - 1
    return str(UUID(int=value))


def _form(policy: PolicyDecision, state: ClientState, site: str, own_id: str) -> PolicyForm | None:
    listed = state.manifest.policy(policy["id"]) if state.manifest else None
    version = listed.version(policy["target_seq"] or 0) if listed else None
    if state.manifest is None or listed is None or version is None:
        return None
    wishes = (policy["language"] or "", listed.binding_language, *version.digests)
    language = next(tag for tag in wishes if tag in version.digests)
    ending = "" if language == listed.binding_language else f"{language}/"
    values: tuple[object, ...] = (
        *(own_id, version.seq, version.version, language, version.digests[language], policy["base_seq"] or ""),
        *(state.manifest.serial, state.last_digest if state.last_serial == state.manifest.serial else ""),
        policy["outcome"],
    )
    return PolicyForm(
        policy=policy["id"],
        act=ANSWERS.get(policy["act"], "acknowledged"),
        page=f"{site}{policy['id']}/{version.version}/{ending}",
        language=language,
        answer_field=f"{policy['id']}.act",
        fields={f"{policy['id']}.{name}": str(value) for name, value in zip(_HIDDEN, values, strict=True)},
    )


def receipt_of_form(form: Mapping[str, Any], policy: str, subject: str, label: str, at: datetime) -> bytes:
    """Return the answer to `policy` in the sent `form` as the body of a receipt of `subject`, made at `at`.

    `label` is the text of the button or checkbox.
    """
    values: dict[str, Any] = {name: form[f"{policy}.{name}"] for name in _FIELDS if form.get(f"{policy}.{name}")}
    numbers: dict[str, Any] = {name: _number(values[name]) for name in _NUMBERS if name in values}
    surface = {"template": "form/1", "label": label, "outcome": values.pop("outcome", None), "channel": "web"}
    fixed = {"type": RECEIPT_TYPE, "spec": RECEIPT_SPEC, "policy": policy, "subject": subject}
    receipt: dict[str, Any] = {
        "base_seq": None,
        **values,
        **numbers,
        **fixed,
        "at": format_instant(at),
        "surface": surface,
    }
    return json.dumps(receipt, default=str).encode()


def _number(text: object) -> object:
    """Return `text` as a number if it is one; otherwise unchanged, for the message of the check."""
    whole = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if isinstance(text, str) and whole else text
