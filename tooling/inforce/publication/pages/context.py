"""The data of pages about policies, versions and editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Interval, Kind, Policy, PolicyState, Version
from inforce.policy.evidence import Evidence
from inforce.policy.order import place_of
from inforce.publication.corrections import taking_effect_with
from inforce.publication.files.icalendar import has_dates

Facts = dict[str, Any]
Relations = tuple[Mapping[str, str], ...]
_LICENCE_RELATIONS = {Kind.PRIVACY: "privacy-policy", Kind.TERMS: "terms-of-service"}


def policy_facts(policy: Policy, language: Language) -> Facts:
    """Return the title of `policy` in `language` and its stable paths."""
    return {
        "id": policy.id,
        "title": policy.title(language),
        "title_language": str(policy.title_language(language)),
        "page": address.policy_page(policy, language),
        "history": address.history_page(policy, language),
        "compare": address.compare_page(policy, language),
        "feed": address.feed_file(policy),
        "timemap": address.timemap_file(policy),
        "versions": address.versions_file(policy),
        "binding_language": policy.binding_language.name_in(language.interface),
        "binding_page": address.policy_page(policy, policy.binding_language),
    }


def version_facts(policy: Policy, version: Version, language: Language) -> Facts:
    """Return the instants and the level of `version`, its page, and the version it amends.

    The page is in `language`, or in the binding language if the version has no edition in `language`.
    """
    return {
        **reference_facts(policy, version, language),
        "seq": version.seq,
        "change": str(version.change),
        "published_at": version.published_at,
        "effective_at": version.effective_at,
        "effective_at_new": version.effective_at_new,
        "enforce_at": version.enforce_at,
        "never_enforced": version.never_enforced,
        "retroactive": version.retroactive,
        "amends": reference_facts(policy, policy.original(version), language) if version.amends else None,
    }


def reference_facts(policy: Policy, version: Version, language: Language) -> Facts:
    """Return the label of `version`, and its page in `language` or else in the binding language."""
    shown = language if version.edition(language) else policy.binding_language
    return {"label": version.label.text, "page": address.version_page(policy, version, shown)}


def standing(policy: Policy, version: Version, now: datetime, interval: Interval | None) -> Facts:
    """Return the state of `version` at `now`, the interval in which it applies, and its state after that.

    `interval` is the interval in which the version is in force, as known at `now`. `state` is “overtaken” if another
    version applies before its effective date, and “withdrawn” if its policy is withdrawn. `start` is None for a version
    that never applies; `then` is “superseded” or “withdrawn”.
    """
    start, end = (interval.start, interval.end) if interval else (None, None)
    then, gone = PolicyState.SUPERSEDED.value, policy.withdrawn
    if gone and start and (end is None or gone.at < end):
        end, then = gone.at, "withdrawn"
    applies = start is not None and (end is None or start < end)
    if version.is_cancelled(now):
        state = PolicyState.CANCELLED.value
    elif end is not None and end <= now:
        state = then
    elif not applies:
        state = "overtaken" if interval is None else "withdrawn"
    else:
        state = (PolicyState.IN_FORCE if version.effective_at <= now else PolicyState.ANNOUNCED).value
    return {"state": state, "start": start if applies else None, "end": end if applies else None, "then": then}


def withdrawal_facts(policy: Policy) -> Facts | None:
    """Return the instant from which `policy` no longer applies and the reason, or None."""
    gone = policy.withdrawn
    return {"at": gone.at, "reason": gone.reason} if gone else None


def edition_facts(policy: Policy, version: Version, edition: Edition) -> Facts:
    """Return how to verify `edition`, its author's summary, and its relation to the binding text."""
    return {
        "language": str(edition.language),
        "language_name": edition.language.own_name,
        "direction": edition.language.direction,
        "digest": edition.digest.hex,
        "size": edition.size,
        "file": address.text_file(policy, version, edition.language),
        "summary": summary_facts(edition),
        "mark": mark_of(policy, version, edition),
        "binding_page": address.version_page(policy, version, policy.binding_language),
    }


def summary_facts(*editions: Edition | None) -> list[Facts]:
    """Return the author's summaries of the changes in `editions`."""
    texts = filter(None, editions)
    return [{"section": point.section, "text": point.text} for edition in texts for point in edition.summary]


def mark_of(policy: Policy, version: Version, edition: Edition) -> str:
    """Return the relation of `edition` to the binding text: `translation`, `lags`, or empty for the binding text.

    A translation lags if it was made from a text other than the binding text of this version, or if its source is not
    stated.
    """
    binding = version.edition(policy.binding_language)
    if binding is None or edition.language == policy.binding_language:
        return ""
    return "translation" if edition.translates == binding.digest else "lags"


def neighbour_facts(policy: Policy, version: Version, neighbour: Version | None, language: Language) -> Facts | None:
    """Return the version before or after `version`, and the redline between the two if both exist in `language`."""
    if neighbour is None:
        return None
    old, new = sorted((version, neighbour), key=place_of)
    both = old.edition(language) and new.edition(language)
    return {
        **version_facts(policy, neighbour, language),
        "redline": address.redline_page(policy, old, new, language) if both else None,
    }


def alternates(languages: Iterable[Language], binding: Language, page: Callable[[Language], str]) -> Relations:
    """Return the links to a page in other `languages`; the default for readers of further languages is `binding`."""
    tags = tuple(languages)
    rows = [{"rel": "alternate", "href": page(language), "hreflang": str(language)} for language in tags]
    default = [{"rel": "alternate", "href": page(binding), "hreflang": "x-default"}] if binding in tags else []
    return (*rows, *default)


def named_languages(languages: Iterable[Language], page: Callable[[Language], str]) -> list[Facts]:
    """Return the name of each of `languages` in that language, with its `page`."""
    return [{"tag": str(language), "name": language.own_name, "page": page(language)} for language in languages]


def evidence_facts(evidence: Evidence | None) -> Facts | None:
    """Return the data of the first commit that contains a text."""
    if evidence is None:
        return None
    return {"commit": evidence.commit, "committed": evidence.committed, "subject": evidence.subject}


def relations_of(policy: Policy, language: Language) -> Iterator[Mapping[str, str]]:
    """Return the link relations of any page of `policy` (RFC 5829, RFC 6903)."""
    current = address.policy_page(policy, language)
    yield {"rel": "latest-version", "href": current}
    yield {"rel": "version-history", "href": address.history_page(policy, language)}
    if policy.kind in _LICENCE_RELATIONS:
        yield {"rel": _LICENCE_RELATIONS[policy.kind], "href": current}
    yield {"rel": "alternate", "href": address.feed_file(policy), "type": "application/atom+xml"}
    yield {"rel": "timemap", "href": address.timemap_file(policy), "type": "application/link-format"}


def announced_facts(policy: Policy, language: Language, now: datetime) -> list[Facts]:
    """Return every version of `policy` that will apply, as known at `now`, with its summary and its redline.

    The redline is from the version before.
    This excludes versions that are overtaken by another one or that would apply only after the policy's withdrawal.
    """
    current, rows = policy.in_force(now), []
    for version in policy.announced(now):
        stands = standing(policy, version, now, policy.interval(version, now))
        if stands["state"] == "announced":
            edition = version.edition(language) or version.edition(policy.binding_language)
            shown = edition.language if edition else policy.binding_language
            since = address.since_page(policy, current, shown) if current and current.edition(shown) else None
            steps = (step.edition(shown) for step in taking_effect_with(policy.public(now), version, now))
            summary = {"summary": summary_facts(*steps), "language": str(shown), "since": since}
            rows.append({**version_facts(policy, version, language), **stands, **summary})
    return rows


def languages_of(policy: Policy, now: datetime) -> tuple[Language, ...]:
    """Return every language of the public versions of `policy`, the binding one first."""
    public = {language for version in policy.public(now) for language in version.languages}
    return (policy.binding_language, *sorted(public - {policy.binding_language}))


def calendar_of(policy: Policy, now: datetime) -> str | None:
    """Return the path of the calendar of `policy`, or None if it has no date."""
    return address.calendar_file(policy) if has_dates(policy, now) else None


def current_facts(policy: Policy, language: Language, now: datetime) -> Facts | None:
    """Return the version of `policy` in force at `now` and its state; None if no version is in force."""
    version = policy.in_force(now)
    if version is None:
        return None
    interval = policy.interval(version, now)
    return {**version_facts(policy, version, language), **standing(policy, version, now, interval)}
