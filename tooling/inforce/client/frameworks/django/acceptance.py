"""What the user of a request owes and has answered, and the answer to a blocked one.

Invariants: the subject of a record comes from the signed-in user or the session, never from the request's body; a
ledger that does not answer blocks no user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.urls import reverse

from inforce.acceptance import Decision, SubjectForm
from inforce.client.frameworks.django.configuration import configuration
from inforce.client.frameworks.django.models import PolicyRecord
from inforce.client.frameworks.records import addressed
from inforce.client.frameworks.replies import Reply, acts_for_self, blocked, checked_receipt, refused, stored
from inforce.client.frameworks.visitors import new_visitor, postpone, references, visitor
from inforce.client.requests import accept_language, opens
from inforce.errors import LedgerUnavailableError

_Read: TypeAlias = Callable[[str], Any]


def subject_of(request: HttpRequest) -> SubjectForm | None:
    """Return the signed-in user, with the references of the session, whose records then belong to the user."""
    subject = configuration().subject_of(request)
    if subject is None:
        return None
    form: SubjectForm = {"id": subject} if isinstance(subject, str) else subject
    new, linked = references(_session(request), form["id"])
    if new:
        try:
            _store().link(new, form["id"])
        except LedgerUnavailableError:
            postpone(_session(request), new)
    return {**form, "linked": [*form.get("linked", []), *linked]}


def page_subject(request: HttpRequest) -> SubjectForm:
    """Return the user for the page, or a random reference in the session of a visitor."""
    return subject_of(request) or {"id": new_visitor(request.session)}


def records_of(request: HttpRequest) -> list[Mapping[str, Any]]:
    """Return the records of the user or visitor, as `check` and the browser take them.

    Raise LedgerUnavailableError if the ledger has not answered for ten minutes.
    """
    subject = subject_of(request)
    if subject:
        return _records(subject, _store().records)
    reference = visitor(_session(request))
    return list(_store().records(reference)) if reference else []


def decision_of(request: HttpRequest) -> Decision | None:
    """Return the decision about the user; None if no user is signed in.

    Raise LedgerUnavailableError if the ledger has not answered for ten minutes.
    """
    return _decide(request, _store().records)


def forget_user(reference: str) -> Any:
    """Erase the user `reference`, and return the certificate of the ledger; None for the table of the project.

    :raises HeldError: if a legal hold in the ledger protects the user
    :raises LedgerUnavailableError: if the ledger does not answer; call it again later
    """
    return _store().forget(reference)


def _decide(request: HttpRequest, read: _Read) -> Decision | None:
    subject = subject_of(request)
    if subject is None:
        return None
    shown = getattr(request, "LANGUAGE_CODE", None)
    languages = [*([shown] if shown else []), *accept_language(request.headers.get("accept-language", ""))]
    records: Any = _records(subject, read)
    audience = configuration().audience_of(request)
    return configuration().policies.check(records, subject, languages=languages, audience=audience)


def refusal(request: HttpRequest) -> Reply | None:
    """Return the answer to the request of a blocked user; None if the request may continue."""
    if request.method == "OPTIONS" or not configuration().paths.is_protected(request.path_info):
        return None
    if opens(request.path, [reverse("inforce_policies:receipts").removesuffix("receipts")]):
        return None
    # Records of a ledger that may be outdated let a user pass, and never block one.
    ledger, decision = configuration().ledger, None
    for read in [ledger.recent, ledger.current] if ledger else [_store().records]:
        try:
            decision = _decide(request, read)
        except LedgerUnavailableError:
            return None
        if decision is None or decision["outcome"] != "block":
            return None
    return blocked(configuration().policies.problem(decision)) if decision else None


def store(request: HttpRequest, body: bytes) -> Reply:
    """Store the receipt in `body`; raise RefusedRequestError or ReceiptProblemError if it must not be stored."""
    subject = subject_of(request)
    reference = subject["id"] if subject else visitor(_session(request))
    if reference is None:
        raise refused("unauthenticated")
    linked = subject.get("linked", []) if subject else []
    ledger = configuration().ledger
    if ledger:
        record = checked_receipt(body, reference, linked, visiting=subject is None)
    else:
        record = configuration().policies.record(body, reference, linked=linked)
    accepts = configuration().accepts
    acts = accepts(request, record) if accepts and record.get("actor") else acts_for_self(record, [reference, *linked])
    if not acts:
        raise refused("actor-mismatch")
    if ledger:
        return ledger.forward(record, reference)
    return stored(record, PolicyRecord.objects.add(record, reference))


def _records(subject: SubjectForm, read: _Read) -> list[Mapping[str, Any]]:
    """Return the records of `subject` and of all references linked with them, without duplicates."""
    owners = dict.fromkeys([subject["id"], *subject.get("linked", [])])
    records = {record["id"]: record for owner in owners for record in read(owner)}
    return addressed(list(records.values()), subject["id"])


def _store() -> Any:
    return configuration().ledger or PolicyRecord.objects


def _session(request: HttpRequest) -> Any:
    return getattr(request, "session", {})
