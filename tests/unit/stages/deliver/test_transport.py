"""Opening transports: what the operator may write, and what is refused with a reason."""

from pathlib import Path

import pytest

from fakes import Clock
from hrwatch.errors import DeliverError
from hrwatch.model.settings import MailSettings
from hrwatch.stages.deliver import open_transport
from hrwatch.stages.deliver.file import FileTransport
from hrwatch.stages.deliver.smtp import SmtpTransport, server


@pytest.mark.parametrize(
    ("transport", "kind"),
    [
        ("file:outbox", FileTransport),
        ("file:/var/spool/digests", FileTransport),
        ("smtp://127.0.0.1:8925", SmtpTransport),
        ("smtp://localhost", SmtpTransport),
    ],
)
def test_open_transport_gives_what_the_settings_name(transport: str, kind: type) -> None:
    opened = open_transport(
        MailSettings(transport=transport), directory=Path("state"), clock=Clock()
    )
    assert isinstance(opened, kind)


@pytest.mark.parametrize(
    "transport", ["", "file:", "outbox", "http://example.org", "pigeon:", "smtps://mail.example"]
)
def test_open_transport_of_an_unknown_kind_says_what_to_write(transport: str) -> None:
    with pytest.raises(DeliverError, match="write file:DIR"):
        open_transport(MailSettings(transport=transport), directory=Path("state"), clock=Clock())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://127.0.0.1:8925", ("127.0.0.1", 8925)),
        ("smtp://[::1]:26", ("::1", 26)),
        ("smtp://localhost", ("localhost", 25)),
        ("smtp://127.9.9.9:1/", ("127.9.9.9", 1)),
    ],
)
def test_server_of_a_loopback_address_is_host_and_port(
    address: str, expected: tuple[str, int]
) -> None:
    assert server(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "smtp://mail.example.org:25",
        "smtp://10.0.0.1:25",
        "smtp://localhost.evil.example:25",
        "smtp://0.0.0.0:25",
        "smtp://user:secret@127.0.0.1:25",
        "smtp://127.0.0.1:99999",
        "smtp://127.0.0.1:port",
        "smtp://127.0.0.1:25/path",
        "smtp://",
        "smtp:",
    ],
)
def test_server_beyond_this_machine_or_malformed_is_refused(address: str) -> None:
    with pytest.raises(DeliverError, match=r"mail\.transport"):
        server(address)


def test_server_with_a_password_does_not_repeat_it() -> None:
    with pytest.raises(DeliverError) as raised:
        server("smtp://user:secret@127.0.0.1:25")
    assert "secret" not in str(raised.value)
