"""Asking a site's robots.txt before its pages: once a day for each origin, never twice at once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx

from hrwatch.errors import (
    BadEncoding,
    BadStatus,
    Disallowed,
    FetchError,
    ProxyUnreachable,
    RobotsUnread,
    Unreachable,
)
from hrwatch.stages.fetch.addresses import host_of, origin_of
from hrwatch.stages.fetch.robots import EVERYTHING, Rules, parse
from hrwatch.stages.fetch.ways import Way

KEPT = timedelta(days=1)  # RFC 9309, 2.4
KEPT_UNREAD = timedelta(minutes=10)  # the site is out of order: its pages are not asked either
MOST_ORIGINS = 10_000
SHORT = 20_000  # bytes; nearly every robots.txt there is
MOST_TEXT = 8_000_000  # characters of rules, all origins together

Ask = Callable[[httpx.URL, Way], Awaitable[bytes]]


@dataclass(slots=True)
class _Place:
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules = EVERYTHING
    trouble: str = ""  # why the rules could not be read: then everything is disallowed
    until: datetime | None = None

    def is_known(self, now: datetime) -> bool:
        return self.until is not None and now < self.until <= now + KEPT


class Permissions:
    """What the sites allow, as far as it was asked for lately."""

    def __init__(self, ask: Ask, clock: Callable[[], datetime]) -> None:
        """`ask` fetches a robots.txt politely: its head at least; raise FetchError."""
        self._ask = ask
        self._clock = clock
        self._places: OrderedDict[tuple[object, ...], _Place] = OrderedDict()

    async def granted(self, target: httpx.URL, way: Way) -> timedelta:
        """Return the gap that the site wants between two requests; raise Disallowed where it does
        not want `target` read, or its robots.txt cannot be had."""
        place = self._place(target, way)
        if not place.is_known(self._clock()):
            async with place.asking:  # whoever comes meanwhile waits for the same answer
                if not place.is_known(self._clock()):
                    await self._read(place, target, way)
                    self._forget_some()
        return self._judged(place, target)

    def granted_already(self, target: httpx.URL, way: Way) -> bool:
        """Say whether `target` is known to be allowed, without asking anybody."""
        place = self._places.get(_key(target, way))
        return (
            place is not None
            and place.is_known(self._clock())
            and not place.trouble
            and _allows(place.rules, target)
        )

    def _place(self, target: httpx.URL, way: Way) -> _Place:
        key = _key(target, way)
        place = self._places.setdefault(key, _Place())
        self._places.move_to_end(key)
        return place

    async def _read(self, place: _Place, target: httpx.URL, way: Way) -> None:
        kept, place.rules, place.trouble = KEPT, EVERYTHING, ""
        try:
            body = await self._ask(target.copy_with(raw_path=b"/robots.txt"), way)
            # A hostile half megabyte takes up to a second, and nobody else is to wait for it.
            is_short = len(body) <= SHORT
            place.rules = parse(body) if is_short else await asyncio.to_thread(parse, body)
        except ProxyUnreachable:
            raise  # it says nothing of the site
        except (Unreachable, BadEncoding) as error:
            kept, place.trouble = KEPT_UNREAD, str(error)
        except BadStatus as error:
            # "Unavailable" allows everything, "unreachable" nothing (RFC 9309, 2.3.1.3 and 4).
            if (
                error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                or error.status == HTTPStatus.TOO_MANY_REQUESTS
            ):
                kept, place.trouble = KEPT_UNREAD, str(error)
        except FetchError:
            pass  # a redirect to nowhere, or to where we do not go: there is none (2.3.1.2)
        place.until = self._clock() + kept

    def _forget_some(self) -> None:
        """Keep the origins that were asked for last; where there is more text than is to be kept,
        the longest go first, so that hostile ones displace each other and nobody else."""
        while len(self._places) > MOST_ORIGINS:
            self._places.popitem(last=False)
        text = sum(len(place.rules.text) for place in self._places.values())
        while text > MOST_TEXT:
            # Of equally long ones, the one that was asked for longest ago.
            longest = max(self._places, key=lambda key: len(self._places[key].rules.text))
            text -= len(self._places.pop(longest).rules.text)

    def _judged(self, place: _Place, target: httpx.URL) -> timedelta:
        host = host_of(target)
        if place.trouble:
            raise RobotsUnread(
                f"robots.txt of {host} cannot be read, so its pages are left alone for now "
                f"({place.trouble})"
            )
        if not _allows(place.rules, target):
            raise Disallowed(f"robots.txt of {host} asks not to read this page")
        return place.rules.delay


def _key(target: httpx.URL, way: Way) -> tuple[object, ...]:
    # What a site tells one exit of a proxy, it may not tell another address.
    return (way.proxy, *origin_of(target))


def _allows(rules: Rules, target: httpx.URL) -> bool:
    return rules.allow(target.raw_path.decode("ascii", "replace"))
