"""Opening transports: each kind by its name, and what is refused before anything is done."""

from pathlib import Path

import pytest

from fakes import Clock
from hrwatch.errors import DeliverError, SecretError
from hrwatch.model.settings import MailSettings
from hrwatch.secrets import Secret
from hrwatch.stages.deliver import Transport, open_transport
from hrwatch.stages.deliver.file import FileTransport
from hrwatch.stages.deliver.sendmail import SendmailTransport
from hrwatch.stages.deliver.smtp import SmtpTransport


def opened(transport: str) -> Transport:
    """Return the transport of that name, with a password at hand."""
    return open_transport(
        MailSettings(transport=transport),
        directory=Path("state"),
        clock=Clock(),
        password=lambda: Secret("hunter2"),
    )


@pytest.mark.parametrize(
    ("transport", "kind"),
    [
        ("file:outbox", FileTransport),
        ("file:/var/spool/digests", FileTransport),
        ("sendmail:", SendmailTransport),
        ("sendmail:/usr/bin/msmtp", SendmailTransport),
        ("smtp://127.0.0.1:8925", SmtpTransport),
        ("smtp://localhost", SmtpTransport),
        ("smtps://mail.example", SmtpTransport),
        ("smtp+starttls://digest@mail.example:587", SmtpTransport),
    ],
)
def test_open_transport_gives_what_the_settings_name(transport: str, kind: type) -> None:
    found = opened(transport)
    assert isinstance(found, kind)
    assert found.stopped == ""


@pytest.mark.parametrize("transport", ["", "file:", "outbox", "smtp://mail.example", "pigeon:"])
def test_open_transport_of_an_unknown_kind_says_what_to_write(transport: str) -> None:
    with pytest.raises(DeliverError, match=r"mail\.transport .*write "):
        opened(transport)


def test_open_transport_with_a_password_in_it_does_not_repeat_it() -> None:
    with pytest.raises(DeliverError) as refused:
        opened("smtps://digest:hunter2@mail.example")
    assert "hunter2" not in str(refused.value)
    assert "digest" not in str(refused.value)


def test_open_transport_for_a_user_without_a_password_fails_before_anything_is_sent() -> None:
    def missing() -> Secret:
        raise SecretError("the mail server's password is missing")

    settings = MailSettings(transport="smtps://digest@mail.example")
    with pytest.raises(SecretError, match="password is missing"):
        open_transport(settings, directory=Path("state"), clock=Clock(), password=missing)
    with pytest.raises(DeliverError, match="no password was handed over"):
        open_transport(settings, directory=Path("state"), clock=Clock())


def test_open_transport_without_a_user_asks_for_no_password() -> None:
    def unasked() -> Secret:
        raise AssertionError

    settings = MailSettings(transport="smtps://mail.example")
    open_transport(settings, directory=Path("state"), clock=Clock(), password=unasked)


def test_open_transport_with_a_ca_file_that_is_not_there_names_it() -> None:
    settings = MailSettings(transport="smtps://mail.example", ca_file=Path("nowhere/ca.pem"))
    with pytest.raises(DeliverError, match=r"^mail\.ca_file nowhere/ca\.pem cannot be read: No "):
        open_transport(settings, directory=Path("state"), clock=Clock())
