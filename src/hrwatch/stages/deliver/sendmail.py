"""The transport `sendmail:`: hands a mail to a program of this machine, as sendmail(8) takes it,
and reads what became of it from how the program ended (sysexits.h)."""

import asyncio
import contextlib
import os
import re
import signal
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.stages.deliver.failures import scrubbed
from hrwatch.stages.deliver.rest import Rest
from hrwatch.stages.deliver.turns import Turns

TIMEOUT = 120.0  # seconds; some of these programs send at once, and wait for a far server
_SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"
_SAID_LIMIT = 4096  # bytes of what it says that are looked at
# Nothing that the program could take for an option, a pipe, a file or a second recipient.
_PLAIN = re.compile(r"[A-Za-z0-9_][^\s,;:<>()\x00-\x1f\x7f]{0,63}@[A-Za-z0-9.\[\]-]{1,255}")
_FOR_GOOD = frozenset({os.EX_DATAERR, os.EX_NOUSER})
_MEANING = {
    os.EX_USAGE: "it does not understand how it was called",
    os.EX_DATAERR: "the mail is refused",
    os.EX_NOUSER: "the recipient is not known",
    os.EX_NOHOST: "the recipient's host is not known",
    os.EX_UNAVAILABLE: "it cannot do its work",
    os.EX_SOFTWARE: "it met an error of its own",
    os.EX_OSERR: "the system failed it",
    os.EX_OSFILE: "a file of the system is missing",
    os.EX_CANTCREAT: "it cannot write a file",
    os.EX_IOERR: "it could not read or write",
    os.EX_TEMPFAIL: "try again later",
    os.EX_PROTOCOL: "the other side answered nonsense",
    os.EX_NOPERM: "it may not do that",
    os.EX_CONFIG: "its configuration is wrong",
    126: "it cannot be run",
    127: "something it needs cannot be found",
}


class _Told(NamedTuple):
    """What became of a mail."""

    status: Status
    detail: str
    of_recipient: bool = False


class SendmailTransport:
    """Runs the program once for every mail; nothing is held between mails."""

    def __init__(
        self,
        program: Path,
        directory: Path,
        *,
        clock: Callable[[], datetime],
        timeout: float = TIMEOUT,
    ) -> None:
        """The mail on its way lies, without a name, in `directory`: where the archive lies too."""
        self._program = program
        self._directory = directory
        self._clock = clock
        self._timeout = timeout
        self._rest = Rest(clock)
        self._turns = Turns(timeout)

    @property
    def stopped(self) -> str:
        """Why the program is not asked at the moment: it hung. Empty where it is."""
        return self._rest.reason

    @property
    def resting(self) -> str:
        """The same."""
        return self.stopped

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, hand it over; DEFERRED where the program cannot take it now, REFUSED where
        it never will, UNKNOWN where it had the mail and did not come back. While `stopped`,
        DEFERRED without asking."""
        async with self._turns.taken():
            if reason := self.stopped:
                told = _Told(Status.DEFERRED, reason)
            else:
                told = await self._handed_over(mail)
            if told.status is Status.UNKNOWN:
                self._rest.begin(told.detail)
        return Delivery(mail.message_id, mail.subscriber, told.status, self._clock(), *told[1:])

    async def close(self) -> None:
        """Nothing is held between mails."""

    async def _handed_over(self, mail: Mail) -> _Told:
        if not _PLAIN.fullmatch(mail.recipient):
            detail = "the recipient is no address that a program is given"
            return _Told(Status.REFUSED, detail, of_recipient=True)
        if not _PLAIN.fullmatch(mail.sender):
            return _Told(Status.DEFERRED, "the sender is no address that a program is given")
        try:
            message = self._spooled(mail)
        except OSError as error:
            reason = f"{self._directory} cannot be written to: {error.strerror}"
            return _Told(Status.DEFERRED, reason)
        readable, writable = os.pipe()
        with message, os.fdopen(readable, "rb", buffering=0) as said:
            try:
                process = await self._started(mail, message, writable)
            except OSError as error:
                return _Told(Status.DEFERRED, f"{self._program} cannot be run: {error.strerror}")
            finally:
                os.close(writable)
            told = await self._ended(process)
            # What it left running may hold the pipe open: its end is not waited for.
            os.set_blocking(readable, False)
            words = (said.read(_SAID_LIMIT) or b"").decode(errors="replace")
        if words and told.status is not Status.SENT:
            return told._replace(detail=f"{told.detail}: {scrubbed(words, mail.recipient)}")
        return told

    def _spooled(self, mail: Mail) -> IO[bytes]:
        """Return the mail as a file without a name: no program can stop us by not reading it."""
        message = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115 - the caller's
        try:
            # Programs expect the line ends of this machine, and some send a CR as it is.
            message.write(mail.bytes.replace(b"\r\n", b"\n"))
            message.seek(0)
        except OSError:
            message.close()
            raise
        return message

    async def _started(
        self, mail: Mail, message: IO[bytes], writable: int
    ) -> asyncio.subprocess.Process:
        home = {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
        return await asyncio.create_subprocess_exec(
            self._program,
            "-i",  # a line with a single dot does not end the mail
            "-f",
            mail.sender,
            "--",
            mail.recipient,
            stdin=message,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=writable,
            cwd="/",
            env={"PATH": _SEARCHED, "LC_ALL": "C"} | home,
            start_new_session=True,  # so that what it starts can be ended with it
        )

    async def _ended(self, process: asyncio.subprocess.Process) -> _Told:
        """Wait for the program's end, which comes with this one's at the latest."""
        try:
            async with asyncio.timeout(self._timeout):
                return self._told(await process.wait())
        except TimeoutError:
            name = self._program.name
            detail = f"{name} did not end within {self._timeout:g} s and was ended"
            return _Told(Status.UNKNOWN, detail)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _told(self, code: int) -> _Told:
        name = self._program.name
        if code == os.EX_OK:
            return _Told(Status.SENT, f"taken by {name}")
        if code < 0:
            return _Told(Status.DEFERRED, f"{name} was ended by {signal.Signals(-code).name}")
        meaning = f" ({_MEANING[code]})" if code in _MEANING else ""
        status = Status.REFUSED if code in _FOR_GOOD else Status.DEFERRED
        return _Told(status, f"{name} ended with {code}{meaning}", code == os.EX_NOUSER)
