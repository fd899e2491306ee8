"""Addresses on the way to a request: read, made safe to show, and followed through redirects."""

import re

import httpx

from hrwatch.errors import AddressRefused, BadRedirect
from hrwatch.urls import MAX_LENGTH

MOST_REDIRECTS = 5
_LONGEST_SHOWN = 200
_HIGHEST_PORT = 0xFFFF
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Browsers read `\` as `/`, we and RFC 3986 do not: of `http://a\@b/` each would ask another host.
_DISPUTED = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}[^/?#]*\\", re.I)


def address(url: str) -> httpx.URL:
    """Given an address as the operator or a feed writes it, return it read, without fragment, user
    and password, and with no dot after the host: nobody is asked with a login. Raise
    AddressRefused where it is no http(s) address."""
    try:
        return _checked(httpx.URL(_undisputed(url)))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise AddressRefused("this is no http(s) address that can be asked") from error


def host_of(url: httpx.URL) -> str:
    """Return the host as it is looked up. httpx's own `host` undoes punycode, and raises for such
    names as IDNA 2008 does not know."""
    return url.raw_host.decode("ascii")


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port, the default one where none is given."""
    return url.scheme, host_of(url), url.port or _DEFAULT_PORTS[url.scheme]


def shown(url: httpx.URL) -> str:
    """Return host and path for people; never the user, the password or the query."""
    host = f"[{host_of(url)}]" if ":" in host_of(url) else host_of(url)
    port = "" if url.port is None else f":{url.port}"
    text = f"{host}{port}{url.raw_path.partition(b'?')[0].decode('ascii', 'replace')}"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def follow(visited: tuple[httpx.URL, ...], location: str) -> httpx.URL:
    """Given the addresses asked so far and where the last one sends us, return the next; raise
    BadRedirect for a circle, too many hops, or what is no http(s) address."""
    last = visited[-1]
    if not location.strip():
        raise BadRedirect(f"{shown(last)} redirects without saying where to")
    try:
        target = _checked(last.join(_undisputed(location)))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise BadRedirect(f"{shown(last)} redirects to what is no http(s) address") from error
    if target in visited:
        raise BadRedirect(
            f"{shown(target)} redirects in a circle; it may expect cookies, which are never sent"
        )
    if len(visited) > MOST_REDIRECTS:
        raise BadRedirect(f"{shown(visited[0])} redirects more than {MOST_REDIRECTS} times")
    return target


def _undisputed(written: str) -> str:
    if _DISPUTED.match(written.strip()):
        raise ValueError("a backslash where the host stands")
    return written.strip()


def _checked(url: httpx.URL) -> httpx.URL:
    if len(str(url)) > MAX_LENGTH or url.scheme not in _DEFAULT_PORTS:
        raise ValueError("not http(s), or too long")
    host = host_of(url).rstrip(".")
    if not host or (url.port is not None and not 0 < url.port <= _HIGHEST_PORT):
        raise ValueError("no host, or a port that cannot be")
    return url.copy_with(host=host, fragment=None, userinfo=b"")
