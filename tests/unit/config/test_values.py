"""Single values: what they mean, and that everything else is refused in words."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.config import times, values
from hrwatch.model.mail import Cadence, Schedule


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("0s", timedelta(0)),
        ("10s", timedelta(seconds=10)),
        ("30m", timedelta(minutes=30)),
        ("6h", timedelta(hours=6)),
        (" 7d ", timedelta(days=7)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_duration_with_unit_is_read(written: str, span: timedelta) -> None:
    assert times.duration(written) == span


@pytest.mark.parametrize(
    "written",
    ["", "s", "10", "-1s", "1.5h", "1h30m", "10S", "1w", "3651d", "٣s", None, 10, True, []],
)
def test_duration_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"such as 30m|at most 3650d"):
        times.duration(written)


@given(st.integers(0, 3650), st.sampled_from("smhd"))
def test_duration_of_any_number_and_unit_is_that_long(count: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]

    assert times.duration(f"{count}{unit}").total_seconds() == count * seconds


@pytest.mark.parametrize(
    ("written", "span"), [("all", None), ("none", timedelta(0)), ("3d", timedelta(days=3))]
)
def test_backfill_is_a_duration_or_a_word(written: str, span: timedelta | None) -> None:
    assert times.backfill(written) == span


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("10MB", 10_000_000),
        ("10 MB", 10_000_000),
        ("10mb", 10_000_000),
        ("1KB", 1000),
        ("512KiB", 512 * 1024),
        ("2MiB", 2 * 1024**2),
        ("1GB", 10**9),
        ("2000B", 2000),
        (20_000_000, 20_000_000),
    ],
)
def test_size_is_read_as_bytes(written: object, count: int) -> None:
    assert values.size(written) == count


@pytest.mark.parametrize(
    "written", ["", "10", "MB", "10M", "1TB", "999B", "2GB", 0, -5, True, None]
)
def test_size_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="such as 10MB"):
        values.size(written)


@pytest.mark.parametrize(
    ("written", "schedule"),
    [
        ("at once", Schedule(Cadence.AT_ONCE)),
        ("hourly", Schedule(Cadence.HOURLY)),
        ("daily 07:00", Schedule(Cadence.DAILY, time(7))),
        ("daily  7:05", Schedule(Cadence.DAILY, time(7, 5))),
        ("daily 00:00", Schedule(Cadence.DAILY, time(0))),
        ("weekly mon 23:59", Schedule(Cadence.WEEKLY, time(23, 59), 0)),
        ("weekly sun 07:00", Schedule(Cadence.WEEKLY, time(7), 6)),
    ],
)
def test_schedule_is_read(written: str, schedule: Schedule) -> None:
    assert times.schedule(written) == schedule


@pytest.mark.parametrize(
    "written",
    [
        "",
        "once",
        "daily",
        "daily 24:00",
        "daily 7",
        "daily 07:60",
        "daily 07:00 UTC",
        "daily at 7",
        "weekly",
        "weekly mon",
        "weekly 07:00",
        "weekly xyz 07:00",
        "monthly",
        700,
        None,
        ["daily"],
    ],
)
def test_schedule_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"07:00|00:00|mon"):
        times.schedule(written)


@pytest.mark.parametrize("name", ["a", "amnesty-en", "A.b_c-9", "0", "x" * 64])
def test_name_that_a_command_line_can_hold_is_kept(name: str) -> None:
    assert values.name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", ".a", "a b", "a/b", "a\n", "é", "a:b", "x" * 65, "--all"]
)
def test_name_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"such as amnesty-en|invisible character"):
        values.name(name)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/feed?x=1&y=%20#z",
        "HTTP://A.example:8080",
        "http://127.0.0.1:80/",
        "http://[::1]:80/",
        "https://пример.рф/лента",
    ],
)
def test_web_address_is_kept_as_written(address: str) -> None:
    assert values.web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.example",
        "ftp://a.example",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "//a.example",
        "https://a.example:0/",
        "https://a.example:99999/",
        "http://[::1",
        "http://u@a.example/",
        "http://u:p@a.example/",
        "https://a.example/ b",
        "https://a.example/\n",
        "https://a b/",
        "javascript:alert(1)",
        "https://a.example/" + "x" * 8000,
        "https://a.example/\u202e",
    ],
)
def test_web_address_otherwise_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"https://host/path|login|copy it again"):
        values.web_address(address)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("http://u:p@a.example:81/x?y=@z", "http://a.example:81/x?y=@z"),
        ("https://u@b@[::1]/", "https://[::1]/"),
        ("HTTP://A.example/@x", "HTTP://A.example/@x"),
    ],
)
def test_feed_address_with_a_login_is_asked_without_it(written: str, asked: str) -> None:
    assert values.without_login(values.feed_address(written)) == asked


@pytest.mark.parametrize("address", ["http://u:p@", "ftp://u:p@a.example/", "http://u@[::1"])
def test_feed_address_that_is_none_is_refused_with_a_login_too(address: str) -> None:
    with pytest.raises(ValueError, match="https://host/path"):
        values.feed_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org",
        "a.b+c@sub.example.org",
        "root@localhost",
        "o'neil@x-y.example",
        "a@1.example",
    ],
)
def test_mailbox_is_kept(address: str) -> None:
    assert values.mailbox(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example",
        "a@b@example.org",
        "a b@example.org",
        "Anna <a@example.org>",
        "<a@example.org>",
        "a@example.org, b@example.org",
        "a@-x.example",
        "a@example.org\n",
        "a@example.org\r\nBcc: b@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a.@example.org",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "é@example.org",
        "a@exämple.org",
        "a" * 65 + "@example.org",
        "a@" + "x." * 130 + "example",
        "a@example..org",
        "a@example.org;",
        "=?utf-8?q?x?=@example.org",
    ],
)
def test_mailbox_otherwise_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"write it alone|xn-- form"):
        values.mailbox(address)


@pytest.mark.parametrize(
    "written",
    [
        "digest@example.org",
        "hrwatch <digest@example.org>",
        "<digest@example.org>",
        '"Desk, Vilnius" <digest@example.org>',
        "Вясна <digest@example.org>",
        "n" * 100 + " <digest@example.org>",
    ],
)
def test_sender_with_or_without_a_name_is_kept(written: str) -> None:
    assert values.sender(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hrwatch",
        "hrwatch digest@example.org",
        "hrwatch <digest>",
        "a <b@c.example> d",
        "a\nBcc: <b@c.example>",
        "a, b <b@c.example>",
        '"a" b <b@c.example>',
        "a <b@c.example>, d@e.f",
        "a <b@c.example\n>",
        "\x1b[31m <b@c.example>",
        "=?x <b@c.example>",
        '"=?utf-8?q?Hi=0D=0ABcc=3A_spy?=" <b@c.example>',
        '"b@c.example" <d@e.example>',
        '"  " <b@c.example>',
        "n" * 101 + " <b@c.example>",
    ],
)
def test_sender_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"digest@example.org|one line|without =\?|100 characters"):
        values.sender(written)


@pytest.mark.parametrize(
    "written",
    ["desk@example.org\nstop", "desk\u2028stop", "", "  ", "\u200b", "n" * 201, "a\r\n\r\nb"],
)
def test_signature_that_is_not_one_line_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        values.signature(written)


def test_signature_is_kept_without_what_shows_nothing() -> None:
    assert values.signature(" desk@example.org,  PGP\u202e 00\n") == "desk@example.org, PGP 00"


@given(st.text(max_size=80))
def test_mailbox_and_sender_that_pass_hold_no_line_break(written: str) -> None:
    for check in (values.mailbox, values.sender, values.contact, values.signature):
        try:
            kept = check(written)
        except ValueError:
            continue
        assert kept.splitlines() == [kept]


@pytest.mark.parametrize(
    "written", ["mailto:a@b.example", "https://b.example/about", "http://b.example"]
)
def test_contact_is_kept(written: str) -> None:
    assert values.contact(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a@b.example",
        "mailto:",
        "mailto:a",
        "tel:1",
        "https://b.example/ x",
        "mailto:é@b.example",
    ],
)
def test_contact_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"mailto:|one mailbox|ASCII only"):
        values.contact(written)


@pytest.mark.parametrize("written", ["archive.db", "/var/lib/hrwatch/a.db", "a b.db", "архив.db"])
def test_archive_is_a_path(written: str) -> None:
    assert values.archive(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "a/",
        "a\n.db",
        "a\x00",
        "sqlite:///a.db",
        "mysql://hr:HUNTER@db.example/hr",
    ],
)
def test_archive_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"archive\.db") as caught:
        values.archive(written)
    assert "HUNTER" not in str(caught.value)


@pytest.mark.parametrize("written", ["file:outbox", "smtps://desk@mail.example:465", "sendmail:"])
def test_transport_is_kept_as_it_is_written(written: str) -> None:
    assert values.transport(written) == written


def test_transport_that_names_none_is_refused() -> None:
    with pytest.raises(ValueError, match="write file:outbox"):
        values.transport("outbox")


@pytest.mark.parametrize("written", ["smtp-password", "/etc/hrwatch/smtp-password", "a b"])
def test_path_is_kept(written: str) -> None:
    assert values.path(written) == written


@pytest.mark.parametrize("written", ["", " ", "secrets/", "a\nb", "a\x00"])
def test_path_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="path of a file"):
        values.path(written)


@pytest.mark.parametrize(
    "written",
    ["127.0.0.1:8930", "[::1]:80", "10.1.0.0/16", "10.1.2.3", "fd00::/8", "::1", "10.0.0.1/32"],
)
def test_allowed_address_is_kept(written: str) -> None:
    assert values.allowed_address(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "localhost:80",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:70000",
        "10.1.2.3/16",
        "::1:80x",
        "[127.0.0.1",
        "10.0.0.0/33",
        "*",
        "http://127.0.0.1:80",
        "127.1:80",
        "[::1]",
        "::1%lo",
    ],
)
def test_allowed_address_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="neither address and port nor a network"):
        values.allowed_address(written)
