"""The file that names the digest of every redline and since file of a policy, and is itself named by its digest.

Invariants: the digests are those of the files of this build; nothing is read while the files are the same as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inforce.manifest import digests_file, digests_named
from inforce.publication import Publication
from inforce.site.build.cache import key_of
from inforce.site.build.parallel import Files, Work
from inforce.text import Digest

# What stands for a digest before it is known: all of them are equally long.
_UNKNOWN = Digest.of(b"")


def make_version_digests(work: Work, files: Mapping[str, str]) -> Files:
    """Make the digests of every policy of `work`; `files` are the cache keys of its redlines and since files."""
    made: Files = {}
    cache = work.cache
    for policy in work.publication.policies:
        named_by_key = work.publication.version_digests(policy, files.__getitem__)
        key = key_of("version digests", named_by_key.decode(), work.made_by)
        if not cache.holds(key):
            content = work.publication.version_digests(
                policy, lambda place: str(Digest.of(cache.require(files[place])))
            )
            cache.keep(key, content)
        made[digests_file(policy.id, Digest.of(cache.require(key)))] = key
    return made


def versions_digests(addresses: Iterable[str]) -> dict[str, Digest]:
    """Return by policy id the digest that the file of its digests is named by, among the `addresses` of a site."""
    return dict(named for place in addresses if (named := digests_named(place)))


def unknown_digests(publication: Publication) -> dict[str, Digest]:
    """Return a digest for each policy of `publication`, as long as the one that is not known before a build."""
    return {policy.id: _UNKNOWN for policy in publication.policies}
