"""Ways to a server: directly or through a proxy, with the usual authorities or a pinned
certificate; one client for each way, made when it is first gone."""

import ssl
from dataclasses import dataclass
from functools import partial

import httpcore
import httpx

from hrwatch import proxies
from hrwatch.errors import FetchError
from hrwatch.model.feeds import Route
from hrwatch.model.settings import FetchSettings
from hrwatch.proxies import Proxy, Speech
from hrwatch.stages.fetch import headers, through
from hrwatch.stages.fetch.decoding import ACCEPTED
from hrwatch.stages.fetch.guard import Guard
from hrwatch.stages.fetch.network import GuardedBackend
from hrwatch.stages.fetch.pinning import Pin
from hrwatch.stages.fetch.resolving import Resolve
from hrwatch.stages.fetch.transport import Transport, pool

_ROOM = 256_000  # on the wire, beside the body: the head, and the framing of a small body
_KEPT_TO_ONE_HOST = 2  # idle connections of a way that was made for one host
ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Way:
    """One way; two feeds with the same one share their connections."""

    proxy: Proxy | None = None
    pinned_host: str = ""
    pinned_sha256: str = ""


class Ways:
    """The clients of the process, all with one TLS context."""

    def __init__(self, settings: FetchSettings, resolve: Resolve, version: str) -> None:
        """Raise FetchError where `ca_file`, `allow_addresses` or `proxy` cannot be read."""
        self._settings = settings
        self._resolve = resolve
        self._version = version
        self._context = tls_context(settings)
        try:
            self._guard = Guard(settings.allow_addresses)
        except ValueError as error:
            raise FetchError(f"fetch.allow_addresses: {error}") from error
        self._general = _proxy(settings.proxy, "fetch.proxy")
        self._clients: dict[Way, httpx.AsyncClient] = {}

    def way(self, route: Route, home: str) -> Way:
        """Given a feed's route and the host of its own address, return the way that is gone for
        all that is asked on its behalf; there is none around a configured proxy."""
        proxy = _proxy(route.proxy, "proxy") or self._general
        if route.tls_sha256 is None:
            return Way(proxy)
        return Way(proxy, home, route.tls_sha256)

    def client(self, way: Way) -> httpx.AsyncClient:
        """Return the client that goes this way, and no other."""
        client = self._clients.get(way)
        if client is None:
            client = self._clients[way] = httpx.AsyncClient(
                transport=self._transport(way),
                trust_env=False,
                follow_redirects=False,
                timeout=None,  # noqa: S113 - one deadline of our own around the whole exchange
                headers={
                    "User-Agent": headers.user_agent(self._version, self._settings.contact),
                    "Accept-Encoding": ACCEPTED,
                },
            )
        return client

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()

    def _transport(self, way: Way) -> Transport:
        pin = Pin(way.pinned_host, way.pinned_sha256) if way.pinned_sha256 else None
        keep = _KEPT_TO_ONE_HOST if pin else self._settings.concurrency
        most_bytes = 2 * self._settings.max_bytes + _ROOM
        if way.proxy is None:
            backend = GuardedBackend(self._guard, self._resolve, most_bytes=most_bytes, pin=pin)
            direct = pool(backend, self._context, keep)
            return Transport({"http": direct, "https": direct})
        # Where the proxy is, the operator wrote: it may be this machine.
        dial = GuardedBackend(Guard(ANYWHERE), self._resolve, most_bytes=most_bytes, pin=pin)
        handshake = through.handshake_of(way.proxy.speech)
        tunnelled = pool(through.ThroughProxy(way.proxy, dial, handshake), self._context, keep)
        plain = tunnelled
        if way.proxy.speech is Speech.HTTP:
            # Most HTTP proxies tunnel to port 443 only, and take plain requests in full.
            asked = httpcore.Proxy(str(way.proxy))
            plain = pool(through.ThroughProxy(way.proxy, dial, None), self._context, keep, asked)
        judge = partial(through.judge, self._guard)
        return Transport({"http": plain, "https": tunnelled}, judge)


def tls_context(settings: FetchSettings) -> ssl.SSLContext:
    """Return the one TLS context of the process: building it costs tens of milliseconds."""
    context = httpx.create_ssl_context(trust_env=False)
    if settings.ca_file is not None:
        try:
            context.load_verify_locations(cafile=settings.ca_file)
        except OSError as error:
            raise FetchError(f"fetch.ca_file {settings.ca_file} cannot be read: {error}") from error
    return context


def _proxy(value: str | None, key: str) -> Proxy | None:
    if value is None:
        return None
    try:
        return proxies.parse(value)
    except ValueError as error:
        raise FetchError(f"{key} {error}") from error
