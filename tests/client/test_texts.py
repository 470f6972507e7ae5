"""The cache of verified texts: its size, and its use by several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from inforce.client.texts import PolicyText, TextStore, WantedText
from inforce.text import Digest


def text(number: int) -> PolicyText:
    markdown = f"# Terms\n\nText {number}.\n"
    digest = Digest.of(markdown)
    return PolicyText(policy="terms", seq=1, version="1", act="accept", language="en", digest=digest, markdown=markdown)


def wanted(number: int) -> WantedText:
    return WantedText(policy="terms", seq=2, version="2", act="consent", language="en", digest=text(number).digest)


def test_full_cache_evicts_the_oldest_text() -> None:
    store = TextStore(room=3)

    for number in range(5):
        store.put(text(number))

    found = [store.find(wanted(number)) for number in range(5)]
    assert [cached.markdown if cached else None for cached in found] == [
        *(None, None),
        *(text(number).markdown for number in (2, 3, 4)),
    ]


def test_cached_text_has_the_requested_version() -> None:
    store = TextStore()
    store.put(text(1))

    cached = store.find(wanted(1))

    assert cached is not None
    assert (cached.seq, cached.version) == (2, "2")


def test_threads_can_fill_the_cache_at_the_same_time() -> None:
    store = TextStore(room=2)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(store.put, [text(number % 50) for number in range(2000)]))

    assert sum(store.find(wanted(number)) is not None for number in range(50)) <= 9
