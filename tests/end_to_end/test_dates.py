"""What every verb says of entries whose date is a day, is not given, not read or lies ahead."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from loopback import an_answer
from newsdesk import Desk, at_the_desk, told

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"


def test_dates_that_are_not_a_time_are_told_as_what_they_are(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        day = f"{yesterday.day} {MONTHS.split()[yesterday.month - 1]} {yesterday.year}"
        ahead = format_datetime(datetime.now(UTC) + timedelta(days=40))
        given = {"day": day, "none": "", "words": "some day", "ahead": ahead}
        items = "".join(
            f"<item><title>Invented {name}</title><guid>{name}</guid>"
            f"<description>Court of Arvenia.</description><pubDate>{written}</pubDate></item>"
            for name, written in given.items()
        )
        desk.answers["/wire"] = an_answer(
            f"<rss version='2.0'><channel><title>W</title>{items}</channel></rss>".encode()
        )
        desk.configure("wire")

        await desk.run("once")
        records = {str(one["guid"]): one for one in await desk.records()}
        shown = {name: await desk.run("show", str(one["id"])) for name, one in records.items()}
        found = (await desk.run("search", "Arvenia")).out

        iso = f"{yesterday:%Y-%m-%d}"
        first_seen = "when it was first seen stands for it"
        assert f"published:  {iso}, no time of day given\n" in shown["day"].out
        assert f"published:  no date given: {first_seen}\n" in shown["none"].out
        assert f"published:  no date ('some day'): {first_seen}\n" in shown["words"].out
        assert f"published:  the date lay ahead ('{ahead}'): {first_seen}\n" in shown["ahead"].out

        assert f"{records['day']['id']} {iso} wire" in found
        for name in ("none", "words", "ahead"):
            assert f"{records[name]['id']} seen {records[name]['first_seen_at']} wire" in found

        exported = ("published_at", "whole_day", "published_text")
        assert {one["published_offset"] for one in records.values()} == {None}
        assert {name: tuple(one[key] for key in exported) for name, one in records.items()} == {
            "day": (f"{iso}T00:00:00Z", True, ""),
            "none": (None, False, ""),
            "words": (None, False, "some day"),
            "ahead": (records["ahead"]["first_seen_at"], False, ahead),
        }

        (mail,) = desk.mails()
        assert f"Published {yesterday.day} {yesterday:%b %Y}, time not given." in told(mail)
        assert "Publication date not given." in told(mail)
        assert "Publication date not understood." in told(mail)
        assert "Dated in the future by its publisher." in told(mail)

    at_the_desk(tmp_path, test, inside=True)
