"""Properties of acceptance, for any question."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance.questions import question, unreadable_record, version
from inforce.acceptance import Decision, PolicyDecision, decide
from inforce.acceptance.question import Context
from inforce.acceptance.raw_manifest import manifest_for_decision
from inforce.fields import LenientFields
from inforce.instant import format_instant, parse_rfc3339

RANK = ("ok", "notice", "stale", "prompt", "block")
YES = {"accept": "accepted", "acknowledge": "acknowledged", "consent": "consented", "none": "acknowledged"}

# Generated from a seed, which is faster: many questions are more useful here than shrunk ones.
chances = st.integers(0, 2**32 - 1).map(Random)
questions = chances.map(question)
many = settings(max_examples=400)


def ask(query: Any) -> Decision:
    return decide(query)


def rank(answer: Decision | PolicyDecision) -> int:
    return RANK.index(answer["outcome"])


def answer_about(policy: dict[str, Any], query: dict[str, Any]) -> PolicyDecision | None:
    """Return the decision on `policy` for `query`; None if the manifest is rolled back."""
    return next((each for each in ask(query)["policies"] if each["id"] == policy["id"]), None)


def publishing(added: dict[str, Any], policy: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Return `query` with the version `added` to `policy`, with a different text."""
    more = deepcopy(query)
    plain = {name: value for name, value in added.items() if name not in ("same_as", "digests")}
    for each in more["manifest"]["policies"]:
        if each["id"] == policy["id"]:
            each["versions"].append(plain)
    return more


def relied_on(query: dict[str, Any]) -> bool:
    """Return whether the manifest is valid, so that the policies determine the outcome."""
    return ask(query)["outcome"] != "stale"


def instant_of(query: dict[str, Any]) -> datetime:
    """Return the instant of the decision for `query`."""
    return max(Context.from_shape(LenientFields(query)).now, parse_rfc3339(query["manifest"]["issued_at"]))


def at(query: dict[str, Any], instant: datetime) -> dict[str, Any]:
    """Return `query` at `instant`, with a clock that needs no correction."""
    return query | {"now": instant.isoformat(timespec="milliseconds"), "clock_offset_seconds": 0}


def substance(answer: Decision) -> Any:
    """Return everything in `answer` except instants."""
    times = {"next_at", "deadline"}
    policies = [{name: value for name, value in each.items() if name not in times} for each in answer["policies"]]
    return answer["outcome"], answer["reason"], policies


@many
@given(questions)
def test_worst_outcome_of_a_policy_is_the_overall_outcome(query: dict[str, Any]) -> None:
    assume(relied_on(query))

    answer = ask(query)

    assert rank(answer) == max(map(rank, answer["policies"]), default=0)
    reasons = [policy["reason"] for policy in answer["policies"] if rank(policy) == rank(answer)]
    informative = [reason for reason in reasons if reason not in ("current", "not-applicable")]
    quiet = "not-applicable" if reasons and set(reasons) == {"not-applicable"} else "current"
    assert answer["reason"] == (informative or [quiet])[0]


@many
@given(questions)
def test_only_accept_can_block(query: dict[str, Any]) -> None:
    blocking = {each["act"] for each in ask(query)["policies"] if each["outcome"] == "block"}

    assert blocking <= {"accept"}


@many
@given(questions, st.sampled_from(["missing", "foreign", "rolled back", "expired", "broken"]))
def test_invalid_manifest_never_blocks(query: dict[str, Any], fault: str) -> None:
    manifest, state = query["manifest"], query["state"]
    spoilt = {
        "missing": query | {"manifest": None},
        "foreign": query | {"manifest": manifest | {"spec": "2.0"}},
        "rolled back": query | {"state": state | {"last_serial": manifest["serial"] + 1}},
        "expired": query | {"now": "2027-01-01T00:00:00Z"},
        "broken": query | {"manifest": manifest | {"issued_at": "yesterday"}},
    }

    answer = ask(spoilt[fault])

    assert answer["outcome"] == "stale"
    assert answer["next_at"] is None


@many
@given(questions)
def test_validated_manifest_and_its_data_yield_the_same_decision(query: dict[str, Any]) -> None:
    manifest = manifest_for_decision(LenientFields(query["manifest"]))

    assert ask(query | {"manifest": manifest}) == ask(query)


@many
@given(questions, chances)
def test_order_of_versions_is_irrelevant(query: dict[str, Any], chance: Random) -> None:
    shuffled = deepcopy(query)
    for policy in shuffled["manifest"]["policies"]:
        chance.shuffle(policy["versions"])

    assert ask(shuffled) == ask(query)


@many
@given(questions, chances)
def test_order_of_records_with_different_times_or_numbers_is_irrelevant(query: dict[str, Any], chance: Random) -> None:
    """Records that `same_as` maps to one number must differ in time."""
    lifted = any("same_as" in each for policy in query["manifest"]["policies"] for each in policy["versions"])
    different = {(parse_rfc3339(each["at"]), 0 if lifted else each["seq"]): each for each in query["state"]["records"]}
    records = list(different.values())
    shuffled = chance.sample(records, len(records))

    decision = ask(query | {"state": query["state"] | {"records": records}})
    other = ask(query | {"state": query["state"] | {"records": shuffled}})

    assert decision == other


@many
@given(questions, chances)
def test_editorial_version_changes_no_outcome(query: dict[str, Any], chance: Random) -> None:
    """The version follows one in force, and does not end a deferral, which applied to the version now in force.

    Records ahead of the manifest are excluded, since any new version may make their numbers known, and so are announced
    versions, before which no version may be in force. With a withdrawal, the version applies after those that ask: a
    withdrawal refuses what applied when it was made, also a version that overtook others.
    """
    assume(query["manifest"]["policies"])
    policy = chance.choice(query["manifest"]["policies"])
    amended = {int(each) for each in policy.get("amendments", {})}
    numbers = {*(each["seq"] for each in policy["versions"]), *policy.get("cancelled", []), *amended}
    number = chance.choice(sorted({*range(1, 12)} - numbers - {*policy.get("amendments", {}).values()}))
    known = [record for record in query["state"]["records"] if record["seq"] <= max(numbers, default=0)]
    records = [record for record in known if record["seq"] != number]
    query |= {"state": query["state"] | {"records": records, "deferred": {}}}

    before = answer_about(policy, query)
    act = {"act": before["act"]} if before else {}
    editorial = version(chance, number) | {"change": "editorial"} | act
    applied = [parse_rfc3339(each["effective_at"]) for each in policy["versions"] if each["change"] != "editorial"]
    withdrawn = any(record["act"] == "withdrawn" for record in records)
    assume(not withdrawn or all(instant <= parse_rfc3339(editorial["effective_at"]) for instant in applied))
    after = answer_about(policy, publishing(editorial, policy, query))

    assume(before and before["reason"] not in ("not-yet-effective", "upcoming"))
    assert before
    assert after
    assert (after["outcome"], after["reason"]) == (before["outcome"], before["reason"])


@many
@given(questions, st.lists(st.floats(0, 1, exclude_max=True), max_size=4))
def test_decision_is_constant_before_next_at(query: dict[str, Any], fractions: list[float]) -> None:
    """Except within the second of the decision: `next_at` is a whole second after the decision."""
    assume(relied_on(query))
    begin, answer = instant_of(query), ask(query)
    assert answer["next_at"], "a manifest that is fresh expires some time"
    end = parse_rfc3339(answer["next_at"])

    between = [begin + (end - begin) * fraction for fraction in fractions]
    for moment in [begin, *between, end - timedelta(seconds=1), end - timedelta(milliseconds=1)]:
        if moment == begin or format_instant(begin) < format_instant(moment) < format_instant(end):
            assert substance(ask(at(query, moment))) == substance(answer)


@many
@given(questions)
def test_next_at_is_later_than_the_instant_of_the_decision(query: dict[str, Any]) -> None:
    now = instant_of(query)

    answer = ask(query)

    coming = [each["next_at"] for each in [answer, *answer["policies"]] if each["next_at"]]
    assert [each for each in coming if parse_rfc3339(each) <= now] == []


@many
@given(questions)
def test_repeated_next_at_reaches_the_expiry_in_few_steps(query: dict[str, Any]) -> None:
    """A client that sets its timer to `next_at` never gets the same instant again, including the expiry."""
    assume(relied_on(query))
    steps = 0

    while answer_at := ask(query)["next_at"]:
        query = at(query, parse_rfc3339(answer_at))
        steps += 1
        assert steps < 150

    assert ask(query)["reason"] == "expired"


@many
@given(questions)
def test_next_at_is_the_earliest_next_at_of_the_policies_or_the_expiry(query: dict[str, Any]) -> None:
    assume(relied_on(query))
    expiry = max(parse_rfc3339(query["manifest"]["expires_at"]), instant_of(query) + timedelta(seconds=1))

    answer = ask(query)

    turns = [each["next_at"] for each in answer["policies"] if each["next_at"]]
    assert answer["next_at"] == min([*turns, format_instant(expiry)])


@many
@given(questions, chances)
def test_unreadable_record_only_adds_a_flag(query: dict[str, Any], chance: Random) -> None:
    junk = unreadable_record(chance)
    records = query["state"]["records"]
    spoilt = query | {"state": query["state"] | {"records": [junk, *records]}}

    before, after = ask(query), ask(spoilt)

    for policy in after["policies"]:
        policy["flags"] = [flag for flag in policy["flags"] if flag != "unreadable-record"]
    assert after == before


@many
@given(questions, chances)
def test_accepting_the_newest_version_never_worsens_the_outcome(query: dict[str, Any], chance: Random) -> None:
    """A user who accepts after refusing consent may then be notified of announced or new versions, which did not
    concern them before.
    """
    assume(query["manifest"]["policies"])
    policy = chance.choice(query["manifest"]["policies"])
    before = answer_about(policy, query)
    assume(before and before["target_seq"])
    assert before
    moments = [instant_of(query), *(parse_rfc3339(each["at"]) for each in query["state"]["records"])]
    yes = {
        "policy": policy["id"],
        "seq": before["target_seq"],
        "act": YES[before["act"]],
        "at": at({}, max(moments) + timedelta(milliseconds=1))["now"],
        "subject": "acct:1",
    }

    after = answer_about(policy, query | {"state": query["state"] | {"records": [*query["state"]["records"], yes]}})

    assert after
    assert rank(after) <= (RANK.index("notice") if before["reason"] == "refused" else rank(before))


@many
@given(questions, chances)
def test_new_version_does_not_extend_the_grace_period(query: dict[str, Any], chance: Random) -> None:
    """A newer material version does not postpone the deadline of a user who has not accepted.

    Records with unpublished numbers are excluded: a newer version makes such a number known, and the record counts from
    then on.
    """
    assume(query["manifest"]["policies"])
    policy = chance.choice(query["manifest"]["policies"])
    policy.pop("cancelled", None)
    policy.pop("amendments", None)
    policy["versions"] = [each for each in policy["versions"] if "amends" not in each]
    newest = max((each["seq"] for each in policy["versions"]), default=0)
    records = [each for each in query["state"]["records"] if each["policy"] != policy["id"] or each["seq"] <= newest]
    query |= {"state": query["state"] | {"records": records}}

    before = answer_about(policy, query)
    act = before["act"] if before else "accept"
    after = answer_about(policy, publishing(version(chance, 9) | {"change": "material", "act": act}, policy, query))

    if before and after and before["reason"] == after["reason"] == "reaccept" and before["deadline"]:
        assert after["deadline"] is not None
        assert after["deadline"] <= before["deadline"]


@many
@given(questions, chances)
def test_order_of_records_does_not_matter(query: dict[str, Any], chance: Random) -> None:
    """The records have different ids: of several with one id, the first is the one that `after` names."""
    records = [
        record | ({"id": f"r{number}"} if "id" in record else {})
        for number, record in enumerate(query["state"]["records"])
    ]
    shuffled = chance.sample(records, len(records))

    listed = ask(query | {"state": query["state"] | {"records": records}})

    assert ask(query | {"state": query["state"] | {"records": shuffled}}) == listed


@many
@given(questions)
def test_withdrawal_made_last_leaves_no_yes(query: dict[str, Any]) -> None:
    """Without a later record, a withdrawal by the subject ends every answer, and meets no version."""
    records = [record for record in query["state"]["records"] if "after" not in record]
    at = format_instant(instant_of(query) + timedelta(days=60))
    no = {"policy": "terms", "seq": 1, "act": "withdrawn", "at": at, "subject": "acct:1", "n": 99, "received_at": at}

    decision = ask(query | {"state": query["state"] | {"records": [*records, no]}})

    answers = [each for each in decision["policies"] if each["id"] == "terms"]
    assume(answers and answers[0]["reason"] not in ("not-applicable", "policy-withdrawn"))
    assert answers[0]["base_seq"] is None


@settings(many, suppress_health_check=[HealthCheck.filter_too_much])
@given(questions, chances)
def test_editorial_amendment_of_the_text_in_force_asks_nothing_new(query: dict[str, Any], chance: Random) -> None:
    """Who met the version in force still does."""
    assume(query["manifest"]["policies"])
    policy = chance.choice(query["manifest"]["policies"])
    before = answer_about(policy, query)
    assume(before and before["target_seq"] and before["reason"] == "current")
    assert before
    originals = {each["seq"]: each.get("amends", each["seq"]) for each in policy["versions"]}
    amendment = {
        "seq": 12,
        "amends": originals[before["target_seq"] or 0],
        "change": "editorial",
        "effective_at": "2026-01-01T00:00:00Z",
        "published_at": "2026-01-01T00:00:00Z",
        "act": before["act"],
    }
    records = [record for record in query["state"]["records"] if record["seq"] in originals]
    query |= {"state": query["state"] | {"records": records}}
    assume((answer_about(policy, query) or {}).get("reason") == "current")

    after = answer_about(policy, publishing(amendment, policy, query))

    assert after
    assert (after["outcome"], after["reason"], after["target_seq"]) == ("ok", "current", 12)
