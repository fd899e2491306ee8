"""Addresses read, shown and followed."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.errors import AddressRefused, BadRedirect
from hrwatch.stages.fetch.addresses import (
    MOST_REDIRECTS,
    address,
    follow,
    shown,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.org", "http://example.org"),
        (" https://EXAMPLE.org/a b?c=d#e ", "https://example.org/a%20b?c=d"),
        ("http://example.org/a%20b", "http://example.org/a%20b"),
        ("http://example.org./", "http://example.org/"),
        ("http://пример.рф/", "http://xn--e1afmkfd.xn--p1ai/"),
        ("http://xn--i-7iq.example/", "http://xn--i-7iq.example/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("https://example.org:443/", "https://example.org/"),
    ],
)
def test_address_of_http_is_read(url: str, expected: str) -> None:
    read = address(url)
    assert httpx.URL(expected) == read
    assert read.fragment == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/feed",
        "/feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://./",
        "http:///feed",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:eighty/",
        "http://exa\nmple.org/",
        "http://exa\x00mple.org/",
        "http://[::1/",
        "http://[::g]/",
        "http://256.1.1.1/",
        "http://0177.0.0.1/",
        "http://１２７.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://a..b\u2024c/",
        "http://" + "a" * 9_000,
        "http://example.org/" + "a" * 70_000,
    ],
)
def test_address_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"no http\(s\) address"):
        address(url)


@given(st.text() | st.text(alphabet="htps:/.@[]%?#\\ x1").map(lambda rest: "http://" + rest))
def test_address_of_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = address(text)
    except AddressRefused:
        return
    assert read.scheme in ("http", "https")
    assert shown(read).isprintable()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://anna:secret@example.org/feed?token=t#f", "example.org/feed"),
        ("http://[::1]:80/a", "[::1]/a"),
        ("http://example.org:8080", "example.org:8080/"),
        ("http://example.org/" + "a" * 500, "example.org/" + "a" * 187 + "…"),
    ],
)
def test_shown_names_host_and_path_only(url: str, expected: str) -> None:
    assert shown(address(url)) == expected


def test_address_keeps_the_query_and_drops_the_password() -> None:
    assert str(address("https://a:b@example.org/f?x=1")) == "https://example.org/f?x=1"


@pytest.mark.parametrize(
    ("last", "location", "expected"),
    [
        ("http://a.example/x/y", "z?q=1", "http://a.example/x/z?q=1"),
        ("http://a.example/x/y", "/z#f", "http://a.example/z"),
        ("http://a.example/x", "//b.example/z", "http://b.example/z"),
        ("http://a.example/x", " https://b.example/é ", "https://b.example/%C3%A9"),
        ("https://a.example/x", "http://a.example/x", "http://a.example/x"),
        # nobody's password goes anywhere
        ("https://u:p@a.example/x", "/y", "https://a.example/y"),
        ("https://a.example/x", "https://q:r@a.example/y", "https://a.example/y"),
        ("https://a.example/x", "https://q:r@b.example/y", "https://b.example/y"),
    ],
)
def test_follow_of_a_location_gives_the_next_address(
    last: str, location: str, expected: str
) -> None:
    assert str(follow((address(last),), location)) == expected


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("", "without saying where to"),
        ("ftp://b.example/", "no http"),
        ("file:///etc/passwd", "no http"),
        ("mailto:a@b.example", "no http"),
        ("data:text/html,x", "no http"),
        ("http://[::1/", "no http"),
        ("http://b.example:0/", "no http"),
        ("http://b.example:123456/", "no http"),
        ("http://" + "b" * 9_000, "no http"),
        ("http://127.0.0.2:8932\\@wire.example/", r"no http\(s\) address"),
        ("//evil.example\\@wire.example/", r"no http\(s\) address"),
        ("http:\\\\evil.example\\x", r"no http\(s\) address"),
        ("/x?token=t", "circle"),
        ("#top", "circle"),
    ],
)
def test_follow_that_leads_nowhere_is_a_bad_redirect(location: str, words: str) -> None:
    if location == "#top":
        visited = (address("http://a.example/x"),)
    else:
        visited = (address("http://a.example/x?token=t"),)
    with pytest.raises(BadRedirect, match=words) as refused:
        follow(visited, location)
    assert "token" not in str(refused.value)


def test_follow_goes_on_for_five_redirects_and_no_further() -> None:
    visited: tuple[httpx.URL, ...] = (address("http://a.example/0"),)
    for number in range(1, MOST_REDIRECTS + 1):
        visited = (*visited, follow(visited, f"/{number}"))
    with pytest.raises(BadRedirect, match="more than 5 times"):
        follow(visited, "/6")


@given(st.text())
def test_follow_of_any_location_is_an_address_or_a_bad_redirect(location: str) -> None:
    try:
        target = follow((address("http://a.example/x"),), location)
    except BadRedirect:
        return
    assert target.scheme in ("http", "https")
