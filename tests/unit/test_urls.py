"""Absolute links and canonical permalinks."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrwatch import urls

PIECES = st.sampled_from(
    ["http://", "https://", "HTTP://", "//", "/", "?", "#", "#!", "&", "=", ":", ":80", "@", "%",
     "%41", "%7e", "%2F", "%zz", ";", ";jsessionid=1", "..", ".", "utm_source=x", "id=7", "[", "]",
     "[::1]", "example.org", "EXAMPLE.org.", "пример.рф", "münchen.example", "a", "é", " ", "\n",
     "\t", "\x00", "\ud800", "javascript:", "mailto:", "data:,", "\\", "<", '"']
)  # fmt: skip
ANY_URL = st.lists(st.one_of(PIECES, st.text(max_size=4))).map("".join)
WEB_URL = st.tuples(st.sampled_from(["http://", "https://"]), ANY_URL).map("".join)


@given(st.one_of(ANY_URL, WEB_URL))
@example("http://example.org/%")
@example("http://example.org/?a=%E9%&b")
@example("http://example.org/a;jsessionid=1?x#!y")
def test_canonical_again_changes_nothing(url: str) -> None:
    once = urls.canonical(url)
    assert urls.canonical(once) == once


@given(st.one_of(ANY_URL, WEB_URL))
def test_canonical_any_url_is_ascii_http_without_user_or_empty(url: str) -> None:
    canonical = urls.canonical(url)
    if canonical:
        assert canonical.isascii()
        assert canonical.isprintable()
        assert " " not in canonical
        assert canonical.startswith(("http://", "https://"))
        assert "@" not in urlsplit(canonical).netloc


@given(st.one_of(ANY_URL, WEB_URL), st.one_of(ANY_URL, WEB_URL))
def test_absolute_any_link_is_one_http_address_or_empty(link: str, base: str) -> None:
    address = urls.absolute(link, base)
    if address:
        assert address.startswith(("http://", "https://"))
        assert urlsplit(address).hostname
        assert "@" not in urlsplit(address).netloc
        assert not any(c.isspace() for c in address)
        assert len(address) <= urls.MAX_LENGTH


@given(st.one_of(ANY_URL, WEB_URL), st.one_of(ANY_URL, WEB_URL))
def test_absolute_again_changes_nothing(link: str, base: str) -> None:
    once = urls.absolute(link, base)
    assert urls.absolute(once, "http://elsewhere.example/") == once


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.ORG:80/A?b=C#d", "http://example.org/A?b=C"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org./x", "https://example.org/x"),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://example.org/%7euser/%c3%a9", "https://example.org/~user/%C3%A9"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/x#!/story/7", "https://example.org/x#!/story/7"),
        ("https://example.org/x;jsessionid=F00?id=7", "https://example.org/x?id=7"),
        # Forum 18 and KHPG carry the article's id in the query.
        ("https://example.org/archive.php?article_id=2900", None),
        ("https://example.org/index.php?id=1608814077&utm_source=rss", "https://example.org/index.php?id=1608814077"),
        ("https://example.org/?p=12&fbclid=a&gclid=b&UTM_Medium=c", "https://example.org/?p=12"),
        ("https://example.org/?b=2&a=1", None),
        ("https://example.org/?q=a+b%20c", None),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]/x"),
    ],
)  # fmt: skip
def test_canonical_known_url_gives(url: str, canonical: str | None) -> None:
    assert urls.canonical(url) == (url if canonical is None else canonical)


@pytest.mark.parametrize(
    "url",
    ["", "example.org/x", "ftp://example.org/", "javascript:alert(1)", "mailto:a@example.org",
     "urn:uuid:7", "http://", "http://:80/", "http://exa mple.org/", "http://example.org:port/",
     "http://[::1", "tag:example.org,2026:7"],
)  # fmt: skip
def test_canonical_of_what_is_no_web_address_is_empty(url: str) -> None:
    assert urls.canonical(url) == ""


@pytest.mark.parametrize(
    ("link", "base", "address"),
    [
        ("/x", "https://example.org/feed/", "https://example.org/x"),
        ("x?id=1", "https://example.org/feed/", "https://example.org/feed/x?id=1"),
        ("//other.example/x", "https://example.org/", "https://other.example/x"),
        ("  https://example.org/a\n b ", "", "https://example.org/a%20b"),
        ("https://example.org/a%20b%C3%A9", "", "https://example.org/a%20b%C3%A9"),
        ("https://example.org/?q=\x00\u202e", "", "https://example.org/?q=%00%E2%80%AE"),
        ("https://bank.example@evil.example/", "", "https://evil.example/"),
        ("HTTPS://example.org/x", "", "https://example.org/x"),
        ("", "https://example.org/", ""),
        ("javascript:alert(1)", "https://example.org/", ""),
        ("data:text/html,x", "https://example.org/", ""),
        ("x", "", ""),
        ("https://example.org/" + "a" * 9_000, "", ""),
        ("https://exa<mple.org/", "", ""),
    ],
)
def test_absolute_known_link_gives(link: str, base: str, address: str) -> None:
    assert urls.absolute(link, base) == address


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("Example.ORG.", "example.org"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("", ""),
    ],
)
def test_registrable_of_host_gives(host: str, domain: str) -> None:
    assert urls.registrable(host) == domain


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.org/x", "http://feeds.example.org/", True),
        ("https://a.github.io/", "https://b.github.io/", False),
        ("https://example.org/", "https://example.com/", False),
        ("", "", False),
        ("http://[::1", "http://[::1", False),
    ],
)
def test_same_site_of_two_addresses_tells(one: str, other: str, same: bool) -> None:
    assert urls.same_site(one, other) is same


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.example.org", False),
        ("0.0.0.0", False),  # noqa: S104 - looked at, not bound
        ("2130706433", False),
        ("10.0.0.1", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_is_loopback_holds_only_for_what_plainly_says_so(host: str, expected: bool) -> None:
    assert urls.is_loopback(host) is expected


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("sid=1", "?sid=1"),  # an article's id in an older publishing system
        ("sid=0123456789abcdef0123", ""),
        ("PHPSESSID=1", ""),
    ],
)
def test_canonical_session_key_is_known_by_its_value_or_its_name(query: str, kept: str) -> None:
    assert urls.canonical(f"http://wire.example/article?{query}") == (
        f"http://wire.example/article{kept}"
    )


def test_same_site_of_a_name_in_either_of_its_forms_is_one() -> None:
    address = "https://права.example/feed"
    assert urls.same_site(urls.canonical(address), address)
    assert not urls.same_site(address, "https://other.example/")
