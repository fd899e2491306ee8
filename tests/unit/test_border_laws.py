"""What holds of whatever strangers write: the cleaner of text, the classifier of addresses and the
canonical permalink, each against an oracle of its own. `make drill` asks each law
$DRILL_EXAMPLES times (100 000), CI some hundred times."""

import os
import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrwatch import text, urls
from hrwatch.stages.fetch.guard import Address, refusal

Law = Callable[..., None]


def in_ci(*examples: st.SearchStrategy[Any]) -> Callable[[Law], Law]:
    """Ask a law some hundred times."""
    return lambda law: settings(max_examples=300)(given(*examples)(law))


def in_drill(*examples: st.SearchStrategy[Any]) -> Callable[[Law], Law]:
    """Ask a law as often as the drill wants it."""
    asked = settings(
        max_examples=int(os.environ.get("DRILL_EXAMPLES", "100000")),
        suppress_health_check=list(HealthCheck),
    )
    return lambda law: pytest.mark.drill(pytest.mark.timeout(0)(asked(given(*examples)(law))))


# Text

FORBIDDEN = (
    {"\u00ad", "\u034f", "\u061c", "\u200b", "\u200e", "\u200f", "\u3164", "\uffa0", "\ufeff"}
    | {chr(code) for code in range(0x202A, 0x202F)}
    | {chr(code) for code in range(0x2060, 0x206A)}
    | {chr(code) for code in range(0xFFF9, 0xFFFC)}
    | {chr(code) for code in range(0xE0000, 0xE0080)}
)
AWKWARD = [
    *sorted(FORBIDDEN)[:40],
    *"\r\n\t\x0b\x0c\x85\u2028\u2029\xa0\u3000 \x1b\x00\x9b\ud800\udfff\u0301e",
]
ANY_TEXT = st.text(st.sampled_from(AWKWARD) | st.characters(codec=None), max_size=60)


def forbidden(character: str) -> bool:
    """Say whether no cleaned text may hold a character, line ends apart."""
    return character in FORBIDDEN or unicodedata.category(character) in ("Cc", "Cs")


def letters(words: str) -> str:
    """Return all that a text says: what is neither forbidden nor space."""
    kept = (c for c in words if not c.isspace() and not forbidden(c))
    return unicodedata.normalize("NFD", "".join(kept))


def law_of_clean(raw: str) -> None:
    """Nothing forbidden stays, nothing else goes, and a second time changes nothing."""
    cleaned = text.clean(raw)
    cleaned.encode("utf-8")
    assert not [c for c in cleaned if forbidden(c) and c != "\n"]
    assert "\n\n\n" not in cleaned
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    assert letters(cleaned) == letters(raw)
    assert text.clean(cleaned) == cleaned
    assert len(cleaned) <= 3 * len(raw)  # NFC takes a few characters apart


def law_of_clean_line(raw: str, limit: int) -> None:
    """One line within its limit, without anything forbidden."""
    line = text.clean_line(raw, limit)
    line.encode("utf-8")
    assert len(line) <= limit
    assert not [c for c in line if forbidden(c)]
    assert len(line.splitlines()) <= 1
    assert text.clean_line(line, limit) == line


def law_of_without_controls(raw: str) -> None:
    """One line without anything forbidden but tabs; the rest in its place."""
    line = text.without_controls(raw)
    line.encode("utf-8")
    assert not [c for c in line if forbidden(c) and c != "\t"]
    assert len(line) <= len(raw)
    assert len(line.splitlines()) <= 1
    assert text.without_controls(line) == line


def law_of_unescape(raw: str) -> None:
    """References in any text are resolved without an exception, and what comes is cleaned."""
    law_of_clean(text.unescape(raw))


def test_clean_of_every_forbidden_character_leaves_the_rest() -> None:
    for character in filter(forbidden, map(chr, range(0xE0100))):
        if not character.isspace() and character != "\x85":
            assert text.clean(f"a{character}b") == "ab", hex(ord(character))
            assert text.without_controls(f"a{character}b") == "ab", hex(ord(character))


LIMITS = st.integers(min_value=2, max_value=40)
REFERENCES = st.lists(
    st.sampled_from(["&", "#", "x", "&#", "&#x", ";", "D800", "202e", "1114112", "amp", "lt", " "])
    | st.text(max_size=3)
).map("".join)
test_clean_of_any_text_keeps_the_law = in_ci(ANY_TEXT)(law_of_clean)
test_clean_of_any_text_in_the_drill_keeps_the_law = in_drill(ANY_TEXT)(law_of_clean)
test_clean_line_of_any_text_keeps_the_law = in_ci(ANY_TEXT, LIMITS)(law_of_clean_line)
test_clean_line_of_any_text_in_the_drill_keeps_the_law = in_drill(ANY_TEXT, LIMITS)(
    law_of_clean_line
)
test_without_controls_of_any_text_keeps_the_law = in_ci(ANY_TEXT)(law_of_without_controls)
test_without_controls_of_any_text_in_the_drill_keeps_the_law = in_drill(ANY_TEXT)(
    law_of_without_controls
)
test_unescape_of_any_text_keeps_the_law = in_ci(REFERENCES)(law_of_unescape)
test_unescape_of_any_text_in_the_drill_keeps_the_law = in_drill(REFERENCES)(law_of_unescape)


# Addresses

# What Python calls global and is not for us to dial, on any version that we run on.
DENIED_V4 = [IPv4Network(one) for one in ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")]
DENIED_V6 = [
    IPv6Network(one)
    for one in ("2001::/23", "2002::/16", "3fff::/20", "2001:db8::/32", "64:ff9b::/32")
]
SPECIAL = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 "
    "192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 "
    "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
)
SPECIAL_V6 = (
    "::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2000::/3 2001::/23 "
    "2001::/32 2001:2::/48 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 "
    "fec0::/10 ff00::/8"
)


def borders() -> list[Address]:
    """Return the first and last address of every special network, and their neighbours."""
    v4 = [
        IPv4Address(number % 2**32)
        for network in map(IPv4Network, SPECIAL.split())
        for number in (int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1)
    ]
    v6 = [
        IPv6Address(number % 2**128)
        for network in map(IPv6Network, SPECIAL_V6.split())
        for number in (int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1)
    ]
    return [*v4, *v6]


V4 = st.ip_addresses(v=4) | st.sampled_from([b for b in borders() if isinstance(b, IPv4Address)])
DRESSES = (
    lambda inner: IPv6Address(0xFFFF << 32 | int(inner)),
    lambda inner: IPv6Address(int(inner)),
    lambda inner: IPv6Address((0x64FF9B << 96) | int(inner)),
    lambda inner: IPv6Address((0x2002 << 112) | int(inner) << 80),
    lambda inner: IPv6Address((0x20010000 << 96) | (int(inner) ^ 0xFFFFFFFF)),
    lambda inner: IPv6Address(f"fe80::{int(inner) & 0xFFFF:x}%eth0"),
)
DRESSED = st.builds(lambda dress, inner: dress(inner), st.sampled_from(DRESSES), V4)
ADDRESSES = V4 | st.ip_addresses(v=6) | st.sampled_from(borders()) | DRESSED


def public(address: Address) -> bool:
    """Say whether an address may be dialled, by Python's own word and what it does not know."""
    if isinstance(address, IPv6Address):
        number = int(address)
        if number >> 32 in (0, 0xFFFF) and number > 1:  # IPv4 in its compatible and mapped dress
            return public(IPv4Address(number & 0xFFFFFFFF))
        bare = IPv6Address(number)
        return (
            number >> 125 == 1
            and bare.is_global
            and not (bare.is_multicast or bare.is_reserved or bare.is_site_local)
            and not any(bare in network for network in DENIED_V6)
        )
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_loopback)
        and not any(address in network for network in DENIED_V4)
    )


def law_of_refusal(address: Address) -> None:
    """Refused is just what is not public."""
    assert (refusal(address) is None) == public(address)


test_refusal_of_any_address_is_that_of_the_oracle = in_ci(ADDRESSES)(law_of_refusal)
test_refusal_of_any_address_in_the_drill_is_that_of_the_oracle = in_drill(ADDRESSES)(law_of_refusal)


# Permalinks

PIECES = ["%41", "%7e", "%2F", "%zz", "%", "%E9", "é", "я", "+", "/", ":", "@", "!", "?", "a", "B"]
LETTERS = st.text("abcXYZ019-._~ж|{}\"<>'^`", max_size=4)
PART = st.lists(st.sampled_from(PIECES) | LETTERS, max_size=3).map("".join)
TRACKED = st.sampled_from(
    ["utm_source", "UTM_medium", "fbclid", "gclid", "mc_cid", "%75tm_term", "PHPSESSID", "pk_kwd"]
)
# Begins with what no tracking key begins with, so that it is none.
KEPT = PART.map(lambda part: "q" + part)
PAIRS = st.lists(st.tuples(st.booleans(), TRACKED, KEPT, PART | st.none()), max_size=4)
HOSTS = st.sampled_from(
    ["example.org", "WWW.Example.ORG", "example.org.", "пример.рф", "münchen.example", "[::1]",
     "127.0.0.1", "xn--e1afmkfd.xn--p1ai", "a_b.example", "[2001:DB8::1]"]
)  # fmt: skip
PORTS = st.sampled_from(["", ":80", ":443", ":8080"])


def same_host(host: str) -> str:
    """Return a host as a canonical permalink writes it."""
    if host.startswith("["):
        return str(IPv6Address(host.strip("[]")))
    return host.rstrip(".").lower().encode("idna").decode()


def told(query: str) -> list[tuple[bytes, bytes | None]]:
    """Return the pairs of a query, read as bytes."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return [
        (unquote_to_bytes(key), unquote_to_bytes(value) if mark else None)
        for key, mark, value in pairs
    ]


def law_of_canonical(
    scheme: str,
    host: str,
    port: str,
    path: str,
    pairs: list[tuple[bool, str, str, str | None]],
) -> None:
    """The host stays, every key that tracks nobody stays with its value, in its order."""
    given_pairs = [
        (tracks, f"{tracked if tracks else kept}" + ("" if value is None else f"={value}"))
        for tracks, tracked, kept, value in pairs
    ]
    query = "&".join(pair for _, pair in given_pairs)
    canonical = urls.canonical(f"{scheme}://{host}{port}/{path.replace('?', '')}?{query}#part")
    parts = urlsplit(canonical)
    assert parts.hostname == same_host(host)
    assert parts.scheme == scheme.lower()
    assert not parts.fragment
    assert canonical.isascii()
    assert told(parts.query) == told("&".join(pair for tracks, pair in given_pairs if not tracks))
    assert urls.canonical(canonical) == canonical


def law_of_any_canonical(url: str) -> None:
    """Any text gives an http(s) address without a user, or nothing; it is its own canonical."""
    canonical = urls.canonical(url)
    assert urls.canonical(canonical) == canonical
    if canonical:
        parts = urlsplit(canonical)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
        assert canonical.isascii()
        assert canonical.isprintable()
        assert " " not in canonical


SCHEMES = st.sampled_from(["http", "https", "HTTP"])
ANY_URL = st.tuples(
    st.sampled_from(["", "http://", "https://", "HTTP:", "//", "javascript:"]),
    st.lists(
        st.sampled_from(
            [*PIECES, "example.org", "[", "]", "#", "#!", "&", "=", ";jsessionid=", ".."]
        )
        | st.text(st.characters(codec=None), max_size=4),
        max_size=8,
    ).map("".join),
).map("".join)
WEB_URL = (SCHEMES, HOSTS, PORTS, PART, PAIRS)
test_canonical_of_a_web_address_keeps_the_law = in_ci(*WEB_URL)(law_of_canonical)
test_canonical_of_a_web_address_in_the_drill_keeps_the_law = in_drill(*WEB_URL)(law_of_canonical)
test_canonical_of_any_text_keeps_the_law = in_ci(ANY_URL)(law_of_any_canonical)
test_canonical_of_any_text_in_the_drill_keeps_the_law = in_drill(ANY_URL)(law_of_any_canonical)
