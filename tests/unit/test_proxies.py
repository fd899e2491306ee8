"""What a proxy's address names, and which hosts a proxy is asked for."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch import proxies
from hrwatch.proxies import Proxy, Speech


@pytest.mark.parametrize(
    ("value", "proxy"),
    [
        ("socks5h://127.0.0.1:9050", Proxy(Speech.SOCKS, "127.0.0.1", 9050)),
        ("SOCKS5H://Tor.Example.:9050/", Proxy(Speech.SOCKS, "tor.example", 9050)),
        ("http://[::1]:3128", Proxy(Speech.HTTP, "::1", 3128)),
    ],
)
def test_proxy_is_read_and_written_back(value: str, proxy: Proxy) -> None:
    assert proxies.parse(value) == proxy
    assert proxies.parse(str(proxy)) == proxy


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "no proxy that hrwatch knows"),
        ("127.0.0.1:9050", "no proxy that hrwatch knows"),
        ("https://p.example:443", "no proxy that hrwatch knows"),
        ("socks5://127.0.0.1:9050", "must be socks5h"),
        ("socks4://127.0.0.1:9050", "must be socks5h"),
        ("socks5h:127.0.0.1:9050", "no proxy that hrwatch knows"),
        ("socks5h://127.0.0.1", "a host and a port"),
        ("socks5h://127.0.0.1:0", "a host and a port"),
        ("socks5h://:9050", "a host and a port"),
        ("socks5h://a b:9050", "a host and a port"),
        ("socks5h://127.0.0.1:nine", "can be read"),
        ("socks5h://[::1:9050", "can be read"),
        ("http://p.example:3128/path", "nothing more"),
        ("http://p.example:3128/?a=b", "nothing more"),
        ("http://hr:HUNTER@p.example:3128", "holds a login"),
        ("http://HUNTER@p.example:3128", "holds a login"),
    ],
)
def test_proxy_that_cannot_be_used_is_refused_without_repeating_it(value: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        proxies.parse(value)
    assert "HUNTER" not in str(refused.value)


@given(st.text())
def test_proxy_of_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert proxies.parse(str(proxies.parse(text))) == proxies.parse(text)


@pytest.mark.parametrize(
    ("host", "is_refused"),
    [
        ("news.example", False),
        ("abc.onion", False),
        ("xn--fsq.example", False),
        ("3.example", False),
        ("127.0.0.1", False),  # the guard's to judge
        ("[::1]", False),
        ("::1", False),
        ("localhost", True),
        ("a.localhost.", True),
        ("LocalDomain", True),
        ("printer.local", True),
        ("metadata.google.internal", True),
        ("box.home.arpa", True),
        ("1.0.0.127.in-addr.arpa", True),
        ("intranet", True),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f.1", True),
        ("0X7F000001", True),
        ("1.2.3.0x", True),
        ("0177.0.0.1", True),
        ("fe80::1%eth0", True),
        ("", True),
    ],
)
def test_refusal_of_a_host_is_for_what_means_something_else_elsewhere(
    host: str, is_refused: bool
) -> None:
    assert (proxies.refusal(host) is not None) == is_refused


@pytest.mark.parametrize(
    ("host", "expected"),
    [("abc.onion", True), ("a.B.ONION.", True), ("onion", True), ("onion.example", False)],
)
def test_onion_is_told_by_its_end(host: str, expected: bool) -> None:
    assert proxies.is_onion(host) == expected
