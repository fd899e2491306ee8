"""One request and its answer, within what is left of the deadline and of the bytes."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import httpx

from hrwatch.errors import (
    BadRedirect,
    BadStatus,
    FetchError,
    ProxyUnreachable,
    TooLarge,
    Unreachable,
)
from hrwatch.model.feeds import NotModified, Response, Validators
from hrwatch.proxies import Speech
from hrwatch.stages.fetch import headers
from hrwatch.stages.fetch.addresses import shown
from hrwatch.stages.fetch.decoding import Decoder
from hrwatch.stages.fetch.failures import NETWORK_ERRORS, kind, plain_words
from hrwatch.stages.fetch.through import WANTS_LOGIN
from hrwatch.stages.fetch.transport import CERTIFICATE
from hrwatch.stages.fetch.ways import Way, Ways

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# One read of 64 KB may hold 10 000 chunks of a byte each: half a second in which nobody else runs.
_PIECES_AT_A_TIME = 256


@dataclass(frozen=True, slots=True)
class Errand:
    """What is wanted of an address, and how much it may take."""

    way: Way
    home: httpx.URL  # the feed's own address, on whose behalf it is asked
    accept: str
    seconds: float  # for the whole exchange, redirects included
    most_bytes: int
    validators: Validators | None = None
    is_page: bool = False  # nobody's own choice of an address: robots.txt and rests are kept
    head_only: bool = False  # of a longer document the first `most_bytes` will do


@dataclass(frozen=True, slots=True)
class Moved:
    """An answer that sends us on."""

    location: str
    status: int

    @property
    def for_good(self) -> bool:
        """Whether the old address need not be asked again."""
        return self.status in _FOR_GOOD


Visited = tuple[httpx.URL, ...]
Answer = Response | NotModified | Moved


class Exchange:
    """Asks one server for one document."""

    def __init__(self, ways: Ways, clock: Callable[[], datetime]) -> None:
        self._ways = ways
        self._clock = clock

    async def ask(self, errand: Errand, visited: Visited, left: float) -> Answer:
        """Given the addresses visited so far, ask the last one, within `left` seconds; every
        failure becomes a FetchError."""
        target = visited[-1]
        try:
            async with asyncio.timeout(max(left, 0)) as deadline:
                return await self._answer(errand, visited)
        except BadStatus:
            raise
        except FetchError as error:
            raise type(error)(f"{shown(target)}: {error}") from error
        except NETWORK_ERRORS as error:
            if deadline.expired():
                words = f"no complete answer within {errand.seconds:g} s"
                raise Unreachable(f"{shown(target)}: {words}") from error
            raise kind(error)(f"{shown(target)}: {plain_words(error)}") from error

    async def _answer(self, errand: Errand, visited: Visited) -> Answer:
        target = visited[-1]
        client = self._ways.client(errand.way)
        # Validators belong to the address that gave them: elsewhere an equal-looking tag or a
        # later date would pass for "not modified".
        asked = headers.conditional(errand.validators) if len(visited) == 1 else {}
        request = client.build_request("GET", target, headers={"Accept": errand.accept, **asked})
        try:
            answer = await client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Nothing below raises these: httpx reads a Location ahead, followed or not.
            raise BadRedirect("it redirects to what is no http(s) address") from error
        try:
            now = self._clock()
            if answer.status_code in _REDIRECTS:
                location = answer.headers.get("location", "")
                return Moved(location, answer.status_code)
            if answer.status_code == HTTPStatus.NOT_MODIFIED and asked:
                return await _not_modified(answer, target, now)
            if _wants_login(answer, target, errand.way):
                raise ProxyUnreachable(WANTS_LOGIN)
            if answer.status_code != HTTPStatus.OK:
                raise _bad_status(answer, target, now)
            return _document(answer, visited, await _body(answer, errand), now)
        finally:
            await answer.aclose()


def _wants_login(answer: httpx.Response, target: httpx.URL, way: Way) -> bool:
    """Say whether the proxy itself answers, which it does for plain http alone: within a tunnel it
    is the site."""
    is_asked_itself = way.proxy is not None and way.proxy.speech is Speech.HTTP
    is_refusal = answer.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    return is_refusal and is_asked_itself and target.scheme == "http"


async def _not_modified(answer: httpx.Response, target: httpx.URL, now: datetime) -> NotModified:
    async for _ in answer.aiter_raw():
        pass  # it has no body; read to its end, the connection can be used again
    return NotModified(
        url=str(target),
        max_age=headers.max_age(answer.headers),
        expires=headers.expires(answer.headers, now),
        fetched_at=now,
        retry_after=headers.retry_after(answer.headers, now),
    )


def _bad_status(answer: httpx.Response, target: httpx.URL, now: datetime) -> BadStatus:
    wait = headers.retry_after(answer.headers, now)
    status = answer.status_code
    return BadStatus(
        f"{shown(target)}: {_status_words(status)}",
        status,
        None if wait is None else wait.total_seconds(),
    )


async def _body(answer: httpx.Response, errand: Errand) -> bytes:
    limit = errand.most_bytes
    decoder = Decoder(answer.headers.get("content-encoding", ""), limit)
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > limit and not errand.head_only:
        raise TooLarge(f"{int(declared[:20])} bytes are announced, {limit} are allowed")
    pieces = 0
    try:
        async for chunk in answer.aiter_raw():
            decoder.feed(chunk)
            pieces += 1
            if pieces % _PIECES_AT_A_TIME == 0:
                await asyncio.sleep(0)
    except TooLarge:
        if errand.head_only:
            return decoder.so_far()
        raise
    return decoder.finish()


def _document(answer: httpx.Response, visited: Visited, body: bytes, now: datetime) -> Response:
    certificate = answer.extensions.get(CERTIFICATE)
    return Response(
        url=str(visited[-1]),
        requested_url=str(visited[0]),
        status=answer.status_code,
        # As they came: latin-1 gives every byte a character, and can be undone.
        headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in answer.headers.raw),
        content_type=answer.headers.get("content-type", ""),
        body=body,
        validators=headers.validators(answer.headers) if len(visited) == 1 else Validators(),
        retry_after=headers.retry_after(answer.headers, now),
        max_age=headers.max_age(answer.headers),
        expires=headers.expires(answer.headers, now),
        fetched_at=now,
        certificate_sha256=None if certificate is None else hashlib.sha256(certificate).hexdigest(),
    )


def _status_words(status: int) -> str:
    try:
        return f"the server answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the server answers {status}"
