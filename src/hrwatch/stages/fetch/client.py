"""The fetcher: an address in, a document out, with every bound and refusal in between."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from hrwatch.errors import AddressRefused, FetchError
from hrwatch.model.feeds import NotModified, Redirect, Response, Route, Validators
from hrwatch.model.settings import FetchSettings
from hrwatch.stages.fetch import headers, robots
from hrwatch.stages.fetch.addresses import address, follow, host_of, origin_of, shown
from hrwatch.stages.fetch.exchange import Answer, Errand, Exchange, Moved, Visited
from hrwatch.stages.fetch.patience import Patience
from hrwatch.stages.fetch.permission import Permissions
from hrwatch.stages.fetch.politeness import Politeness
from hrwatch.stages.fetch.resolving import Resolve, Resolver
from hrwatch.stages.fetch.ways import Way, Ways
from hrwatch.urls import is_loopback, registrable

_log = logging.getLogger(__name__)

# For each request at once: a lookup that hangs outlives its request, often by several deadlines,
# and is not to take the thread of a healthy name.
_LOOKUPS = 4
_ROBOTS_WITHIN = timedelta(seconds=20)
_MOST_NOTED = 1_000  # sites; whoever leads us to more of them is not to fill the log
_USUAL = Route()


class Fetcher:
    """Asks servers for documents: politely, within bounds, and only where the guard allows it.

    One for the whole process; any number of fetches may run at the same time in one event loop.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], datetime],
        version: str,
        resolve: Resolve | None = None,
    ) -> None:
        """`resolve` stands in for the system's resolver; raise FetchError where `ca_file`,
        `allow_addresses` or `proxy` cannot be read."""
        # Both write whole addresses, queries with secrets among them, at INFO and DEBUG.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._settings = settings
        self._clock = clock
        self._politeness = Politeness(
            concurrency=settings.concurrency, per_domain=settings.per_domain, gap=settings.gap
        )
        self._resolver = Resolver(_LOOKUPS * settings.concurrency)
        self._ways = Ways(settings, resolve or self._resolver, version)
        self._exchange = Exchange(self._ways, clock)
        self._patience = Patience()
        self._permissions = Permissions(self._robots, clock)
        self._opened: set[tuple[str, str, int]] = set()

    async def fetch(  # noqa: PLR0913 - what is asked, how it is asked again, and on whose behalf
        self,
        url: str,
        *,
        validators: Validators | None = None,
        accept: str = headers.FEEDS,
        route: Route = _USUAL,
        home: str | None = None,
        obey_robots: bool = False,
    ) -> Response | NotModified:
        """Given an address and what its server gave to ask again with, return its document;
        raise a FetchError that names host and path, and never a query or a password.

        `route` is a feed's, `home` the feed's address where `url` is another: the pinned
        certificate is its host's. With `obey_robots`, for an address that the operator did not
        write, robots.txt is obeyed, and a domain whose pages fail is left alone for a while, by
        this feed.
        """
        first = address(url)
        asker = address(home) if home else first
        errand = Errand(
            way=self._ways.way(route, host_of(asker)),
            home=asker,
            accept=accept,
            seconds=self._settings.timeout.total_seconds(),
            most_bytes=self._settings.max_bytes,
            validators=validators,
            is_page=obey_robots,
        )
        return await self._run(errand, first)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._ways.aclose()
        self._resolver.close()

    async def _run(self, errand: Errand, first: httpx.URL) -> Response | NotModified:
        visited: Visited = (first,)
        left = errand.seconds
        moves: tuple[Moved, ...] = ()
        loop = asyncio.get_running_loop()
        while True:
            domain = registrable(host_of(visited[-1]))
            gap = await self._admitted(errand, visited[-1])
            async with self._politeness.turn(domain, gap):
                # A redirect within the domain belongs to the same turn; any other waits for one
                # of its own, and holds none meanwhile. The wait does not use up the deadline.
                stays = True
                while stays:
                    started_at = loop.time()
                    answer = await self._asked(errand, visited, left)
                    left -= loop.time() - started_at
                    if not isinstance(answer, Moved):
                        return _told_moved(answer, visited, moves)
                    moves = (*moves, answer)
                    visited = (*visited, follow(visited, answer.location))
                    self._refuse_beyond_loopback(visited[-1])
                    self._note(visited)
                    stays = registrable(host_of(visited[-1])) == domain and (
                        not errand.is_page
                        or self._permissions.granted_already(visited[-1], errand.way)
                    )

    async def _admitted(self, errand: Errand, target: httpx.URL) -> timedelta:
        """Return the gap that the site wants; raise a FetchError where it is not to be asked."""
        self._refuse_beyond_loopback(target)
        if not errand.is_page:
            return timedelta(0)
        self._ask_patience(errand, target)
        return await self._permissions.granted(target, errand.way)

    async def _asked(self, errand: Errand, visited: Visited, left: float) -> Answer:
        """One request; how a page comes out is remembered of its domain."""
        if not errand.is_page:
            return await self._exchange.ask(errand, visited, left)
        self._ask_patience(errand, visited[-1])  # while we waited, others may have failed
        key = _standing_of(errand, visited[-1])
        try:
            answer = await self._exchange.ask(errand, visited, left)
        except FetchError as error:
            self._patience.note(key, error, self._clock())
            raise
        self._patience.note(key, None, self._clock())
        return answer

    def _ask_patience(self, errand: Errand, target: httpx.URL) -> None:
        domain = registrable(host_of(target))
        self._patience.ask(_standing_of(errand, target), domain, self._clock())

    async def _robots(self, target: httpx.URL, way: Way) -> bytes:
        within = min(_ROBOTS_WITHIN, self._settings.timeout).total_seconds()
        accept = "text/plain, */*;q=0.1"
        errand = Errand(way, target, accept, within, robots.MOST_BYTES, head_only=True)
        answer = await self._run(errand, target)
        return answer.body if isinstance(answer, Response) else b""

    def _note(self, visited: Visited) -> None:
        """Log, once for each site, that it sends us to where what is read can be altered."""
        origin = origin_of(visited[-2])
        if (visited[-2].scheme, visited[-1].scheme) != ("https", "http") or origin in self._opened:
            return
        if len(self._opened) < _MOST_NOTED:
            self._opened.add(origin)
            # The site, not the page: what is removed from the archive must not stand in a log.
            _, host, port = origin
            _log.warning("event=redirected-to-http address=%s", f"{host}:{port}")

    def _refuse_beyond_loopback(self, target: httpx.URL) -> None:
        if self._settings.loopback_only and not is_loopback(host_of(target)):
            raise AddressRefused(
                f"{shown(target)}: nobody is asked while fetch.contact is the shipped example; "
                "set it to an address where a site's operator can reach you"
            )


def _standing_of(errand: Errand, target: httpx.URL) -> object:
    """Return whose experience counts for a page: that of the feeds of the same site, else this
    feed's own. A feed chooses what it links to, and could make any site look as if it limps."""
    domain = registrable(host_of(target))
    is_at_home = registrable(host_of(errand.home)) == domain
    return errand.way.proxy, domain, None if is_at_home else str(errand.home)


def _told_moved(
    answer: Response | NotModified, visited: Visited, moves: Sequence[Moved]
) -> Response | NotModified:
    """Return the answer with the redirects on the way, and with its new address where all of them
    were for good."""
    if isinstance(answer, NotModified) or not moves:
        return answer
    redirects = (Redirect(str(url), move.status) for url, move in zip(visited, moves, strict=False))
    for_good = all(move.for_good for move in moves)
    moved_to = str(visited[-1]) if for_good else None
    return replace(answer, moved_to=moved_to, redirects=tuple(redirects))
