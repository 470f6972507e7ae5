"""Properties of every manifest, for any book, reader and damage."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from book_builder import instant
from inforce.acceptance import Question, decide
from inforce.errors import ManifestError, SignatureError
from inforce.instant import format_instant
from inforce.language import Language
from inforce.manifest import MANIFEST_SCHEMA, VERSIONS_SCHEMA, parse_json, parse_manifest, reissued, to_bytes
from inforce.manifest.build import manifest, versions_document
from inforce.manifest.model import utc_instant
from inforce.manifest.strict_json import DEEPEST
from inforce.policy import Act, Cancellation, ChangeLevel, Edition, Kind, Label, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.settings import Publisher, Settings
from inforce.signing import generate_key, sign, verify

DAY_ONE = instant("2026-01-01")
ENGLISH, GERMAN = Language("en"), Language("de")
SETTINGS = Settings(
    publisher=Publisher(name="Shop", url="https://shop.example/", contact="privacy@shop.example"),
    site="https://policies.shop.example/",
    timezone=ZoneInfo("UTC"),
    languages=(ENGLISH,),
)
KEY = generate_key()


def day(number: int) -> datetime:
    return DAY_ONE + timedelta(days=number)


@st.composite
def versions(draw: st.DrawFn, number: int) -> Version:
    """Generate a version with consistent dates: published, then effective, then enforced."""
    published = draw(st.integers(0, 20))
    effective = published + draw(st.integers(0, 10))
    grace = draw(st.none() | st.integers(0, 15))
    words = draw(st.sampled_from(["# One\n", "# Two\n", "# Three\n"]))
    german = [Edition(language=GERMAN, text="# Eins\n")] if draw(st.booleans()) else []
    return Version(
        label=Label(str(number)),
        published_at=day(published),
        effective_at=day(effective),
        effective_at_new=draw(st.none() | st.just(day(draw(st.integers(published, effective))))),
        enforce_at=None if grace is None else day(effective + grace),
        never_enforced=grace is None and draw(st.booleans()),
        change=draw(st.sampled_from(ChangeLevel)),
        cancelled=draw(st.none() | st.just(Cancellation(at=day(published), reason="Not now."))),
        editions=(Edition(language=ENGLISH, text=words), *german),
    )


@st.composite
def amendments(draw: st.DrawFn, label: str, original: Version) -> Version:
    """Generate the amendment `label` of `original`, with dates that the checks allow."""
    published = original.published_at + timedelta(days=draw(st.integers(0, 12)))
    effective = max(published, original.effective_at)
    gone = draw(st.integers(0, 5)) == 0 and published < effective
    return replace(
        original,
        label=Label(label),
        amends=original.label,
        published_at=published,
        effective_at=effective,
        effective_at_new=None,
        enforce_at=None,
        never_enforced=False,
        change=draw(st.sampled_from([ChangeLevel.EDITORIAL, ChangeLevel.NOTICE])),
        cancelled=Cancellation(at=published, reason="Not now.") if gone else None,
        editions=draw(versions(0)).editions,
    )


NO_ACTS: st.SearchStrategy[Act | None] = st.none()


@st.composite
def catalogs(draw: st.DrawFn, acts: st.SearchStrategy[Act | None] = NO_ACTS) -> Catalog:
    """Generate a book with one policy, up to six versions with `acts` of their own, and up to four amendments."""
    originals = [replace(draw(versions(number)), act=draw(acts)) for number in range(1, draw(st.integers(1, 6)) + 1)]
    chosen = draw(st.lists(st.sampled_from(originals), max_size=4))
    corrections = [
        draw(amendments(f"{original.label}.{number}", original)) for number, original in enumerate(chosen, 1)
    ]
    policy = Policy(
        id="terms",
        titles={ENGLISH: "Terms"},
        kind=Kind.TERMS,
        binding_language=ENGLISH,
        act=draw(st.sampled_from(Act)),
        reask_seconds=draw(st.none() | st.just(10 * 86_400)),
        versions=(*originals, *corrections),
    )
    return Catalog(settings=SETTINGS, policies=(policy,))


INSTANTS = st.integers(0, 30).map(day)


@given(catalog=catalogs(), now=INSTANTS)
def test_built_manifest_matches_its_schema_and_the_strict_reader(catalog: Catalog, now: datetime) -> None:
    document = manifest(catalog, now)

    jsonschema.validate(document, MANIFEST_SCHEMA)
    jsonschema.validate(versions_document(catalog, catalog.policy("terms"), now, {}), VERSIONS_SCHEMA)
    assert parse_manifest(to_bytes(document), site=SETTINGS.site).data == document


@st.composite
def subjects(draw: st.DrawFn) -> Mapping[str, Any]:
    """Generate the state of an app for a user: the start of use, the records, and the versions seen."""
    acts = st.sampled_from(["accepted", "acknowledged", "consented", "declined", "refused", "withdrawn"])
    record = st.builds(
        lambda seq, act, at: {"policy": "terms", "seq": seq, "act": act, "at": format_instant(at), "subject": "u1"},
        st.integers(1, 11),
        acts,
        INSTANTS,
    )
    return {
        "subject": {"id": "u1", "since": format_instant(draw(st.integers(-5, 30).map(day)))},
        "state": {"records": draw(st.lists(record, max_size=3)), "seen": {"terms": draw(st.integers(0, 11))}},
    }


@given(catalog=catalogs(), now=INSTANTS, later=st.integers(0, 25), who=subjects())
def test_omitting_the_history_changes_no_decision_before_expiry(
    catalog: Catalog, now: datetime, later: int, who: Mapping[str, Any]
) -> None:
    """The listed versions suffice: the decision is the same as with every version ever published."""
    asked_question = {**who, "now": format_instant(now + timedelta(days=later))}

    short, everything = manifest(catalog, now), with_history(catalog, now)

    assert essence(short, asked_question, catalog) == essence(everything, asked_question, catalog)


@given(catalog=catalogs(st.none() | st.sampled_from(Act)), now=INSTANTS, later=st.integers(0, 25), who=subjects())
def test_omitting_acts_of_old_versions_changes_no_outcome(
    catalog: Catalog, now: datetime, later: int, who: Mapping[str, Any]
) -> None:
    """The manifest does not state which act an old version required, so its answers can count as missing ones."""
    asked_question = {**who, "now": format_instant(now + timedelta(days=later))}

    short, everything = manifest(catalog, now), with_history(catalog, now)

    names = ("outcome", "target_seq", "act", "deferrable")
    short_decision, whole = (decide(cast(Question, {"manifest": m, **asked_question})) for m in (short, everything))
    assert [[cast(Any, policy)[name] for name in names] for policy in short_decision["policies"]] == [
        [cast(Any, policy)[name] for name in names] for policy in whole["policies"]
    ]


def with_history(catalog: Catalog, now: datetime) -> dict[str, Any]:
    """Return the manifest of `catalog` at `now` with every version ever published."""
    everything = copy.deepcopy(manifest(catalog, now))
    for policy in everything["policies"]:
        all_of_them = versions_document(catalog, catalog.policy("terms"), now, {})["versions"]
        policy["versions"] = [version for version in all_of_them if version["state"] != "cancelled"]
    return everything


def essence(document: Mapping[str, Any], question: Mapping[str, Any], catalog: Catalog) -> object:
    """Return the parts of the decision that an app uses, with the digest in place of the user's version number."""
    words = {version.seq: version.editions[0].text for version in catalog.policy("terms").versions}
    decision = decide(cast(Question, {"manifest": document, **question}))
    names = ("outcome", "reason", "target_seq", "deferrable")
    # The flag `early-record` needs the date of the record's version, so it is only set for listed versions.
    answers = [
        [*(cast(Any, policy)[name] for name in names), [flag for flag in policy["flags"] if flag != "early-record"]]
        for policy in decision["policies"]
    ]
    return decision["outcome"], answers, [words.get(policy["base_seq"] or 0) for policy in decision["policies"]]


@given(catalog=catalogs(), now=INSTANTS, later=st.integers(1, 25))
def test_reissue_equals_a_rebuild_at_the_same_instant(catalog: Catalog, now: datetime, later: int) -> None:
    again = reissued(parse_manifest(to_bytes(manifest(catalog, now))), now + timedelta(days=later))

    unchanging = [version for policy in catalog for version in policy.versions if version.published_at > now]
    if not unchanging:
        rebuilt = manifest(catalog, now + timedelta(days=later))
        changing = ("serial", "issued_at", "expires_at")
        assert {name: again[name] for name in changing} == {name: rebuilt[name] for name in changing}
        for name in ("in_force", "next_change_at", "latest"):
            assert [p.get(name) for p in again["policies"]] == [p.get(name) for p in rebuilt["policies"]]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=40,
)


@given(data=JSON_VALUES, compact=st.booleans(), ascii_only=st.booleans())
def test_strict_parser_accepts_what_every_parser_reads_equally(data: object, compact: bool, ascii_only: bool) -> None:
    text = json.dumps(data, separators=(",", ":") if compact else None, ensure_ascii=ascii_only)

    if depth(data) <= DEEPEST:
        assert parse_json(text.encode()) == data
    else:
        with pytest.raises(ManifestError, match="levels deep"):
            parse_json(text.encode())


def depth(data: object) -> int:
    """Return the depth of `data`."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@given(raw=st.binary(max_size=200) | st.text(alphabet='{}[]":,0123-eE.\\u"d8 truefalsn').map(str.encode))
def test_strict_parser_rejects_everything_else_with_one_error_type(raw: bytes) -> None:
    with contextlib.suppress(ManifestError):
        parse_json(raw)


EXAMPLE = {
    "type": "policy-manifest",
    "spec": "1.0",
    "site": "https://policies.shop.example/",
    "path": "policies.json",
    "serial": 1_767_225_600,
    "issued_at": "2026-01-01T00:00:00Z",
    "expires_at": "2026-02-01T00:00:00Z",
    "poll_seconds": 60,
    "policies": [
        {
            "id": "terms",
            "act": "accept",
            "page": "terms/",
            "languages": ["en"],
            "binding_language": "en",
            "cancelled": [2],
            "audience": ["eu"],
            "versions": [
                {
                    "seq": 1,
                    "version": "1",
                    "change": "material",
                    "effective_at": "2026-01-01T00:00:00Z",
                    "enforce_at": None,
                    "same_as": [1],
                    "digests": {"en": "sha256:" + "0" * 64},
                }
            ],
        }
    ],
}


def places(data: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every field and item of `data`."""
    inner = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [place for name, value in inner for place in ((*way, name), *places(value, (*way, name)))]


LEAVES = st.sampled_from(
    [None, True, 0, 1, -1, "", " ", "x", "terms", "en", "1.0", "2027-01-01T00:00:00Z", [], {}, [1]]
)


@given(place=st.sampled_from(places(EXAMPLE)), value=LEAVES, drop=st.booleans())
def test_reader_and_schema_agree_on_every_single_change(place: tuple[Any, ...], value: object, drop: bool) -> None:
    document: Any = copy.deepcopy(EXAMPLE)
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    if drop:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value

    fits_schema = jsonschema.Draft202012Validator(MANIFEST_SCHEMA).is_valid(document)
    assert is_read(document) == (fits_schema and serial_fits(document))


def serial_fits(document: Any) -> bool:
    """Return whether the serial equals `issued_at` in seconds, which JSON Schema cannot express."""
    return bool(document["serial"] == int(utc_instant(document["issued_at"]).timestamp()))


def is_read(document: object) -> bool:
    try:
        parse_manifest(json.dumps(document).encode())
    except ManifestError:
        return False
    return True


@given(text=st.text(st.characters(codec="utf-8"), min_size=1))
def test_signed_payload_is_returned_byte_for_byte(text: str) -> None:
    if not text.strip():
        text = "x" + text

    assert verify(sign(text.encode(), [KEY]), [KEY.public]) == text.encode()


SIGNED = sign(to_bytes(EXAMPLE), [KEY])


@given(place=st.integers(0, len(SIGNED) - 1), byte=st.integers(0, 255))
def test_changed_byte_is_rejected_or_does_not_change_the_payload(place: int, byte: int) -> None:
    damaged = SIGNED[:place] + bytes([byte]) + SIGNED[place + 1 :]

    try:
        payload = verify(damaged, [KEY.public])
    except SignatureError:
        return
    assert payload == to_bytes(EXAMPLE)


def test_example_is_a_valid_manifest() -> None:
    assert is_read(EXAMPLE)
    with pytest.raises(ManifestError):
        parse_manifest(b"{}")
