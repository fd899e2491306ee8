"""What a subscriber writes back: from a mail to what it asks for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hrwatch.model.mail import Detail


class Verb(StrEnum):
    """What a reply may ask for."""

    STOP = "stop"  # no more mail
    START = "start"  # mail again, after a stop or a pause
    PAUSE = "pause"  # no mail for some days
    WRONG = "wrong"  # these articles are not about what was asked for
    MUTE = "mute"  # no more of these stories, of a source, or of what a word alone brings
    UNMUTE = "unmute"
    LESS = "less"  # of each story
    MORE = "more"
    HELP = "help"  # what may be replied; asked for, or in place of what is no command


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a reply asks for."""

    verb: Verb
    numbers: tuple[int, ...] = ()  # of the items in the digest that is replied to
    days: int | None = None  # None: for ever, or as long as is usual
    source: str = ""  # a feed or publisher, as the subscriber calls it
    whole: str = ""  # with what was read as days: "The Day" may be a name; empty: nothing was
    word: str = ""  # by which articles are found, or a phrase
    line: str = ""  # HELP: the beginning of what stood where a command should, letters alone


@dataclass(frozen=True, slots=True)
class Letter:
    """What is kept of a mail that asks for something: no word of it beyond the command, or the
    beginning of the line that should be one."""

    key: str  # of its Message-ID, or of its bytes where it has none; SHA-256 in hex
    message_id: str  # to be answered to, with its angle brackets; empty: none that can be
    sender: str  # the one address in its From
    tokens: tuple[str, ...]  # what may be a subscriber's token, wherever it stood
    about: tuple[str, ...]  # Message-IDs of ours, the one that is replied to first
    command: Command
    automatic: bool = False  # a program wrote it: it is not answered


@dataclass(frozen=True, slots=True)
class NoLetter:
    """A mail that asks for nothing, or not as a subscriber would."""

    because: str


class Obstacle(StrEnum):
    """Why a command cannot be done."""

    NO_DIGEST = "no digest"  # the mail that is replied to is none
    NO_NUMBER = "no number"  # nothing stands under it
    NO_SOURCE = "no source"  # nothing the subscriber gets has the name
    NO_WORD = "no word"  # nothing that matched for the subscriber was found by it
    NO_MUTED_WORD = "no muted word"
    TOO_MANY = "too many"  # words are muted
    NO_CHANGE = "no change"  # it is so already, and cannot be more so


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscriber is answered: what was done, or why not."""

    verb: Verb
    obstacle: Obstacle | None = None
    until: date | None = None  # the first local day on which it is over
    since: date | None = None  # the first local day of which anything is kept, after a stop
    detail: Detail | None = None  # of the digests from now on
    numbers: tuple[int, ...] = ()  # of what it was done with
    missing: tuple[int, ...] = ()  # numbers that the digest does not have
    source: str = ""  # a feed or publisher, as the operator names it
    word: str = ""  # as a text or the rules write it
    words: tuple[str, ...] = ()  # that are muted
    line: str = ""  # that is no command, as of `Command`
    suspended: bool = False  # their mail server refused them for good: nothing is written
    undo: Command | None = None  # what to answer to undo it; None: nothing is to be undone
