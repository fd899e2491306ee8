"""Pure helpers on addresses: absolute links and the canonical permalink."""

import functools
import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

# Known tracking and session keys only: some sites carry the article id in the query.
_TRACKING = (
    "fbclid gclid dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh mc_cid mc_eid "
    "mkt_tok oly_anon_id oly_enc_id vero_id _hsenc _hsmi hsctatracking wickedid rb_clickid "
    "at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 "
    "__twitter_impression ref_src ref_url traffic_source "
    "phpsessid jsessionid aspsessionid"
)
TRACKING_KEYS = frozenset(_TRACKING.split())
# Session keys by their value only: an older publishing system calls the article's id `sid`.
_SESSION_KEYS = frozenset({"sid", "sessionid", "session_id"})
_SESSION = re.compile(r"[0-9a-zA-Z]{16,}")
TRACKING_PREFIXES = ("utm_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "ga_")
MAX_LENGTH = 8_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_SAFE_QUERY = _SAFE_PATH + "?"
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_HEX_PAIR = re.compile(r"[0-9a-fA-F]{2}")


def absolute(link: str, base: str) -> str:
    """Return `link` joined to `base` where that gives an http(s) address, else an empty string.

    What no address may hold is encoded; a user in it, which only misleads, is left out.
    """
    link = "".join(c for c in link.strip() if c not in "\t\r\n")
    if not link or len(link) > MAX_LENGTH:
        return ""
    try:
        parts = urlsplit(urljoin(base, link))
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts)
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return ""
    address = urlunsplit(
        (
            parts.scheme,
            host if port is None else f"{host}:{port}",
            _quoted(parts.path, _SAFE_PATH + "%"),
            _quoted(parts.query, _SAFE_QUERY + "%"),
            _quoted(parts.fragment, _SAFE_QUERY + "%"),
        )
    )
    return address if len(address) <= MAX_LENGTH else ""


def canonical(url: str) -> str:
    """Return the permalink under which `url` is compared, or an empty string for none.

    Scheme and host in lower case, IDNA host, no default port, no user, no fragment (but `#!`), no
    known tracking key; percent-encoding normalised (RFC 3986, 6.2.2). The query is otherwise left
    as it is. Idempotent.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return ""
    netloc = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = _session_free(_normal(parts.path, _SAFE_PATH)) or "/"
    query = "&".join(
        _normal(pair, _SAFE_QUERY) for pair in parts.query.split("&") if pair and not _tracks(pair)
    )
    fragment = _normal(parts.fragment, _SAFE_QUERY) if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, netloc, path, query, fragment))


def is_loopback(host: str) -> bool:
    """Say whether `host` plainly means this machine: a loopback literal or `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def registrable(host: str) -> str:
    """Return the registrable domain of `host` ("www.bbc.co.uk" → "bbc.co.uk"); a bare address or
    a name without a public suffix stands for itself."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return _suffixes().privatesuffix(name) or name


def same_site(one: str, other: str) -> bool:
    """Say whether two addresses lie under one registrable domain."""
    site = site_of(one)
    return bool(site) and site == site_of(other)


def one_house(org: str, address: str, other_org: str, other_address: str) -> bool:
    """Say whether one publisher is behind two feeds: they have one org, or, where not both have
    one, their addresses one registrable domain."""
    if org and other_org:
        return org == other_org
    return same_site(address, other_address)


def site_of(url: str) -> str:
    """Return the registrable domain of an address, in its ASCII form; empty for none."""
    try:
        host = _host(urlsplit(url))
    except ValueError:
        return ""
    return registrable(host) if host else ""


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _host(parts: SplitResult) -> str:
    """Return the host as it stands in a canonical address, or an empty string where it is none."""
    host = (parts.hostname or "").rstrip(".")
    try:
        if ":" in host:
            return f"[{ipaddress.IPv6Address(host)}]"
        host = host.encode("idna" if not host.isascii() else "ascii").decode().lower()
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def _tracks(pair: str) -> bool:
    key, _, value = pair.partition("=")
    name = unquote(key).lower()
    if name in _SESSION_KEYS:
        return _SESSION.fullmatch(value) is not None
    return name in TRACKING_KEYS or name.startswith(TRACKING_PREFIXES)


def _session_free(path: str) -> str:
    head, separator, tail = path.partition(";")
    return head if separator and tail.lower().startswith("jsessionid=") else path


def _normal(text: str, safe: str) -> str:
    """Percent-encode what must be, decode what need not be, upper-case the rest."""
    pieces = text.split("%")
    result = [_quoted(pieces[0], safe)]
    for piece in pieces[1:]:
        code, rest = piece[:2], piece[2:]
        if _HEX_PAIR.fullmatch(code):
            character = chr(int(code, 16))
            keep = character.isascii() and (character.isalnum() or character in "-._~")
            result.append(character if keep else f"%{code.upper()}")
        else:
            rest = piece
            result.append("%25")
        result.append(_quoted(rest, safe))
    return "".join(result)


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
