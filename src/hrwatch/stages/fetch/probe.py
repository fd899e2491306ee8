"""What fetching rests on, looked at without fetching: names that resolve, certificates to trust."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime

from hrwatch import proxies
from hrwatch.errors import ProxyUnreachable
from hrwatch.model.settings import FetchSettings
from hrwatch.proxies import Speech
from hrwatch.stages.fetch import through
from hrwatch.stages.fetch.addresses import address, host_of
from hrwatch.stages.fetch.guard import Guard
from hrwatch.stages.fetch.network import GuardedBackend
from hrwatch.stages.fetch.resolving import lookup
from hrwatch.stages.fetch.ways import ANYWHERE, tls_context

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Authorities:
    """How many certificate authorities are trusted."""

    valid: int
    expired: int


async def addresses(url: str, settings: FetchSettings) -> tuple[str, ...]:
    """Given a feed's address, return the addresses of its host, all of them allowed; raise
    FetchError. The loop stands still meanwhile: for a loop of its own."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return lookup(host, port)

    target = address(url)
    backend = GuardedBackend(Guard(settings.allow_addresses), resolve, most_bytes=0)
    return await backend.checked(host_of(target), target.port or _DEFAULT_PORTS[target.scheme])


async def greet_proxy(value: str, settings: FetchSettings) -> None:
    """Look whether somebody answers where a proxy is said to be, and, of SOCKS, whether it takes
    us; raise FetchError. The loop stands still meanwhile: for a loop of its own."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return lookup(host, port)

    proxy = proxies.parse(value)
    handshake = through.greet if proxy.speech is Speech.SOCKS else None
    dial = GuardedBackend(Guard(ANYWHERE), resolve, most_bytes=0)
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            stream = await through.ThroughProxy(proxy, dial, handshake).connect_tcp("", 0)
    except TimeoutError as error:
        raise ProxyUnreachable(f"the proxy {proxy} does not answer") from error
    await stream.aclose()


def authorities(settings: FetchSettings, now: datetime) -> Authorities:
    """Return who is trusted at `now`; raise FetchError where `ca_file` cannot be read."""
    ends = [
        ssl.cert_time_to_seconds(str(one["notAfter"]))
        for one in tls_context(settings).get_ca_certs()
    ]
    valid = sum(end > now.timestamp() for end in ends)
    return Authorities(valid, len(ends) - valid)
