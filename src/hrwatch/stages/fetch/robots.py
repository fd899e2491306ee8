"""robots.txt (RFC 9309), read and asked: which pages a site does not want programs to read.

Our own reading of it, because what a hostile site may send here is read in the main process: the
time and memory it takes grow no faster than the file, and a page is judged in some milliseconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

PRODUCT = "hrwatch"  # what a group of rules for us is headed by
MOST_BYTES = 600_000  # read; RFC 9309, 2.5, wants at least 500 KiB
MOST_RULES = 5_000  # of ours; hundreds are many
MOST_TEXT = 200_000  # characters of our rules, all together
# Of all patterns with a wildcard: to look for them in a path may cost the product of both lengths,
# in the event loop.
MOST_WILDCARDS = 500
MOST_WILDCARD_TEXT = 20_000
LONGEST_PATH = 1_000  # looked at; no article has a longer one
LONGEST_DELAY = timedelta(seconds=10)  # a page of a feed every so often, whatever is asked for

_AGENT = frozenset({"user-agent", "useragent", "user agent"})
# What the big crawlers take for it as well, so that whoever writes it is understood.
_DISALLOW = frozenset({"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"})
_DELAY = frozenset({"crawl-delay", "crawl delay"})
_NAME = re.compile(r"[A-Za-z_-]+|\*")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
# What is encoded, what should be, and a sign that encodes nothing.
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9/:@!$&'()*+,;=\-._~?%]+|%")
_UNRESERVED = frozenset("-._~")
_MORE = "\0"  # in place of the rest of a path: in no pattern, so that none ends there


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site asks of us. One text, since a cache of many may hold as many bytes as it is told
    and no more; and not much of it, since each page is judged by all of it."""

    text: str = ""  # a rule a line: + or -, and its pattern
    delay: timedelta = timedelta(0)

    def allow(self, path: str) -> bool:
        """Say whether the site lets us read `path` (with its query, percent-encoded)."""
        path = _normal(path)
        if path == "/robots.txt":
            return True
        if len(path) > LONGEST_PATH:
            path = path[:LONGEST_PATH] + _MORE
        longest, allowed = -1, True
        for line in self.text.splitlines():
            is_allow, pattern = line[0] == "+", line[1:]
            # The longest pattern decides; of two, the one that allows (RFC 9309, 2.2.2).
            if len(pattern) < longest or (len(pattern) == longest and not is_allow):
                continue
            if _matches(pattern, path):
                longest, allowed = len(pattern), is_allow
        return allowed


EVERYTHING = Rules()


@dataclass(slots=True)
class _Kept:
    """The rules of one group, the first ones of more than anybody needs."""

    lines: list[str] = field(default_factory=list)
    text: int = 0
    wildcards: int = 0
    wildcard_text: int = 0

    def add(self, line: str) -> None:
        text = self.text + len(line) + 1
        if len(self.lines) >= MOST_RULES or text > MOST_TEXT:
            return
        if "*" in line:
            wildcard_text = self.wildcard_text + len(line)
            if self.wildcards >= MOST_WILDCARDS or wildcard_text > MOST_WILDCARD_TEXT:
                return
            self.wildcards, self.wildcard_text = self.wildcards + 1, wildcard_text
        self.text = text
        self.lines.append(line)


def parse(body: bytes) -> Rules:
    """Given a robots.txt, or the head of a longer one, return the rules for us: those under our
    name, else those for everybody. Anything is read; what is no rule says nothing."""
    ours, everybodys = _Kept(), _Kept()
    delays: dict[str, timedelta] = {}
    groups: set[str] = set()
    current: set[str] = set()
    in_heading = False
    for key, value in _lines(body):
        if key in _AGENT:
            if not in_heading:
                current, in_heading = set(), True
            product = _NAME.match(value)
            name = product[0].lower() if product else ""
            if name in {PRODUCT, "*"}:
                current.add(name)
                groups.add(name)
            continue
        is_allow = key == "allow"
        if not (is_allow or key in _DISALLOW or key in _DELAY):
            continue  # a sitemap and such belong to no group
        in_heading = False
        for name in current:
            rules = ours if name == PRODUCT else everybodys
            if key in _DELAY:
                delays[name] = max(_delay(value), delays.get(name, timedelta(0)))
            elif value:
                rules.add(("+" if is_allow else "-") + _normal(value))
    name, rules = (PRODUCT, ours) if PRODUCT in groups else ("*", everybodys)
    return Rules("\n".join(rules.lines), delays.get(name, timedelta(0)))


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    for line in re.split(r"[\r\n]+", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _delay(value: str) -> timedelta:
    if not _SECONDS.fullmatch(value):
        return timedelta(0)
    return min(timedelta(seconds=float(value)), LONGEST_DELAY)


def _normal(text: str) -> str:
    """Return a path or pattern with everything encoded that must be, and nothing that need not
    (RFC 9309, 2.2.2)."""
    return _ENCODED.sub(_as_it_must_be, text)


def _as_it_must_be(found: re.Match[str]) -> str:
    code = found[1]
    if code is None:
        return quote(found[0], safe="", errors="replace")
    character = chr(int(code, 16))
    is_free = character.isascii() and (character.isalnum() or character in _UNRESERVED)
    return character if is_free else f"%{code.upper()}"


def _matches(pattern: str, path: str) -> bool:
    """Say whether `path` begins as the pattern says: `*` is any text, `$` at its end the end."""
    head, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(head):
        return False
    at = len(head)
    is_whole = pattern.endswith("$")
    last = parts.pop() if parts else None
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if last is None:
        return not is_whole or at == len(path)
    if is_whole:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0
