"""The sendmail transport with real programs that behave, refuse, hang and misbehave."""

import asyncio
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from builders import a_mail
from fakes import Clock
from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.stages.deliver.rest import REST
from hrwatch.stages.deliver.sendmail import SendmailTransport

SENDER = "digest@example.org"
MAIL = a_mail(recipient="anna@example.org", sender=SENDER)


def a_program(folder: Path, does: str) -> Path:
    """Return a shell script that takes mail; its arguments, environment and input lie beside it."""
    script = folder / "send mail"  # no shell may take the space for an end
    script.write_text(
        "#!/bin/sh\n"
        f"cd '{folder}'\n"
        'for word in "$@"; do printf "%s\\n" "$word" >> arguments; done\n'
        "/usr/bin/env > environment\n"
        f"{does}\n"
    )
    script.chmod(0o700)
    return script


def delivered(program: Path, mail: Mail = MAIL, timeout: float = 10) -> Delivery:
    """Return what became of the mail."""

    async def deliver() -> Delivery:
        transport = SendmailTransport(program, program.parent, clock=Clock(), timeout=timeout)
        delivery = await transport.deliver(mail)
        await transport.close()
        return delivery

    return asyncio.run(deliver())


def test_sendmail_gets_the_mail_and_the_envelope_as_it_expects_them(tmp_path: Path) -> None:
    body = b"From: a@b.example\r\n\r\n.\r\n..\r\nFrom here\r\n" + b"x" * 90 + b"\r\n"
    program = a_program(tmp_path, "cat > message")
    delivery = delivered(program, a_mail(recipient="anna@example.org", sender=SENDER, bytes=body))
    assert delivery == Delivery(
        "<1@example.org>", "desk", Status.SENT, Clock()(), "taken by send mail"
    )
    assert (tmp_path / "arguments").read_text().splitlines() == [
        "-i", "-f", SENDER, "--", "anna@example.org",
    ]  # fmt: skip
    assert (tmp_path / "message").read_bytes() == body.replace(b"\r\n", b"\n")


def test_sendmail_takes_a_mail_larger_than_a_pipe(tmp_path: Path) -> None:
    body = b"Subject: long\r\n\r\n" + b"an invented line\r\n" * 60_000
    program = a_program(tmp_path, "sleep 0.2; cat > message")
    delivery = delivered(program, a_mail(recipient="anna@example.org", sender=SENDER, bytes=body))
    assert delivery.status is Status.SENT
    assert (tmp_path / "message").stat().st_size == len(body) - body.count(b"\r")


def test_sendmail_sees_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRWATCH_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    delivered(a_program(tmp_path, "cat > message"))
    lines = (tmp_path / "environment").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LC_ALL", "HOME"}


CODES = {
    0: (Status.SENT, "taken by send mail"),
    1: (Status.DEFERRED, "ended with 1:"),
    64: (Status.DEFERRED, "ended with 64 (it does not understand how it was called)"),
    65: (Status.REFUSED, "ended with 65 (the mail is refused)"),
    67: (Status.REFUSED, "ended with 67 (the recipient is not known)"),
    68: (Status.DEFERRED, "ended with 68 (the recipient's host is not known)"),
    69: (Status.DEFERRED, "ended with 69 (it cannot do its work)"),
    70: (Status.DEFERRED, "ended with 70 (it met an error of its own)"),
    71: (Status.DEFERRED, "ended with 71 (the system failed it)"),
    72: (Status.DEFERRED, "ended with 72 (a file of the system is missing)"),
    73: (Status.DEFERRED, "ended with 73 (it cannot write a file)"),
    74: (Status.DEFERRED, "ended with 74 (it could not read or write)"),
    75: (Status.DEFERRED, "ended with 75 (try again later)"),
    76: (Status.DEFERRED, "ended with 76 (the other side answered nonsense)"),
    77: (Status.DEFERRED, "ended with 77 (it may not do that)"),
    78: (Status.DEFERRED, "ended with 78 (its configuration is wrong)"),
    126: (Status.DEFERRED, "ended with 126 (it cannot be run)"),
    127: (Status.DEFERRED, "ended with 127 (something it needs cannot be found)"),
    255: (Status.DEFERRED, "ended with 255:"),
}


@pytest.mark.parametrize("code", CODES)
def test_sendmail_ends_with_a_code_that_becomes_a_status(tmp_path: Path, code: int) -> None:
    status, said = CODES[code]
    delivery = delivered(a_program(tmp_path, f"cat > message; echo because >&2; exit {code}"))
    assert delivery.status is status
    assert said in delivery.detail
    assert delivery.detail.endswith("because") is (code != 0)
    assert delivery.of_recipient is (code == 67)


def test_sendmail_words_are_told_on_one_line_without_the_recipient(tmp_path: Path) -> None:
    said = 'echo "<ANNA@example.org>: no\n anna here, ask boss@example.org" >&2; exit 67'
    delivery = delivered(a_program(tmp_path, f"cat > message; {said}"))
    assert delivery.detail == (
        "send mail ended with 67 (the recipient is not known): <[address]>: no [address] here, ask "
        "[address]"
    )


def test_sendmail_that_hangs_with_the_mail_is_ended_with_what_it_started(tmp_path: Path) -> None:
    script = "cat > message; echo almost >&2; sleep 61 & echo $! > child; wait"
    delivery = delivered(a_program(tmp_path, script), timeout=1)
    assert delivery.status is Status.UNKNOWN  # it may have been sent
    assert delivery.detail == "send mail did not end within 1 s and was ended: almost"
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not _is_alive(child):
            break
        time.sleep(0.02)
    assert not _is_alive(child)


def test_sendmail_that_hung_is_left_alone_for_a_while(tmp_path: Path) -> None:
    async def deliver() -> None:
        clock, program = Clock(), a_program(tmp_path, "test -e mended || sleep 64")
        transport = SendmailTransport(program, tmp_path, clock=clock, timeout=0.3)
        first, second = [await transport.deliver(MAIL) for _ in range(2)]
        assert (first.status, second.status) == (Status.UNKNOWN, Status.DEFERRED)
        assert first.detail == second.detail == transport.stopped
        assert (tmp_path / "arguments").read_text().count("-i") == 1
        clock.advance(REST)
        (tmp_path / "mended").touch()
        assert (await transport.deliver(MAIL)).status is Status.SENT

    asyncio.run(deliver())


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return False
    return state not in ("Z", "X")


def test_sendmail_that_leaves_something_running_is_not_waited_for(tmp_path: Path) -> None:
    script = "cat > message; sleep 62 & echo $! > child"  # it holds our pipe, as a queue runner may
    started_at = time.monotonic()
    delivery = delivered(a_program(tmp_path, script), timeout=20)
    child = int((tmp_path / "child").read_text())
    assert delivery.status is Status.SENT
    assert time.monotonic() - started_at < 10
    assert _is_alive(child)  # what it does is its own matter
    os.kill(child, 9)


def test_sendmail_that_is_killed_is_deferred(tmp_path: Path) -> None:
    delivery = delivered(a_program(tmp_path, "cat > message; kill -9 $$"))
    assert delivery.status is Status.DEFERRED
    assert delivery.detail == "send mail was ended by SIGKILL"


def test_sendmail_that_reads_nothing_is_no_trouble(tmp_path: Path) -> None:
    delivery = delivered(a_program(tmp_path, "echo no >&2; exit 75"))
    assert delivery.detail == "send mail ended with 75 (try again later): no"


def test_sendmail_leaves_nothing_of_the_mail_behind(tmp_path: Path) -> None:
    delivered(a_program(tmp_path, "exit 0"))
    assert {path.name for path in tmp_path.iterdir()} == {"send mail", "arguments", "environment"}


def test_sendmail_without_room_for_the_mail_defers_it(tmp_path: Path) -> None:
    async def deliver() -> Delivery:
        program = a_program(tmp_path, "exit 0")
        return await SendmailTransport(program, tmp_path / "gone", clock=Clock()).deliver(MAIL)

    delivery = asyncio.run(deliver())
    assert delivery.status is Status.DEFERRED
    assert delivery.detail == f"{tmp_path / 'gone'} cannot be written to: No such file or directory"


def test_sendmail_that_floods_us_with_words_is_ended(tmp_path: Path) -> None:
    flood = "import sys\nwhile True: sys.stderr.write('no ' * 999)"
    script = f"cat > message; exec '{sys.executable}' -c \"{flood}\""
    delivery = delivered(a_program(tmp_path, script), timeout=2)
    assert delivery.status is Status.UNKNOWN
    assert len(delivery.detail) < 300


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "No such file or directory"),
        ("not executable", "Permission denied"),
        ("a directory", "Permission denied"),
        ("no program", "Exec format error"),
    ],
)
def test_sendmail_that_cannot_be_run_defers_and_names_it(
    tmp_path: Path, kind: str, said: str
) -> None:
    program = tmp_path / "program"
    if kind == "a directory":
        program.mkdir()
    elif kind != "missing":
        program.write_text("no program\n")
        program.chmod(stat.S_IRUSR | (stat.S_IXUSR if kind == "no program" else 0))
    delivery = delivered(program)
    assert delivery.status is Status.DEFERRED
    assert delivery.detail == f"{program} cannot be run: {said}"


@pytest.mark.parametrize(
    "address",
    [
        "-oQ/tmp@example.org",
        "--@example.org",
        "|rm@example.org",
        "/etc/passwd@example.org",
        ":include:x@example.org",
        "anna@example.org boris@example.org",
        "anna@example.org,boris@example.org",
        "anna@example.org\nboris@example.org",
        "anna@example.org\0",
        "anna",
        "",
    ],
)
def test_sendmail_is_given_no_address_that_could_be_anything_else(
    tmp_path: Path, address: str
) -> None:
    program = a_program(tmp_path, "cat > message")
    to = delivered(program, a_mail(recipient=address, sender=SENDER))
    of = delivered(program, a_mail(recipient="anna@example.org", sender=address))
    assert (to.status, of.status) == (Status.REFUSED, Status.DEFERRED)
    assert not (tmp_path / "arguments").exists()


@pytest.mark.parametrize(
    "address", ["a+tag@example.org", "x$IFS`id`&id|id@example.org", "o'x*?#~!@a.test"]
)
def test_sendmail_passes_addresses_through_no_shell(tmp_path: Path, address: str) -> None:
    mail = a_mail(recipient=address, sender=SENDER)
    assert delivered(a_program(tmp_path, "cat > message"), mail).status is Status.SENT
    assert (tmp_path / "arguments").read_text().splitlines()[-1] == address


def test_sendmail_delivery_that_is_cancelled_ends_the_program(tmp_path: Path) -> None:
    async def deliver() -> None:
        program = a_program(tmp_path, "echo $$ > child; sleep 63")
        transport = SendmailTransport(program, program.parent, clock=Clock(), timeout=20)
        task = asyncio.create_task(transport.deliver(MAIL))
        for _ in range(500):
            await asyncio.sleep(0.02)
            if (tmp_path / "child").exists() and (tmp_path / "child").read_text():
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert not _is_alive(int((tmp_path / "child").read_text()))

    asyncio.run(deliver())
