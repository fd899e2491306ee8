"""Proxies, from how the operator writes one to what it names, and which hosts are asked of one: a
pure helper of the configuration, which judges both, and of `fetch`, which goes there."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

EXPECTED = "write socks5h://127.0.0.1:9050 (Tor), or http://127.0.0.1:3128"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
_LONGEST = 253  # of a host (RFC 1035, 2.3.4)
# Names that mean something of whoever looks them up: this machine, its network, nothing at all
# (RFC 6761, 6762, 8375, and what ICANN set apart or routers give out).
_SPECIAL = (
    *("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home"),
    *("lan", "home.arpa", "in-addr.arpa", "ip6.arpa"),
)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


class Speech(StrEnum):
    """What a proxy is spoken to in."""

    SOCKS = "socks5h"  # names are looked up there, and nowhere else
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where everything goes that goes through it."""

    speech: Speech
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.speech}://{host}:{self.port}"


def parse(value: str) -> Proxy:
    """Given a proxy as the operator writes it, return it; raise ValueError with a sentence for the
    operator, which repeats nothing of the value: a login may stand in it."""
    scheme = value.partition(":")[0].lower()
    if scheme in {"socks", "socks4", "socks4a", "socks5"}:
        raise ValueError(
            "must be socks5h://HOST:PORT, so that names are looked up by the proxy, not here"
        )
    if scheme not in tuple(Speech) or "://" not in value:
        raise ValueError(f"is no proxy that hrwatch knows; {EXPECTED}")
    try:
        parts = urlsplit(value)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise ValueError(f"has no host and port that can be read; {EXPECTED}") from None
    if "@" in parts.netloc:
        raise ValueError(
            "holds a login; this file keeps no secrets, and hrwatch speaks to a proxy without one: "
            "name one that asks for none, on this machine, which logs in to the other"
        )
    if not port or not _is_host(host):
        raise ValueError(f"must name a host and a port; {EXPECTED}")
    if parts.path not in {"", "/"} or "?" in value or "#" in value:
        raise ValueError(f"must be {scheme}://, host and port, and nothing more; {EXPECTED}")
    return Proxy(Speech(scheme), host, port)


def refusal(host: str) -> str | None:
    """Given a host that a proxy would look up, return why it is not to be asked for, such as "a
    name of the local network"; None for an ordinary name, and for a literal address, which is the
    address guard's to judge."""
    name = host.strip("[]").rstrip(".").lower()
    if _is_address(name):
        return None
    last = name.rpartition(".")[2]
    if ":" in name or _NUMBER.fullmatch(last):
        return "an address in an odd spelling"  # 127.1, 0x7f.1: libraries differ in what it is
    if any(name == special or name.endswith(f".{special}") for special in _SPECIAL):
        return "a name of the local machine or network"
    if "." not in name:
        return "a name without a domain"
    return None


def is_onion(host: str) -> bool:
    """Say whether only Tor can reach the host (RFC 7686)."""
    name = host.rstrip(".").lower()
    return name == "onion" or name.endswith(".onion")


def _is_host(host: str) -> bool:
    return _is_address(host) or (len(host) <= _LONGEST and _HOST.fullmatch(host) is not None)


def _is_address(host: str) -> bool:
    try:
        return "%" not in host and ipaddress.ip_address(host) is not None
    except ValueError:
        return False
