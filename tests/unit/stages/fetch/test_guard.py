"""The deny list, and the operator's exceptions to it."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.fetch.guard import Guard, exemption, plain, refusal

REFUSED = {
    "0.0.0.0": "unspecified",  # noqa: S104 - looked at, not bound
    "0.1.2.3": "unspecified",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier",
    "100.127.255.254": "carrier",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.9": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmark",
    "198.19.255.255": "benchmark",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::1%lo": "loopback",
    "::127.0.0.1": "loopback",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "::ffff:0:127.0.0.1": "reserved",
    "64:ff9b::7f00:1": "NAT64",
    "64:ff9b::808:808": "NAT64",
    "64:ff9b:1::1": "NAT64",
    "100::1": "reserved",
    "2001::1": "Teredo",
    "2001:2::1": "benchmark",
    "2001:10::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::1": "6to4",
    "3fff::1": "documentation",
    "3fff:fff:ffff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd00:ec2::254": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.88.98.1",
    "198.17.255.255",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2001:200::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "3ffe::1",
)

addresses = st.ip_addresses() | st.ip_addresses(v=6).map(lambda a: IPv6Address(int(a) >> 64))


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_refusal_of_a_special_address_names_its_kind(text: str, reason: str) -> None:
    assert reason in (refusal(ip_address(text)) or "")


@pytest.mark.parametrize("text", PUBLIC)
def test_refusal_of_a_public_address_is_none(text: str) -> None:
    assert refusal(ip_address(text)) is None


@given(addresses)
def test_refusal_of_any_address_is_a_reason_or_none(address: IPv4Address | IPv6Address) -> None:
    assert refusal(address) is None or refusal(address)


@given(st.ip_addresses(v=4))
def test_refusal_of_a_mapped_address_is_that_of_the_plain_one(address: IPv4Address) -> None:
    mapped = IPv6Address(0xFFFF << 32 | int(address))
    assert refusal(mapped) == refusal(address)
    assert plain(mapped) == address


@given(st.ip_addresses(v=4))
def test_refusal_of_a_public_address_dressed_for_a_tunnel_is_never_none(
    address: IPv4Address,
) -> None:
    nat64 = IPv6Address((0x64FF9B << 96) | int(address))
    six_to_four = IPv6Address((0x2002 << 112) | int(address) << 80)
    assert refusal(nat64) is not None
    assert refusal(six_to_four) is not None


@given(addresses)
def test_refusal_never_passes_what_python_knows_as_not_global(
    address: IPv4Address | IPv6Address,
) -> None:
    if not plain(address).is_global:
        assert refusal(address) is not None


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        ("127.0.0.1:8930", "127.0.0.1", 8930, True),
        ("127.0.0.1:8930", "::ffff:127.0.0.1", 8930, True),
        ("127.0.0.1:8930", "127.0.0.1", 8931, False),
        ("127.0.0.1:8930", "127.0.0.2", 8930, False),
        ("127.0.0.1:8930", "::1", 8930, False),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("[::ffff:127.0.0.1]:80", "127.0.0.1", 80, True),
        ("10.1.0.0/16", "10.1.200.3", 5, True),
        ("10.1.0.0/16", "10.2.0.1", 5, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("::1", "::1", 9, True),
        ("fd00::/8", "fd12::1", 9, True),
        ("64:ff9b::/96", "64:ff9b::808:808", 80, True),
        ("64:ff9b::/96", "64:ff9b::a00:1", 80, False),
        ("2002::/16", "2002:808:808::1", 80, True),
        ("2002::/16", "2002:7f00:1::1", 80, False),
    ],
)
def test_guard_with_an_exemption_lets_through_only_that(
    entry: str, address: str, port: int, allowed: bool
) -> None:
    assert (Guard([entry]).refusal(ip_address(address), port) is None) is allowed


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "localhost:80",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:http",
        "127.0.0.1:-1",
        "127.0.0.1:٨٠",
        "10.1.0.1/16",
        "10.0.0.0/33",
        "[::1]",
        "[::1",
        "::1]:80",
        "http://127.0.0.1:80",
    ],
)
def test_exemption_that_cannot_be_read_is_a_value_error(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        exemption(entry)


@given(st.text(alphabet="0123456789abcdef:.[]/% ") | st.text())
def test_exemption_of_any_text_is_read_or_a_value_error(text: str) -> None:
    try:
        exemption(text)
    except ValueError:
        return
