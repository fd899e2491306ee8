"""A mail → what is kept of it where it asks for something. Pure.

Nothing is decided here of who may ask: that takes the operator's file and the archive.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

from hrwatch.model.replies import Command, Letter, NoLetter, Verb
from hrwatch.stages.reply.commands import as_told, command, is_greeting, is_thanks
from hrwatch.stages.reply.message import Message, decoded, read
from hrwatch.stages.reply.writer import program, sender

MOST_LINES = 10  # of the writer's own: only greetings stand before a command
_LONGEST_SUBJECT = 1_000
_MOST_NAMED = 20  # tokens, and Message-IDs
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_MESSAGE_ID = re.compile(r"<[!-;=?A-Z^-~\[\]]{1,240}@[!-;=?A-Z^-~\[\]]{1,240}>")
_REPLY_TO = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|res|ref|отв|ответ|на|رد|الرد|回复|答复|回覆)\s*(?:\[\d{1,3}\])?\s*[:\uff1a]",
    re.IGNORECASE,
)
_MARKS = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_SIGNATURE = "--"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SHORT = 25  # characters of a line that is the end of an attribution, and not all of it
_LONGEST_LINE = 300  # that is looked at: these expressions would take minutes over a megabyte
# Below such a line all is of somebody else, quoted without a mark.
_QUOTED_BELOW = re.compile(
    r"\s*(?:_{5,}|-{3,}.{0,60}-{2,}|-{5,}"
    r"|\*?(?:from|sent|von|gesendet|de|envoyé|envoyée?|enviado|от|отправлено|кому|من|مرسل)\*?\s?:\*?\s.*)\s*",
    re.IGNORECASE,
)
# "On Monday, anna@example.org wrote:". What follows should be marked as quoted.
_ATTRIBUTION = re.compile(
    r"(?=.{25}).*[@\d].*[:\uff1a]\s*|.*(?:(?:wrote|writes|schrieb|écrit|escribió|пишет|писала?|написала?|كتب|كتبت)\s?:?)\s*",
    re.IGNORECASE,
)

# "On Monday, anna@example.org", where "wrote:" stands on the next line.
_ATTRIBUTION_BEGINS = re.compile(r"(?=.{25}).*@.*|(?=.{25})(?=.*\d).*[,:].*")


def letter(data: bytes) -> Letter | NoLetter:
    """Given a mail, return what it asks for, and of whom it says that it is; NoLetter where it asks
    for nothing, or where nobody may be answered."""
    message = read(data)
    address = sender(message)
    if not address:
        return NoLetter("it is not from one address")
    subject = decoded(message.one("subject"))[:_LONGEST_SUBJECT]
    line = _first(message.lines)
    asked, by_subject = command(line), False
    if asked is None:
        asked, by_subject = _in_subject(subject), True
    if asked is None and (not line or is_thanks(line)):
        return NoLetter("it asks for nothing")
    if asked is None:
        asked, by_subject = Command(Verb.HELP, line=as_told(line)), False
    tokens = _tokens(message, subject)
    if not tokens:
        return NoLetter("it answers no mail of ours")
    because = program(message)
    # A mail program may say of itself that it unsubscribes for its reader. It is heeded, and not
    # answered; nothing else that a program writes is.
    if because is not None and not (by_subject and asked.verb is Verb.STOP):
        return NoLetter(f"a program wrote it: {because}")
    message_id = next(iter(_MESSAGE_ID.findall(message.one("message-id"))), "")
    key = f"{address.lower()} {message_id}".encode() if message_id else data
    return Letter(
        key=sha256(key).hexdigest(),
        message_id=message_id,
        sender=address,
        tokens=tokens,
        about=_about(message),
        command=asked,
        automatic=because is not None,
    )


def own_lines(lines: Iterable[str]) -> list[str]:
    """Return what the writer of a mail typed, of the lines of its text: neither what is quoted, nor
    a signature, nor who wrote what is quoted."""
    kept: list[str] = []
    quote_follows = signed = False
    for line in lines:
        seen = line.translate(_MARKS).strip()
        if not seen:
            signed = False
            continue
        if seen.startswith((">", "|")):
            if quote_follows:
                _drop_attribution(kept)
            quote_follows = False
            continue
        if seen == _SIGNED:
            signed = True  # what follows to the next empty line is of the program that signed
        if signed:
            continue
        if quote_follows or seen == _SIGNATURE or _QUOTED_BELOW.fullmatch(seen[:_LONGEST_LINE]):
            break
        quote_follows = _ATTRIBUTION.fullmatch(seen[-_LONGEST_LINE:]) is not None
        kept.append(line)
        if len(kept) == MOST_LINES:
            break
    return kept


def _drop_attribution(kept: list[str]) -> None:
    """Take away the last line, which says who wrote the quotation below, and the one before where
    it begins there."""
    last = kept.pop()
    if len(last) < _SHORT and kept and _ATTRIBUTION_BEGINS.fullmatch(kept[-1][-_LONGEST_LINE:]):
        kept.pop()


def _first(lines: Iterable[str]) -> str:
    """Return the first own line, greetings apart; empty for none. Only that one may be a command:
    the next ones may be quoted in a way that is not known here."""
    return next((line for line in own_lines(lines) if not is_greeting(line)), "")


def _in_subject(subject: str) -> Command | None:
    while found := _REPLY_TO.match(subject):
        subject = subject[found.end() :]
    return command(_TOKEN.sub(" ", subject.casefold()).replace("< >", ""))


def _tokens(message: Message, subject: str) -> tuple[str, ...]:
    written = (*message.all("references"), *message.all("in-reply-to"), subject)
    found = (token for value in written for token in _TOKEN.findall(value.lower()))
    return tuple(dict.fromkeys(found))[:_MOST_NAMED]


def _about(message: Message) -> tuple[str, ...]:
    """Return the Message-IDs that a mail answers to, the nearest first."""
    answered = [one for value in message.all("in-reply-to") for one in _MESSAGE_ID.findall(value)]
    before = [one for value in message.all("references") for one in _MESSAGE_ID.findall(value)]
    return tuple(dict.fromkeys((*answered, *reversed(before))))[:_MOST_NAMED]
