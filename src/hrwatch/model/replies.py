"""What a subscriber writes back: from a mail to what it asks for."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a reply may ask for."""

    STOP = "stop"  # no more mail
    START = "start"  # mail again, after a stop or a pause
    PAUSE = "pause"  # no mail for some days
    WRONG = "wrong"  # these articles are not about what was asked for
    MUTE = "mute"  # no more of these stories, or of a source
    UNMUTE = "unmute"
    LESS = "less"  # of each story
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a reply asks for."""

    verb: Verb
    numbers: tuple[int, ...] = ()  # of the items in the digest that is replied to
    days: int | None = None  # None: for ever, or as long as is usual
    source: str = ""  # a feed or publisher, as the subscriber calls it


@dataclass(frozen=True, slots=True)
class Letter:
    """What is kept of a mail that asks for something: no word of it beyond the command."""

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
