"""References of visitors: a random one in the session, which is linked to the user who signs in.

Invariants: a reference comes from the session only, never from a request; it is linked to the first user who signs in
with it, and no other user of the same browser gets it.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, Final, NamedTuple
from uuid import uuid4

SESSION_KEY: Final = "inforce_policies"


class SessionReferences(NamedTuple):
    """The references of a session: `new` is to be linked now, None if there is none; `linked` are all of the user."""

    new: str | None
    linked: list[str]


def visitor(session: MutableMapping[str, Any]) -> str | None:
    """Return the reference of the visitor who has not signed in; None if the session has none."""
    reference: str | None = session.get(SESSION_KEY, {}).get("visitor")
    return reference


def new_visitor(session: MutableMapping[str, Any]) -> str:
    """Return the reference of the visitor who has not signed in; create it at the first call.

    >>> session = {}
    >>> new_visitor(session) == new_visitor(session) == visitor(session)
    True
    """
    reference = visitor(session)
    if reference is None:
        reference = f"v_{uuid4()}"
        session[SESSION_KEY] = {"visitor": reference}
    return reference


def is_visitor(reference: str) -> bool:
    """Return whether `reference` is one that `new_visitor` created.

    >>> is_visitor(new_visitor({})), is_visitor("u_8f3c")
    (True, False)
    """
    return re.fullmatch(r"v_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", reference) is not None


def postpone(session: MutableMapping[str, Any], reference: str) -> None:
    """Undo what `references` stored about the new `reference`, which could not be linked now.

    >>> session = {}
    >>> new, _ = new_visitor(session), references(session, "u_8f3c")
    >>> postpone(session, new)
    >>> references(session, "u_8f3c").new == new
    True
    """
    session[SESSION_KEY] = {"visitor": reference}


def references(session: MutableMapping[str, Any], user: str) -> SessionReferences:
    """Return the references of `session` that belong to `user`, who has signed in, and store that they do.

    >>> session = {}
    >>> reference = new_visitor(session)
    >>> references(session, "u_8f3c").new == reference, references(session, "u_8f3c").new
    (True, None)
    >>> references(session, "u_other").linked
    []
    """
    data = session.get(SESSION_KEY, {})
    new = data.get("visitor")
    linked = data.get("linked", []) if data.get("user") == user else []
    if new:
        linked = [*linked, new]
        session[SESSION_KEY] = {"user": user, "linked": linked}
    return SessionReferences(new, linked)
