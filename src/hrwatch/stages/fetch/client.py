"""The fetcher: an address in, a document out, with every bound and refusal in between."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import httpx

from hrwatch.errors import (
    AddressRefused,
    BadRedirect,
    BadStatus,
    FetchError,
    TooLarge,
    Unreachable,
)
from hrwatch.model.feeds import NotModified, Response, Validators
from hrwatch.model.settings import FetchSettings
from hrwatch.stages.fetch import headers
from hrwatch.stages.fetch.addresses import (
    address,
    follow,
    host_of,
    shown,
    without_user,
)
from hrwatch.stages.fetch.decoding import ACCEPTED, Decoder
from hrwatch.stages.fetch.failures import NETWORK_ERRORS, kind, plain_words
from hrwatch.stages.fetch.guard import Guard
from hrwatch.stages.fetch.network import GuardedBackend, Resolve, Resolver, Transport
from hrwatch.stages.fetch.politeness import Politeness
from hrwatch.urls import is_loopback, registrable

_log = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROOM = 256_000  # on the wire, beside the body: the head, and the framing of a small body
# One read of 64 KB may hold 10 000 chunks of a byte each: half a second in which nobody else runs.
_PIECES_AT_A_TIME = 256


@dataclass(frozen=True, slots=True)
class _Moved:
    """An answer that sends us on."""

    location: str


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
        """`resolve` stands in for the system's resolver; raise FetchError where `ca_file` or
        `allow_addresses` cannot be read."""
        # Both write whole addresses, queries with secrets among them, at INFO and DEBUG.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._settings = settings
        self._clock = clock
        self._politeness = Politeness(
            concurrency=settings.concurrency, per_domain=settings.per_domain, gap=settings.gap
        )
        self._resolver = Resolver(settings.concurrency)
        try:
            guard = Guard(settings.allow_addresses)
        except ValueError as error:
            raise FetchError(f"fetch.allow_addresses: {error}") from error
        backend = GuardedBackend(
            guard, resolve or self._resolver, most_bytes=2 * settings.max_bytes + _ROOM
        )
        self._client = httpx.AsyncClient(
            transport=Transport(backend, tls_context(settings), settings.concurrency),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - one deadline of our own around the whole exchange
            headers={
                "User-Agent": headers.user_agent(version, settings.contact),
                "Accept-Encoding": ACCEPTED,
            },
        )

    async def fetch(
        self, url: str, *, validators: Validators | None = None, accept: str = headers.FEEDS
    ) -> Response | NotModified:
        """Given an address and what its server gave to ask again with, return its document;
        raise a FetchError that names host and path, and never a query or a password."""
        visited: tuple[httpx.URL, ...] = (address(url),)
        left = self._settings.timeout.total_seconds()
        loop = asyncio.get_running_loop()
        while True:
            domain = registrable(host_of(visited[-1]))
            self._refuse_beyond_loopback(visited[-1])
            async with self._politeness.turn(domain):
                # A redirect within the domain belongs to the same turn; any other waits for one
                # of its own, and holds none meanwhile. The wait does not use up the deadline.
                while registrable(host_of(visited[-1])) == domain:
                    started_at = loop.time()
                    answer = await self._within(left, visited, validators, accept)
                    left -= loop.time() - started_at
                    if not isinstance(answer, _Moved):
                        return answer
                    visited = (*visited, follow(visited, answer.location))
                    self._refuse_beyond_loopback(visited[-1])
                    self._note(visited)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        self._resolver.close()

    def _refuse_beyond_loopback(self, target: httpx.URL) -> None:
        if self._settings.loopback_only and not is_loopback(host_of(target)):
            raise AddressRefused(
                f"{shown(target)}: nobody is asked while fetch.contact is the shipped example; "
                "set it to an address where a site's operator can reach you"
            )

    def _note(self, visited: tuple[httpx.URL, ...]) -> None:
        if visited[-2].scheme == "https" and visited[-1].scheme == "http":
            # What is read there can be altered on the way.
            _log.warning("event=redirected-to-http address=%s", shown(visited[-2]))

    async def _within(
        self,
        seconds: float,
        visited: tuple[httpx.URL, ...],
        validators: Validators | None,
        accept: str,
    ) -> Response | NotModified | _Moved:
        """One request within what is left of the deadline; every failure becomes a FetchError."""
        target = visited[-1]
        try:
            async with asyncio.timeout(max(seconds, 0)) as deadline:
                return await self._exchange(visited, validators, accept)
        except BadStatus:
            raise
        except FetchError as error:
            raise type(error)(f"{shown(target)}: {error}") from error
        except NETWORK_ERRORS as error:
            if deadline.expired():
                whole = self._settings.timeout.total_seconds()
                words = f"no complete answer within {whole:g} s"
                raise Unreachable(f"{shown(target)}: {words}") from error
            raise kind(error)(f"{shown(target)}: {plain_words(error)}") from error

    async def _exchange(
        self, visited: tuple[httpx.URL, ...], validators: Validators | None, accept: str
    ) -> Response | NotModified | _Moved:
        target = visited[-1]
        # Validators belong to the address that gave them: elsewhere an equal-looking tag or a
        # later date would pass for "not modified".
        asked = headers.conditional(validators) if len(visited) == 1 else {}
        request = self._client.build_request("GET", target, headers={"Accept": accept, **asked})
        try:
            answer = await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Nothing below raises these: httpx reads a Location ahead, followed or not.
            raise BadRedirect("it redirects to what is no http(s) address") from error
        try:
            now = self._clock()
            if answer.status_code in _REDIRECTS:
                return _Moved(answer.headers.get("location", ""))
            if answer.status_code == HTTPStatus.NOT_MODIFIED and asked and validators:
                return await self._not_modified(answer, target, validators, now)
            if answer.status_code != HTTPStatus.OK:
                raise self._bad_status(answer, target, now)
            return await self._document(answer, visited, now)
        finally:
            await answer.aclose()

    async def _not_modified(
        self, answer: httpx.Response, target: httpx.URL, validators: Validators, now: datetime
    ) -> NotModified:
        async for _ in answer.aiter_raw():
            pass  # it has no body; read to its end, the connection can be used again
        fresh = headers.validators(answer.headers)
        return NotModified(
            url=without_user(target),
            validators=Validators(
                etag=fresh.etag or validators.etag,
                last_modified=fresh.last_modified or validators.last_modified,
            ),
            max_age=headers.max_age(answer.headers, now),
            fetched_at=now,
            retry_after=headers.retry_after(answer.headers, now),
        )

    def _bad_status(self, answer: httpx.Response, target: httpx.URL, now: datetime) -> BadStatus:
        wait = headers.retry_after(answer.headers, now)
        status = answer.status_code
        return BadStatus(
            f"{shown(target)}: {_status_words(status)}",
            status,
            None if wait is None else wait.total_seconds(),
        )

    async def _document(
        self, answer: httpx.Response, visited: tuple[httpx.URL, ...], now: datetime
    ) -> Response:
        limit = self._settings.max_bytes
        decoder = Decoder(answer.headers.get("content-encoding", ""), limit)
        declared = answer.headers.get("content-length", "")
        if declared.isdigit() and int(declared[:20]) > limit:
            raise TooLarge(f"{int(declared[:20])} bytes are announced, {limit} are allowed")
        pieces = 0
        async for chunk in answer.aiter_raw():
            decoder.feed(chunk)
            pieces += 1
            if pieces % _PIECES_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return Response(
            url=without_user(visited[-1]),
            requested_url=without_user(visited[0]),
            status=answer.status_code,
            headers=tuple(answer.headers.multi_items()),
            content_type=answer.headers.get("content-type", ""),
            body=decoder.finish(),
            validators=headers.validators(answer.headers) if len(visited) == 1 else Validators(),
            retry_after=headers.retry_after(answer.headers, now),
            max_age=headers.max_age(answer.headers, now),
            fetched_at=now,
        )


def tls_context(settings: FetchSettings) -> ssl.SSLContext:
    """Return the one TLS context of the process: building it costs tens of milliseconds."""
    context = httpx.create_ssl_context(trust_env=False)
    if settings.ca_file is not None:
        try:
            context.load_verify_locations(cafile=settings.ca_file)
        except OSError as error:
            raise FetchError(f"fetch.ca_file {settings.ca_file} cannot be read: {error}") from error
    return context


def _status_words(status: int) -> str:
    try:
        return f"the server answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the server answers {status}"
