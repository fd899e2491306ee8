"""`hrwatch reply`: one mail from a mail server's pipe into the letterbox; the daemon may run."""

import sys

import typer

from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.model.replies import NoLetter
from hrwatch.stages import letterbox
from hrwatch.stages.reply.letter import letter
from hrwatch.stages.reply.message import MOST_BYTES

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail
_PIECE = 1_000_000


def reply(context: typer.Context) -> None:
    """Read a mail on standard input, as a mail server hands it on: a subscriber's reply to a
    digest, or their mail program's wish to stop. The daemon does what it asks for within seconds,
    or the next once, and answers to the subscriber's own address. Other mail is passed over.

    Exit: 0 taken or passed over; 75 it cannot be taken now, and should be tried again.
    """
    try:
        found = letter(_mail())
        if not isinstance(found, NoLetter):
            letterbox.put(place(context).state_directory(), found)
    except Exception as error:  # a bug too: what we print, a bounce would quote to a stranger
        _remark(f"it cannot be taken now: {error!r}")
        raise typer.Exit(TRY_AGAIN) from error
    if isinstance(found, NoLetter):
        _remark(f"passed over: {found.because}")
    else:
        _remark(f"taken: {found.command.verb}")


def _mail() -> bytes:
    """Return the beginning of standard input. All of it is read: a mail server takes a pipe that
    breaks for a failure."""
    stream = sys.stdin.buffer
    data = stream.read(MOST_BYTES)
    while stream.read(_PIECE):
        pass
    return data


def _remark(text: str) -> None:
    """Tell who tries it by hand. A mail server would quote it to whoever sent the mail."""
    if sys.stderr.isatty():
        output.remark(text)
