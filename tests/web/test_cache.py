from __future__ import annotations

from gyeol.web.cache import Cache


def test_what_was_longest_unused_goes_first() -> None:
    cache = Cache(30)
    for name in "abc":
        cache.put(name, b"x" * 10)
    assert cache.get("a") == b"x" * 10
    cache.put("d", b"x" * 10)
    assert cache.get("b") is None
    assert [cache.get(name) is not None for name in "acd"] == [True] * 3
    assert cache.size == 30


def test_it_never_holds_more_than_its_limit() -> None:
    cache = Cache(25)
    cache.put("huge", b"x" * 26)
    assert cache.get("huge") is None
    cache.put("a", b"x" * 20)
    cache.put("a", b"x" * 5)
    assert cache.size == 5
    cache.put("b", b"x" * 24)
    assert cache.size == 24
    assert cache.get("a") is None
