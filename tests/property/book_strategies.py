"""Strategies for books: any settings, policies and versions, as values and as files."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from book_builder import instant
from inforce.book.tree import Entry, EntryKind
from inforce.instant import format_instant, parse_zone
from inforce.language import Language
from inforce.policy import (
    Act,
    Cancellation,
    ChangeLevel,
    Edition,
    Kind,
    Label,
    Origin,
    Policy,
    SummaryPoint,
    Version,
    Withdrawal,
)
from inforce.policy.catalog import Catalog
from inforce.policy.settings import Publisher, Settings, SigningKey
from inforce.text import Digest, canonical

FIRST_DAY = instant("2027-01-01")
LAST_DAY = FIRST_DAY + timedelta(days=12)
LANGUAGES = tuple(map(Language, ("ar", "de", "en", "pt-BR", "zh-Hans")))

# Characters in usual texts: no controls, line ends, surrogates or byte order mark.
signs = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters="\ufeff")
words = st.text(signs, min_size=1, max_size=20).filter(str.strip)
hours = st.integers(0, 12 * 24).map(lambda hour: FIRST_DAY + timedelta(hours=hour))
days = st.integers(0, 12).map(lambda day: FIRST_DAY + timedelta(days=day))
digests = st.integers(0, 2**256 - 1).map(lambda number: Digest(f"sha256:{number:064x}"))
LABELS = "0 01 1 1.0 1.00 1-0 1.9 1.10 1-10 2 9 10 1.0.0 2027-01-02 2027-01-02.1 2027-01-10 2027.1.10"
labels = st.sampled_from(tuple(map(Label, LABELS.split())))
texts = st.lists(st.text(signs | st.just("\n"), max_size=30), max_size=5).map(
    lambda parts: canonical("# Title\n\n" + "\n".join(parts))
)
summaries = st.lists(st.builds(SummaryPoint, text=words, section=words | st.just("")), max_size=2).map(tuple)


@st.composite
def editions(draw: st.DrawFn, languages: tuple[Language, ...] = LANGUAGES) -> tuple[Edition, ...]:
    """Generate texts in some of `languages`, including the first, sorted by tag."""
    chosen = draw(st.sets(st.sampled_from(languages))) | {languages[0]}
    return tuple(
        Edition(language=tag, text=draw(texts), summary=draw(summaries), translates=draw(st.none() | digests))
        for tag in sorted(chosen)
    )


_seldom = st.sampled_from([False, False, False, True])
_pairs_of_days = st.tuples(days, days)
_ONE_TEXT = (Edition(language=Language("en"), text="# Terms\n"),)


@st.composite
def versions(draw: st.DrawFn, *, retroactive: bool = True, full: bool = False) -> Version:
    """Generate a version within the twelve days from FIRST_DAY; a `full` one has texts and all optional fields."""
    published, effective = draw(_pairs_of_days)
    if effective < published and not retroactive:
        published, effective = effective, published
    reason = draw(words) if full else "A reason."
    gone = draw(st.integers(0, 3)) * (effective - published) / 4 if published < effective else None
    return Version(
        label=draw(labels),
        published_at=published,
        effective_at=effective,
        change=draw(st.sampled_from(ChangeLevel)),
        draft=draw(_seldom),
        retroactive=reason if effective < published else "",
        cancelled=Cancellation(at=published + gone, reason=reason) if gone is not None and draw(_seldom) else None,
        editions=draw(editions((Language("en"), *LANGUAGES))) if full else _ONE_TEXT,
        **(draw(_more(published, effective)) if full else {}),
    )


@st.composite
def _more(draw: st.DrawFn, published: datetime, effective: datetime) -> dict[str, Any]:
    enforce = draw(st.sampled_from(["", "never", "later"]))
    origins = st.builds(Origin, commit=words, committed=hours, path=words, subject=words | st.just(""))
    return {
        "effective_at_new": draw(st.sampled_from([None, published, effective])) if published <= effective else None,
        "enforce_at": effective + timedelta(days=3) if enforce == "later" else None,
        "never_enforced": enforce == "never",
        "act": draw(st.none() | st.sampled_from(Act)),
        "origin": draw(st.none() | origins),
    }


def histories(**words: bool) -> st.SearchStrategy[list[Version]]:
    """Generate versions with different labels."""
    return st.lists(versions(**words), max_size=6, unique_by=lambda version: version.label)


def policy_of(generated: list[Version], policy_id: str = "terms") -> Policy:
    """Return a policy with the given versions and default values."""
    tag = Language("en")
    return Policy(
        id=policy_id,
        titles={tag: "Terms"},
        kind=Kind.TERMS,
        binding_language=tag,
        act=Act.ACCEPT,
        versions=tuple(generated),
    )


policies = st.builds(
    lambda titles, **members: Policy(titles={**titles, Language("en"): "Terms"}, **members),
    id=st.from_regex(r"(?:terms|privacy)-[a-z0-9]{1,3}", fullmatch=True),
    titles=st.dictionaries(st.sampled_from(LANGUAGES), words),
    kind=st.sampled_from(Kind),
    binding_language=st.just(Language("en")),
    act=st.sampled_from(Act),
    audience=st.lists(st.sampled_from(["eu", "business", "18-plus"]), unique=True).map(tuple),
    reask_seconds=st.none() | st.integers(1, 36_500).map(lambda number: number * 86_400),
    order=st.none() | st.integers(1, 1000),
    withdrawn=st.none() | st.builds(Withdrawal, at=hours, reason=words),
    versions=histories(full=True).map(tuple),
)
settings = st.builds(
    Settings,
    publisher=st.builds(Publisher, name=words, url=st.just("https://shop.example/"), contact=words),
    site=st.sampled_from(["https://policies.example/", "http://localhost:8000/a/"]),
    timezone=st.sampled_from(["UTC", "Asia/Shanghai", "America/Sao_Paulo"]).map(parse_zone),
    languages=st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True).map(tuple),
    notice_days=st.dictionaries(st.sampled_from(["material", "notice", "editorial"]), st.integers(0, 3650)),
    poll_seconds=st.integers(60, 30 * 86_400),
    manifest_days=st.integers(1, 366),
    compare_pairs=st.integers(0, 100_000),
    signing=st.lists(
        st.builds(SigningKey, kid=words, public=st.fixed_dictionaries({"kty": st.just("OKP"), "x": words})),
        max_size=2,
        unique_by=lambda key: key.kid,
    ).map(tuple),
    disclaimer=st.dictionaries(st.sampled_from(LANGUAGES), words),
)
catalogs = st.builds(
    Catalog,
    settings=settings,
    policies=st.lists(policies, max_size=2, unique_by=lambda policy: policy.id).map(tuple),
)


SETTINGS = Settings(
    publisher=Publisher(name="Shop", url="https://shop.example/", contact="privacy@shop.example"),
    site="https://policies.example/",
    timezone=parse_zone("UTC"),
    languages=LANGUAGES,
)
_SOME_TEXTS = st.sampled_from(
    [
        tuple(Edition(language=tag, text=f"# {tag} {number}\n") for tag in tags)
        for number in (1, 2)
        for tags in (LANGUAGES[:1], LANGUAGES[1:3], LANGUAGES)
    ]
)
# A variant for tests that ignore texts and settings, which is much faster to generate.
light_catalogs = st.builds(
    lambda found: Catalog(
        settings=SETTINGS, policies=tuple(policy_of(versions, name) for name, versions in found.items())
    ),
    st.dictionaries(
        st.sampled_from(["privacy", "terms"]),
        st.lists(
            st.builds(lambda version, texts: replace(version, editions=texts), versions(), _SOME_TEXTS),
            max_size=4,
            unique_by=lambda version: version.label,
        ),
    ),
)


def files_of(catalog: Catalog) -> dict[str, str]:
    """Return the files of `catalog` by path."""
    files = {"policy_versions/book.yml": _yaml(_book(catalog.settings))}
    for policy in catalog:
        folder = f"policy_versions/{policy.id}"
        files[f"{folder}/policy.yml"] = _yaml(_policy(policy))
        for version in policy.versions:
            files[f"{folder}/{version.label}/version.yml"] = _yaml(_version(version))
            for edition in version.editions:
                files[f"{folder}/{version.label}/{edition.language}.md"] = _edition(edition)
    return files


def listing_of(files: Mapping[str, str | bytes]) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of `files` as in a folder on disk, including parent folders."""
    generated: dict[str, dict[str, Entry]] = {}
    for path, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        read = functools.partial(bytes, raw)
        entry = Entry(path=path, kind=EntryKind.FILE, size=len(raw), read=read)
        while (folder := entry.path.rpartition("/")[0]) and generated.setdefault(folder, {}).get(entry.name) is None:
            generated[folder][entry.name] = entry
            entry = Entry(path=folder, kind=EntryKind.FOLDER, size=0, read=read)
    return {folder: tuple(entries[name] for name in sorted(entries)) for folder, entries in generated.items()}


def _yaml(data: Mapping[str, Any]) -> str:
    """Return `data` as YAML that every parser reads equally: one field per line, with its value as JSON."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in _said(data).items())


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", (), [], {})}


def _book(settings: Settings) -> dict[str, Any]:
    publisher = settings.publisher
    return {
        "publisher": {"name": publisher.name, "url": publisher.url, "contact": publisher.contact},
        "site": settings.site,
        "timezone": settings.timezone.key,
        "languages": [str(tag) for tag in settings.languages],
        "notice_days": {level: str(number) for level, number in settings.notice_days.items()},
        "poll_seconds": settings.poll_seconds,
        "manifest_days": settings.manifest_days,
        "compare_pairs": settings.compare_pairs,
        "signing": [{"kid": key.kid, "public": dict(key.public)} for key in settings.signing],
        "disclaimer": {str(tag): text for tag, text in settings.disclaimer.items()},
    }


def _policy(policy: Policy) -> dict[str, Any]:
    gone = policy.withdrawn
    return {
        "title": {str(tag): title for tag, title in policy.titles.items()},
        "kind": str(policy.kind),
        "binding_language": str(policy.binding_language),
        "act": str(policy.act),
        "audience": policy.audience,
        "reask_days": policy.reask_seconds // 86_400 if policy.reask_seconds else None,
        "order": policy.order,
        "withdrawn": {"at": format_instant(gone.at), "reason": gone.reason} if gone else None,
    }


def _version(version: Version) -> dict[str, Any]:
    gone, origin = version.cancelled, version.origin
    return {
        "published": format_instant(version.published_at),
        "effective": format_instant(version.effective_at),
        # An amendment inherits this field.
        "effective_new": format_instant(version.effective_at_new)
        if version.effective_at_new and not version.amends
        else None,
        "enforce": "never"
        if version.never_enforced
        else format_instant(version.enforce_at)
        if version.enforce_at
        else None,
        "amends": str(version.amends or ""),
        "act": str(version.act or ""),
        "change": str(version.change),
        "draft": version.draft,
        "retroactive": version.retroactive,
        "cancelled": {"at": format_instant(gone.at), "reason": gone.reason} if gone else None,
        "origin": _said(
            {
                "commit": origin.commit,
                "committed": format_instant(origin.committed),
                "path": origin.path,
                "subject": origin.subject,
            }
        )
        if origin
        else None,
    }


def _edition(edition: Edition) -> str:
    points = [_said({"section": point.section, "text": point.text}) for point in edition.summary]
    head = _yaml({"summary": points, "translates": str(edition.translates or "")})
    return f"---\n{head}---\n\n{edition.text}"
