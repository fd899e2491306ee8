"""Which addresses may be dialled: the pure half of the address guard, asked before each dial."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA's special-purpose registries, written out: `is_global` changes from Python to Python, and
# on 3.11 lets NAT64, 6to4, multicast, 192.88.99.0/24, fec0::/10 and 3fff::/20 pass.
_REFUSED_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud provider's own address"),  # Azure, from inside a machine
        ("169.254.0.0/16", "a link-local address"),  # cloud metadata among them
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmark address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_REFUSED_V6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("2001::/32", "a Teredo address"),
        ("2001:2::/48", "a benchmark address"),
        ("2001:db8::/32", "a documentation address"),
        ("2001::/23", "a reserved address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part of IPv6 that is given out (RFC 4291)
_COMPATIBLE = IPv6Network("::/96")  # ::a.b.c.d, given up by RFC 4291, 2.5.5.1
_NAT64 = IPv6Network("64:ff9b::/96")
_HIGHEST_PORT = 0xFFFF
_SIX_TO_FOUR = IPv6Network("2002::/16")


def plain(address: Address) -> Address:
    """Return the address that is meant: without a scope, IPv4 in IPv6 dress taken out of it."""
    if isinstance(address, IPv4Address):
        return address
    address = IPv6Address(int(address))
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _COMPATIBLE and int(address) > 1:
        return IPv4Address(int(address))
    return address


def refusal(address: Address) -> str | None:
    """Given an address, return why it is not to be dialled, such as "a private address"; None
    where it is an ordinary address of the public internet."""
    address = plain(address)
    table: Iterable[tuple[Network, str]] = (
        _REFUSED_V4 if isinstance(address, IPv4Address) else _REFUSED_V6
    )
    for network, reason in table:
        if address in network:
            return reason
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "a reserved address"
    return None if address.is_global else "a reserved address"


@dataclass(frozen=True, slots=True)
class Exemption:
    """What the operator lets through: one address and port, or a network with every port."""

    network: Network
    port: int | None

    def covers(self, address: Address, port: int) -> bool:
        """Return whether a dial to `address` and `port` is let through."""
        return address in self.network and self.port in (None, port)


def exemption(text: str) -> Exemption:
    """Given `127.0.0.1:8930`, `[::1]:80` or `10.1.0.0/16`, return it read; raise ValueError."""
    host, colon, port = text.strip().rpartition(":")
    if colon and (host.startswith("[") == host.endswith("]")) and (":" not in host or "[" in host):
        if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= _HIGHEST_PORT):
            raise ValueError(f"{text!r} names no port between 1 and 65535")
        return Exemption(ip_network(plain(ip_address(host.strip("[]")))), int(port))
    return Exemption(ip_network(text.strip()), None)


class Guard:
    """The deny list with the operator's exceptions to it."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Given `fetch.allow_addresses`; raise ValueError for an entry that cannot be read."""
        self._exemptions = tuple(exemption(text) for text in allow)

    def refusal(self, address: Address, port: int) -> str | None:
        """Given where a dial would go, return why it is refused, or None.

        An exemption for NAT64 or 6to4 lets through only what is not refused in plain IPv4.
        """
        address = plain(address)
        reason = refusal(address)
        if reason is None:
            return None
        if not any(exemption.covers(address, port) for exemption in self._exemptions):
            return reason
        inner = _inner(address)
        return None if inner is None else self.refusal(inner, port)


def _inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address to which a translator would pass the packets on."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None
