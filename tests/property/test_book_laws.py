"""Properties of reading a book: written values are read back, and no content or file name crashes the reader."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from inforce.book.front_matter import parse_frontmatter
from inforce.book.read import Reading, parse_book, read_book
from inforce.book.yaml import parse_yaml
from inforce.errors import BookError, FrontMatterError
from inforce.policy.catalog import Catalog
from inforce.text import canonical
from property.book_strategies import catalogs, files_of, listing_of

BOOK = "policy_versions/book.yml"
LOCK = "policy_versions/lock.json"
POLICY = "policy_versions/terms/policy.yml"
VERSION = "policy_versions/terms/2027-01-01/version.yml"
EDITION = "policy_versions/terms/2027-01-01/en.md"
SOUND = {
    BOOK: "publisher: {name: Shop, url: 'https://shop.example/', contact: privacy@shop.example}\n"
    "site: https://policies.shop.example/\ntimezone: Asia/Shanghai\nlanguages: [en, de]\n"
    "notice_days: {material: 30}\n",
    LOCK: '{"type": "policy-lock", "spec": "1.0", "policies": {"terms": {"2027-01-01": {"seq": 1, "change": "notice", '
    '"published_at": "2026-12-31T16:00:00Z", "effective_at": "2026-12-31T16:00:00Z", "digests": {}}}}}',
    POLICY: "title: {en: Terms}\nkind: terms\nbinding_language: en\nact: accept\n"
    "withdrawn: {at: 2030-01-01, reason: Gone}\n",
    VERSION: "published: 2027-01-01\neffective: 2027-02-01\nenforce: never\nchange: material\ndraft: false\n"
    "cancelled: {at: 2027-01-15, reason: A mistake}\n",
    EDITION: "---\nsummary:\n- section: data\n  text: We keep less.\n---\n\n# Terms\n\nWords.\n",
}


@given(catalogs)
@settings(max_examples=60)
def test_book_survives_the_round_trip(catalog: Catalog) -> None:
    """Values written to files are read back unchanged, for any words, dates and languages."""
    reading = parse_book(listing_of(files_of(catalog)))
    assert [str(fault) for fault in reading.faults] == []
    assert reading.require() == catalog


@given(catalogs, st.sampled_from(["\r\n", "\r"]), st.booleans())
@settings(max_examples=30)
def test_book_with_other_line_endings_is_equal(catalog: Catalog, end: str, mark: bool) -> None:
    saved = {path: "\ufeff" * mark + text.replace("\n", end) for path, text in files_of(catalog).items()}
    assert parse_book(listing_of(saved)).require() == catalog


@given(st.sampled_from(sorted(SOUND)), st.binary() | st.text(st.characters(codec="utf-8")).map(str.encode))
@example(EDITION, b"\xef\xbb\xbf\xef\xbb\xbf")
@example(VERSION, b"published: 0001-01-01\nchange: material\n")
def test_any_bytes_in_a_file_yield_a_book_or_faults(path: str, content: bytes) -> None:
    assert_told(parse_book(listing_of(SOUND | {path: content})))


STRANGE = (*"\n\t'\"[]{}#>%@\0\ufeff\u2028", *("---\n", ": ", "- ", "? ", "|\n", "&a ", "*a", "!!int ", "<<: ", "null"))


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, str | bytes]:
    """Generate a valid book with one file that is truncated or has foreign content inserted."""
    path = draw(st.sampled_from(sorted(SOUND)))
    raw = SOUND[path].encode()
    start = draw(st.integers(0, len(raw)))
    lost = draw(st.integers(0, 12))
    strange = draw(st.sampled_from(STRANGE) | st.text(st.characters(codec="utf-8"), max_size=3)).encode()
    if draw(st.booleans()):
        strange = draw(st.binary(max_size=4))
    return SOUND | {path: raw[:start] + strange + raw[start + lost :]}


@given(damaged())
@settings(max_examples=200)
def test_any_damage_yields_a_book_or_faults(files: dict[str, str | bytes]) -> None:
    assert_told(parse_book(listing_of(files)))


WORDS = (
    "publisher name url contact site timezone languages notice_days poll_seconds manifest_days compare_pairs signing "
    "kid public disclaimer title kind binding_language act audience reask_days withdrawn at reason published effective "
    "effective_new enforce change draft retroactive cancelled origin commit committed path subject summary section "
    "text translates type spec policies terms 2027-01-01 seq digests en"
)
MEMBERS = tuple(WORDS.split())
values = st.recursive(
    st.sampled_from(["2027-01-01", "9998-12-31", "1920-01-01", "en", "true", "never", "material", "UTC", "30", "terms"])
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SOUND)), st.dictionaries(st.sampled_from(MEMBERS), values))
def test_any_field_values_yield_a_book_or_faults(path: str, data: object) -> None:
    text = json.dumps(data, ensure_ascii=False)
    text = f"---\n{text}\n---\n# A\n" if path == EDITION else text
    assert_told(parse_book(listing_of(SOUND | {path: text})))


names = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=12).filter(lambda n: n not in (".", ".."))


@given(st.sampled_from(["", "terms/", "terms/2027-01-01/"]), names, st.sampled_from(["", ".md", ".yml", "/policy.yml"]))
def test_any_file_name_yields_a_book_or_faults(folder: str, name: str, end: str) -> None:
    assert_told(parse_book(listing_of(SOUND | {f"policy_versions/{folder}{name}{end}": "# A\n"})))


def assert_told(reading: Reading) -> None:
    """Fail unless each fault has a place and can be printed, and a book without faults has a catalogue."""
    for fault in reading.faults:
        assert isinstance(fault, BookError)
        assert fault.place.path.startswith("policy_versions/")
        assert fault.place.line is None or fault.place.line >= 1
        assert fault.problem
        assert all(line.isprintable() for line in str(fault).encode().decode().split("\n"))
    assert reading.faults or reading.require()


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["", "---\n---\n", "---\na: b\n---\n\n"]))
def test_body_line_is_the_line_in_the_file(body: str, head: str) -> None:
    """From `body_line` on, the file equals the text, line by line."""
    assume(head or not body.lstrip("\ufeff").startswith("---"))
    parts = parse_frontmatter(head + body, "en.md")
    saved = (head + body).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line, words in enumerate(canonical(body).split("\n")[:-1], parts.body_line):
        assert canonical(saved[line - 1]) == canonical(words)


@given(st.text(st.sampled_from("ab: -?[]{}\n'\"#&*!|>%@`,\t\\0~<=") | st.characters()))
@settings(max_examples=300)
def test_any_input_is_strict_yaml_or_rejected_with_an_existing_line(text: str) -> None:
    data = yaml_or_refusal(text)
    if isinstance(data, FrontMatterError):
        assert 1 <= (data.place.line or 0) <= text.count("\n") + text.count("\r") + 2
        assert data.fix
    else:
        assert only_texts(data) or data is None


def yaml_or_refusal(text: str) -> object:
    try:
        return parse_yaml(text, "x.yml")[0]
    except FrontMatterError as refused:
        return refused


def only_texts(data: object) -> bool:
    if isinstance(data, dict):
        return all(isinstance(name, str) and only_texts(value) for name, value in data.items())
    return all(map(only_texts, data)) if isinstance(data, list) else isinstance(data, str)


def test_example_book_is_valid_and_equal_on_disk(tmp_path: Path) -> None:
    for path, text in SOUND.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    reading = read_book(tmp_path)
    assert reading.require().policy("terms").versions[0].editions[0].text == "# Terms\n\nWords.\n"
    assert reading == parse_book(listing_of(SOUND))
