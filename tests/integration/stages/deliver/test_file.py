"""The file transport on a real disk."""

import asyncio
import stat
from pathlib import Path

import pytest

from builders import a_mail
from fakes import Clock
from hrwatch.errors import DeliverError
from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.model.settings import MailSettings
from hrwatch.stages.deliver import open_transport

MAIL = a_mail(message_id="<7f3c1e0b5a9d4c62@hrwatch.invalid>", recipient="anna@example.org")
NAME = "7f3c1e0b5a9d4c62.eml"


def delivered(directory: Path, *mails: Mail, folder: str = "outbox") -> list[Delivery]:
    """Return what became of each mail."""

    async def deliver() -> list[Delivery]:
        settings = MailSettings(transport=f"file:{folder}")
        transport = open_transport(settings, directory=directory, clock=Clock())
        deliveries = [await transport.deliver(mail) for mail in mails]
        await transport.close()
        return deliveries

    return asyncio.run(deliver())


def test_file_holds_the_very_bytes_under_the_opaque_name(tmp_path: Path) -> None:
    (delivery,) = delivered(tmp_path, MAIL)
    assert delivery == Delivery(MAIL.message_id, "desk", Status.SENT, Clock()(), f"outbox/{NAME}")
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [NAME]
    assert (tmp_path / "outbox" / NAME).read_bytes() == MAIL.bytes


def test_file_and_folder_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    delivered(tmp_path, MAIL)
    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "outbox" / NAME).stat().st_mode) == 0o600


def test_file_of_a_mail_that_is_delivered_again_is_the_same_file(tmp_path: Path) -> None:
    deliveries = delivered(tmp_path, MAIL, MAIL)
    assert [delivery.status for delivery in deliveries] == [Status.SENT, Status.SENT]
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [NAME]


def test_file_left_half_written_by_a_crash_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / f".{NAME}.partial").write_bytes(b"x" * 9999)
    delivered(tmp_path, MAIL)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [NAME]
    assert (tmp_path / "outbox" / NAME).read_bytes() == MAIL.bytes


def test_file_is_not_written_through_a_link_that_waits_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "outbox" / f".{NAME}.partial").symlink_to(victim)
    (delivery,) = delivered(tmp_path, MAIL)
    assert delivery.status is Status.DEFERRED
    assert victim.read_text() == "untouched"


def test_file_in_a_folder_that_cannot_be_made_is_deferred_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file stands in the way")
    (delivery,) = delivered(tmp_path, MAIL)
    assert delivery.status is Status.DEFERRED
    assert delivery.detail == f"{tmp_path / 'outbox'} cannot be written to: File exists"
    assert "anna" not in delivery.detail


def test_file_may_lie_in_a_folder_of_the_operators_choice(tmp_path: Path) -> None:
    delivered(tmp_path / "state", MAIL, folder=str(tmp_path / "spool" / "mail"))
    assert (tmp_path / "spool" / "mail" / NAME).exists()


@pytest.mark.parametrize("message_id", ["", "plain", "<../../etc/x@h.invalid>", "<a/b@h.invalid>"])
def test_file_of_a_message_id_that_is_no_name_is_refused(tmp_path: Path, message_id: str) -> None:
    with pytest.raises(DeliverError, match="gives no file name"):
        delivered(tmp_path, a_mail(message_id=message_id))
