"""A thousand titles written to get at a mail's headers: the set of these never changes."""

import email
import email.policy
import random
from datetime import UTC, datetime
from email.header import decode_header, make_header
from functools import cache

import pytest

from builders import a_feed, a_feed_state, a_match, a_record, a_subscriber
from hrwatch.errors import ComposeError
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Mail, MailKind, Page, Subscriber
from hrwatch.model.settings import MailSettings
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.mime import answer, build, to_operator
from hrwatch.stages.digest.render import render

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MESSAGE_ID = "7f3c1e0b5a9d4c62"
TOKEN = "0123456789abcdef0123456789abcdef"
COUNT = 1_000
A_DIGEST = 20  # titles
OURS = {
    "Auto-Submitted": "auto-generated",
    "Date": "Sun, 22 Nov 2026 05:00:00 +0000",
    "From": "hrwatch <digest@example.org>",
    "List-Id": "<digest.example.org>",
    "List-Unsubscribe": f"<mailto:digest@example.org?subject=stop%20{TOKEN}>",
    "MIME-Version": "1.0",
    "Message-ID": f"<{MESSAGE_ID}@hrwatch.invalid>",
    "References": f"<{TOKEN}@hrwatch.invalid>",
    "To": "desk@example.net",
}
SETTINGS = MailSettings(sender="hrwatch <digest@example.org>", operator="op@example.org")
PIECES = (
    *("\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\t", " "),
    *("\r\n ", "\n\t", "\r\n\r\n", "=\r\n", "=0D=0A", "%0d%0a", "&#13;&#10;", "\\r\\n", "嘊嘍"),
    *("Bcc: spy@evil.example", "To: spy@evil.example", "Subject: x", "X-Any: 1", ": ", ";", ","),
    "Content-Type: text/html; charset=utf-7",
    "Content-Transfer-Encoding: 8bit",
    "MIME-Version: 1.0",
    *(
        "=?utf-8?q?Hi=0D=0ABcc=3A_spy=40evil.example?=",
        "=?utf-8?b?DQpCY2M6IHNweUBldmlsLmV4YW1wbGU=?=",
    ),
    *("=?", "?=", "=?utf-8?q?", "=?utf-16?b?AA0ACg==?=", "=?x?q??="),
    *(f"--=_{MESSAGE_ID}", f"--=_{MESSAGE_ID}--", f"=_{MESSAGE_ID}", "--", "\n.\n", "\nFrom "),
    *(
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u200f",
        "<",
        ">",
        '"',
        "(",
        "@",
    ),
    *("</title><script>x()</script>", "{{ subject }}", "{% raw %}", "пытки", "تعذيب", "拷問", "🕊"),
    *("a" * 70, "a" * 998, "Ж" * 400, "word " * 300, "=" * 80, "." * 100),
)


@cache
def titles() -> tuple[str, ...]:
    """Return the titles, the same at every run."""
    chance = random.Random(20261122)  # noqa: S311 - nothing secret
    return tuple("".join(chance.choices(PIECES, k=chance.randint(1, 9))) for _ in range(COUNT))


def written(some: tuple[str, ...], subscriber: Subscriber) -> list[Mail]:
    """Return the mails of a digest whose every word of a feed is one of the titles."""
    feed = a_feed(publisher=some[0])
    records = [
        a_record(id=f"r{place}", story=f"r{place}", title=title, text=title, language=title[:5])
        for place, title in enumerate(some)
    ]
    composition = compose(
        subscriber,
        tuple(a_match(record) for record in records),
        coverage=Coverage(1, 0, (a_feed_state(error=some[-1]),)),
        window=None,
        now=NOW,
        stories={},
        feeds={"wire": feed},
        labels={"torture": some[0]},
        version="1.0",
    )
    return [
        build(page, subscriber, SETTINGS, MESSAGE_ID, NOW, token=TOKEN)
        for page in render(composition, "d" * 24).pages
    ]


def headers(mail: Mail) -> dict[str, str]:
    """Return a mail's headers as two readers of mail see them, who have to agree."""
    strict = email.message_from_bytes(mail.bytes, policy=email.policy.default)
    old = email.message_from_bytes(mail.bytes, policy=email.policy.compat32)
    assert strict.keys() == old.keys()
    assert len(set(map(str.lower, old.keys()))) == len(old.keys())
    raw = mail.bytes.partition(b"\r\n\r\n")[0].split(b"\r\n")
    starts = [line.partition(b":")[0].decode() for line in raw if not line[:1].isspace()]
    assert starts == old.keys()
    return {name: str(make_header(decode_header(value))) for name, value in old.items()}


@pytest.mark.parametrize(
    ("third", "subject", "language", "text_only"),
    [(0, "discreet", "en", False), (1, "full", "ar", False), (2, "full", "ru", True)],
)
def test_thousand_hostile_titles_never_change_the_headers_of_digests(
    third: int, subject: str, language: str, text_only: bool
) -> None:
    subscriber = a_subscriber(
        address="desk@example.net", subject=subject, mail_language=language, text_only=text_only
    )
    own = {"Content-Type", "Subject"} | ({"Content-Transfer-Encoding"} if text_only else set())
    some = titles()[third::3]
    for first in range(0, len(some), A_DIGEST):
        for mail in written(some[first : first + A_DIGEST], subscriber):
            found = headers(mail)
            assert found.keys() == OURS.keys() | own
            assert {name: found[name] for name in OURS} == OURS
            assert "evil" not in found["Subject"]


def test_thousand_hostile_titles_as_the_subject_itself_are_said_or_refused() -> None:
    subscriber = a_subscriber(address="desk@example.net")
    said = 0
    for title in titles():
        page = Page(title, "text\n", "<p>text</p>\n", ())
        try:
            mail = build(page, subscriber, SETTINGS, MESSAGE_ID, NOW, token=TOKEN)
        except ComposeError:
            continue
        said += 1
        found = headers(mail)
        assert found.keys() == OURS.keys() | {"Content-Type", "Subject"}
        assert found["Subject"] == title
    assert said > COUNT / 50  # some of them are harmless, and were tried


def test_hostile_message_ids_never_change_the_headers_of_an_answer() -> None:
    subscriber, page = a_subscriber(address="desk@example.net"), Page("Done", "text\n", "", ())
    own = {"Content-Type", "Content-Transfer-Encoding", "Subject"}
    kept = 0
    for title in (
        *titles(),
        *(f"<{title}@mail.example>" for title in titles()),
        "<1@mail.example>",
    ):
        mail = answer(page, subscriber, SETTINGS, MESSAGE_ID, NOW, token=TOKEN, in_reply_to=title)
        found = headers(mail)
        theirs = found.pop("In-Reply-To", "")
        kept += bool(theirs)
        assert theirs in ("", title.strip())
        assert found["References"] == f"<{TOKEN}@hrwatch.invalid> {theirs}".strip()
        assert found.keys() == OURS.keys() | own
    assert kept


def test_hostile_titles_never_change_the_headers_of_the_operators_mail() -> None:
    own = {"Content-Type", "Content-Transfer-Encoding", "Subject"}
    left_out = {"List-Id", "List-Unsubscribe", "References"}
    for title in titles()[:200]:
        page = Page("Weekly report", title, "", ())
        found = headers(to_operator(page, MailKind.REPORT, SETTINGS, MESSAGE_ID, NOW))
        assert found.keys() == (OURS.keys() - left_out) | own
