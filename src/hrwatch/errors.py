"""Every exception of hrwatch.

HrwatchError
├── ConfigError            the operator's file: every mistake at once
├── QueryError             a query that cannot be read
├── FetchError             an address that could not be fetched
│   ├── AddressRefused     the guard, not the network, said no
│   ├── Disallowed         robots.txt asks not to read the page
│   │   └── RobotsUnread       it cannot be read itself
│   ├── Resting            a domain that refused or limped is left alone for a while
│   ├── Unreachable        DNS, connection or TLS failed, or the deadline passed
│   │   ├── ProxyUnreachable   the way there is at fault, not the server
│   │   ├── NameUnknown        the name does not resolve
│   │   └── TlsFailed          the certificate was not accepted, or TLS itself failed
│   ├── TooLarge           more bytes than the cap, on the wire or decoded
│   ├── BadRedirect        too many hops, a loop, or a target that is no http(s) address
│   ├── BadEncoding        a content encoding that is refused, broken or truncated
│   └── BadStatus          an HTTP status that carries no document
├── ParseError             bytes that are no feed
│   ├── WebPage            a web page where a feed should be
│   ├── NoListing          a page on which nothing looks like a list of news
│   └── LayoutChanged      a page on which there was one
├── ExtractError           a page without an article
├── HopError               a worker that had to be ended, or died
│   └── NoWorker           none could be had: the machine, not the input, is at fault
├── ArchiveError           the archive cannot be used
│   ├── ArchiveMissing     there is none yet
│   ├── ArchiveHeld        another process holds it for writing
│   ├── ArchiveNewer       made by a newer hrwatch than this one
│   └── ArchiveDamaged     it holds what nobody can have written
├── SecretError            a password that is missing, or lies where others can read it
├── ClockError             the machine's clock cannot be right
├── ComposeError           a mail whose bytes would not be what was meant
└── DeliverError           a transport that cannot be opened

All of them survive pickling: what `__init__` takes is what `args` holds.
"""

from dataclasses import dataclass


class HrwatchError(Exception):
    """Root of all errors that hrwatch raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in the operator's file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.text}"


class ConfigError(HrwatchError):
    """The configuration cannot be used; `mistakes` names each with its place."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join(str(mistake) for mistake in self.mistakes)


class QueryError(HrwatchError):
    """A query that cannot be read; `position` is the offset of the trouble in code points."""

    def __init__(self, text: str, position: int) -> None:
        super().__init__(text, position)
        self.text = text
        self.position = position

    def __str__(self) -> str:
        return f"{self.text} (at character {self.position + 1})"


class FetchError(HrwatchError):
    """An address could not be fetched; the text says why, without secrets of the address."""


class AddressRefused(FetchError):
    """The address guard said no before anything was sent."""


class Disallowed(FetchError):
    """The site's robots.txt asks programs not to read the page, or cannot be read itself."""


class RobotsUnread(Disallowed):
    """The site's robots.txt cannot be read just now, so nobody knows whether the page may be."""


class Resting(FetchError):
    """Pages of this domain failed or were refused just before: it is left alone for a while."""


class Unreachable(FetchError):
    """The network said no: DNS, connection, TLS or deadline."""


class ProxyUnreachable(Unreachable):
    """The operator's proxy cannot be used; nothing goes without it."""


class NameUnknown(Unreachable):
    """The host's name does not resolve: somebody has to mend the name, or the address."""


class TlsFailed(Unreachable):
    """The certificate was not accepted, or TLS itself failed."""


class TooLarge(FetchError):
    """The answer is longer than the cap allows."""


class BadRedirect(FetchError):
    """The redirects lead nowhere: too many, a loop, or a target that is not http(s)."""


class BadEncoding(FetchError):
    """The content encoding is refused, broken or truncated."""


class BadStatus(FetchError):
    """An HTTP status that carries no document; `retry_after` is in seconds, where it was given."""

    def __init__(self, text: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(text, status, retry_after)
        self.text = text
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.text


class ParseError(HrwatchError):
    """The bytes are no feed that can be read."""


class WebPage(ParseError):
    """A web page stands where a feed should be; the text names the feeds that it advertises."""


class NoListing(ParseError):
    """Nothing on the page looks like a list of news, or the operator's selectors find none."""


class LayoutChanged(ParseError):
    """A listing page that had entries before has none that can be found any more."""


class ExtractError(HrwatchError):
    """The page holds no article that can be read."""


class HopError(HrwatchError):
    """A worker was ended (time, memory) or died; the input, not the daemon, is at fault."""


class NoWorker(HopError):
    """No worker could be started, or they are closed; the same input may be tried again."""


class ArchiveError(HrwatchError):
    """The archive cannot be used; the text says what to do."""


class ArchiveMissing(ArchiveError):
    """There is no archive yet: nothing was polled."""


class ArchiveHeld(ArchiveError):
    """Another process holds the archive for writing."""


class ArchiveNewer(ArchiveError):
    """The archive was made by a newer hrwatch."""


class ArchiveDamaged(ArchiveError):
    """Something in the archive cannot be what was written; the text says what, or where."""


class SecretError(HrwatchError):
    """A secret is missing or cannot be used; the text names the places, never the secret."""


class ClockError(HrwatchError):
    """The machine's clock cannot be right; nothing is polled or mailed by it."""


class ComposeError(HrwatchError):
    """A mail whose bytes would not be what was meant was not written."""


class DeliverError(HrwatchError):
    """A transport cannot be opened at all."""
