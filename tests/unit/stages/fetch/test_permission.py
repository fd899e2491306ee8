"""robots.txt remembered: of how many origins, and that no origin displaces the others."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import httpx
import pytest

from hrwatch.errors import Disallowed
from hrwatch.stages.fetch import permission, robots
from hrwatch.stages.fetch.permission import Permissions
from hrwatch.stages.fetch.ways import Way

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEALTHY = b"User-agent: *\nDisallow: /private\n"
HOSTILE = b"User-agent: *\n" + b"".join(b"Disallow: /%0120d\n" % n for n in range(4_000))


def asked(hosts: Iterable[str]) -> tuple[Counter[str], Permissions]:
    """Ask for a page of each host in turn; return how often each robots.txt was read."""
    counts = Counter[str]()

    async def ask(target: httpx.URL, _: Way) -> bytes:
        counts[target.host] += 1
        return HOSTILE if target.host.startswith("hostile") else HEALTHY

    permissions = Permissions(ask, lambda: NOW)

    async def work() -> None:
        for host in hosts:
            await permissions.granted(httpx.URL(f"https://{host}/story"), Way())

    asyncio.run(work())
    return counts, permissions


def test_origins_asked_in_turn_are_asked_once_each() -> None:
    hosts = [f"h{n}.example" for n in range(1_200)]

    counts, _ = asked(hosts * 3)

    assert set(counts.values()) == {1}


def test_healthy_origins_are_kept_whatever_hostile_ones_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(permission, "MOST_TEXT", 5 * robots.MOST_TEXT)
    healthy = [f"h{n}.example" for n in range(200)]
    hostile = [f"hostile{n}.example" for n in range(20)]

    counts, permissions = asked([*healthy, *hostile, *healthy])

    assert {counts[host] for host in healthy} == {1}
    texts = [len(place.rules.text) for place in permissions._places.values()]
    assert sum(texts) <= permission.MOST_TEXT
    assert max(texts) <= robots.MOST_TEXT


def test_origins_asked_longest_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permission, "MOST_ORIGINS", 3)

    counts, permissions = asked(["a", "b", "c", "a", "d", "a", "b"])

    assert counts == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert len(permissions._places) == 3


def test_origin_that_is_not_known_is_granted_nothing_and_takes_no_place() -> None:
    _, permissions = asked(["a"])

    assert permissions.granted_already(httpx.URL("https://a/story"), Way())
    assert not permissions.granted_already(httpx.URL("https://a/private"), Way())
    assert not permissions.granted_already(httpx.URL("https://b/story"), Way())
    assert len(permissions._places) == 1


def test_origin_that_was_just_forgotten_for_its_length_is_judged_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(permission, "MOST_TEXT", 10)

    with pytest.raises(Disallowed):
        asyncio.run(_private())


async def _private() -> None:
    async def ask(_: httpx.URL, __: Way) -> bytes:
        return HEALTHY

    await Permissions(ask, lambda: NOW).granted(httpx.URL("https://a/private"), Way())
