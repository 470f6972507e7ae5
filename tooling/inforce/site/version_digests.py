"""The file with the digest of every redline and since file of a policy; the name of this file contains its digest.

Invariants: the digests are those of the files of this build; unchanged files are not read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inforce.manifest import digests_file, digests_named
from inforce.publication import Publication
from inforce.site.build.cache import key_of
from inforce.site.build.parallel import Files, Work
from inforce.text import Digest

# Placeholder for a digest that is not known yet; all digests have the same length.
_UNKNOWN = Digest.of(b"")


def make_version_digests(work: Work, files: Mapping[str, str]) -> Files:
    """Create the digest file of every policy of `work`; `files` are the cache keys of its redlines and since files."""
    made: Files = {}
    cache = work.cache
    for policy in work.publication.policies:
        named_by_key = work.publication.version_digests(policy, files.__getitem__)
        key = key_of("version digests", named_by_key.decode(), work.renderer_fingerprint)
        if not cache.contains(key):
            content = work.publication.version_digests(
                policy, lambda place: str(Digest.of(cache.require(files[place])))
            )
            cache.put(key, content)
        made[digests_file(policy.id, Digest.of(cache.require(key)))] = key
    return made


def versions_digests(addresses: Iterable[str]) -> dict[str, Digest]:
    """Return, by policy id, the digest in the name of its digest file among the `addresses` of a site."""
    return dict(named for place in addresses if (named := digests_named(place)))


def unknown_digests(publication: Publication) -> dict[str, Digest]:
    """Return a placeholder digest for each policy of `publication`, with the length of a real one."""
    return {policy.id: _UNKNOWN for policy in publication.policies}
