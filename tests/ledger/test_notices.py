"""What users were told is recorded once, listed, and unreadable after an erasure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from inforce.ledger.due import AnswerGiven, DueGroups
from inforce.ledger.storage.database import LedgerPlace
from inforce.manifest import Manifest
from ledger.test_service import World, served

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def notice(subject: str = "u_mia", **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "policy": "terms",
        "seq": 2,
        "step": "first",
        "channel": "email",
        "language": "en",
        "at": "2027-03-01T08:00:00Z",
        "status": "sent",
        **more,
    }


def test_notice_is_recorded_once_per_step_and_status(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        sent = [notice(), notice("u_ben", digest="sha256:" + 64 * "a"), notice(), {"subject": "u_eva"}]
        answer = await world.post("/v1/notices", sent)
        results = answer.json()["results"]
        assert [each["status"] for each in results] == [201, 201, 200, 400]
        assert [each.get("n") for each in results] == [0, 1, 0, None]
        again = [notice(at="2027-03-02T08:00:00Z"), notice(status="delivered"), notice(step="reminder-1")]
        later = (await world.post("/v1/notices", again)).json()["results"]
        assert [(each["status"], each["n"]) for each in later] == [(200, 0), (201, 2), (201, 3)]

        listed = (await world.get("/v1/notices?policy=terms&seq=2&limit=2")).json()
        assert [(each["n"], each["subject"], each["status"]) for each in listed["entries"]] == [
            (0, "u_mia", "sent"),
            (1, "u_ben", "sent"),
        ]
        assert listed["entries"][0]["received_at"]
        rest = (await world.get(f"/v1/notices?after={listed['next']}")).json()
        assert [each["status"] for each in rest["entries"]] == ["delivered", "sent"]
        assert (await world.get("/v1/notices?policy=news")).json() == {"entries": [], "next": -1}
        assert world.ledger.size == 4

        await world.post("/v1/receipts", world.receipt())
        decided = (await world.post("/v1/decisions", {"subject": "u_mia"})).json()
        assert [record["act"] for record in decided["records"]] == ["accepted"]
        await world.post("/v1/subjects/erase", {"subject": "u_mia"})
        left = (await world.get("/v1/notices")).json()["entries"]
        assert [each.get("erased", False) for each in left] == [True, False, True, True]
        assert (await world.post("/v1/notices", notice())).json()["results"][0]["status"] == 201

    served(place, work)


def test_users_who_were_told_still_share_a_decision() -> None:
    manifest = Manifest(spec="1.0", serial=1, issued_at=NOW, expires_at=NOW, policies=())
    accepted = AnswerGiven("terms", 2, "accepted", "verified")
    told = AnswerGiven("terms", 2, None, None)
    groups = DueGroups(manifest)
    assert groups.group([accepted, told], None, ()) == groups.group([accepted], None, ()) is not None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"policy": "No"}, "policy: expected a policy id"),
        ({"seq": 0}, "seq"),
        ({"step": "a b"}, "step: expected a step"),
        ({"channel": "fax"}, "channel"),
        ({"language": "?"}, "language: expected a language tag"),
        ({"at": "yesterday"}, "at: expected an RFC 3339 instant"),
        ({"status": "read"}, "status"),
        ({"digest": "abc"}, "digest"),
        ({"subject": "a\nb"}, "subject: expected a reference"),
        ({"text": "x"}, "text is not a field of a notice"),
    ],
)
def test_notice_with_a_wrong_field_is_refused(changed: dict[str, Any], message: str, sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        (result,) = (await world.post("/v1/notices", notice(**changed))).json()["results"]
        assert (result["status"], result["type"]) == (400, "malformed")
        assert message in result["detail"]
        assert world.ledger.size == 0

    served(sqlite_place, work)


def test_list_of_notices_refuses_wrong_parameters(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        for query in ("policy=%20", "seq=0", "seq=x", "after=-2"):
            assert (await world.get(f"/v1/notices?{query}")).json()["type"] == "malformed"
        assert (await world.post("/v1/notices", [])).json()["type"] == "malformed"

    served(sqlite_place, work)
