"""Mail bytes: exactly the headers that were meant, two parts, seven bits."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import a_feed, a_feed_state, a_match, a_record, a_subscriber
from hrwatch.config import values
from hrwatch.errors import ComposeError
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Mail, MailKind, Page
from hrwatch.model.settings import MailSettings
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.mime import answer, build, to_operator
from hrwatch.stages.digest.render import render

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MESSAGE_ID = "7f3c1e0b5a9d4c62"
TOKEN = "0123456789abcdef0123456789abcdef"
HEADERS = [
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "List-Id",
    "List-Unsubscribe",
    "MIME-Version",
    "Message-ID",
    "References",
    "Subject",
    "To",
]
SMUGGLED = "=?utf-8?q?Hi=0D=0ABcc=3A_spy=40evil=2Eexample?="


def a_page(**changes: Any) -> Page:
    page = Page(
        subject="Daily digest 22 Nov",
        text="Былы вязень\n.\nFrom here on: تعذيب\n",
        html="<p>Былы вязень</p>\n",
        numbers=(),
    )
    return replace(page, **changes)


def built(digest: Page | None = None, **changes: Any) -> Mail:
    settings = MailSettings(sender=changes.get("sender", "hrwatch <digest@example.org>"))
    subscriber = a_subscriber(address=changes.get("address", "desk@example.net"))
    message_id = changes.get("message_id", MESSAGE_ID)
    token = changes.get("token", TOKEN)
    return build(digest or a_page(), subscriber, settings, message_id, NOW, token=token)


def read(mail: Mail) -> EmailMessage:
    message = email.message_from_bytes(mail.bytes, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content(part: Any) -> str:
    """Return the text of a part with plain line ends."""
    return str(part.get_content()).replace("\r\n", "\n")


def test_build_writes_the_headers_that_are_meant_and_no_other() -> None:
    message = read(built())
    assert sorted(message.keys()) == HEADERS
    assert message["From"] == "hrwatch <digest@example.org>"
    assert message["To"] == "desk@example.net"
    assert message["Subject"] == "Daily digest 22 Nov"
    assert message["Date"] == "Sun, 22 Nov 2026 05:00:00 +0000"
    assert message["Message-ID"] == f"<{MESSAGE_ID}@hrwatch.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<digest.example.org>"
    assert message["References"] == f"<{TOKEN}@hrwatch.invalid>"
    unsubscribe = f"<mailto:digest@example.org?subject=stop%20{TOKEN}>"
    assert message["List-Unsubscribe"] == unsubscribe


def test_build_addresses_the_envelope_like_the_headers() -> None:
    mail = built()
    assert (mail.sender, mail.recipient) == ("digest@example.org", "desk@example.net")
    assert mail.message_id == f"<{MESSAGE_ID}@hrwatch.invalid>"
    assert mail.subscriber == "desk"


def test_build_puts_the_text_first_and_both_parts_whole() -> None:
    digest = a_page()
    text, html = read(built(digest)).iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert content(text) == digest.text
    assert content(html) == digest.html


def test_build_gives_the_same_bytes_for_the_same_digest() -> None:
    assert built().bytes == built().bytes


def test_build_gives_seven_bit_lines_ended_by_crlf() -> None:
    long = "слово " * 400 + "\r\nlone\rreturn\nand\x00nul\x1b[31m\n"
    data = built(a_page(text=long, html=f"<p>{long}</p>")).bytes
    assert all(byte < 128 for byte in data)
    assert b"\0" not in data
    assert data.replace(b"\r\n", b"").count(b"\n") == data.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    text, _ = read(built(a_page(text=long))).iter_parts()
    assert content(text) == "слово " * 400 + "\nlone\nreturn\nandnul[31m\n"


def test_build_keeps_the_boundary_out_of_the_parts() -> None:
    text = f"--=_{MESSAGE_ID}--\n--=_{MESSAGE_ID}\nBcc: spy@evil.example\n\nhello\n"
    message = read(built(a_page(text=text)))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(next(iter(message.iter_parts()))) == text


def test_library_of_this_python_or_a_later_one_would_be_no_danger_here() -> None:
    """Writing this subject with the library gives a Bcc header on Python 3.11.7 (CVE-2024-6923)."""
    with pytest.raises(ComposeError, match="Subject"):
        built(a_page(subject=SMUGGLED))


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: spy@evil.example",
        "a\nb",
        "a\rb",
        "a\0b",
        "пытки\r\nBcc: spy@evil.example",
        "пытки\0",
        "a\u2028b",
        "пытки\u202e",
        SMUGGLED,
        f"пытки {SMUGGLED}",
        "=?",
        "x" * 151,
    ],
)
def test_build_with_an_unsafe_subject_is_refused(subject: str) -> None:
    with pytest.raises(ComposeError):
        built(a_page(subject=subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Ежедневная сводка, 22 ноября",
        "موجز يومي، 22 نوفمبر",
        "[hrwatch] 1 nouveau, 1 modifié (BY 1, MX 1) – et plus encore, pour que la ligne se replie",
        "\u2068[hrwatch] BY 1\u2069 جديد",
        "می\u200cخواهند",
        "[hrwatch] URGENT\u00a0: 1\u202f234 nouveaux (BY 1)",
        "x" * 150,
        "Ж" * 150,
    ],
)
def test_build_with_a_subject_beyond_ascii_says_it_in_encoded_words(subject: str) -> None:
    data = built(a_page(subject=subject)).bytes
    raw = data.partition(b"\r\n\r\n")[0]
    assert raw.isascii()
    if not subject.isascii():
        worded = raw.partition(b"Subject: ")[2].partition(b"\r\nDate: ")[0]
        assert all(len(b"Subject: " + line) <= 76 for line in worded.split(b"\r\n"))
    parsed = email.message_from_bytes(data, policy=email.policy.compat32)
    assert str(make_header(decode_header(parsed["Subject"]))) == subject


def test_build_of_a_page_without_html_is_text_alone() -> None:
    page = a_page(html="")
    message = read(built(page))
    assert message.get_content_type() == "text/plain"
    assert content(message) == page.text
    assert sorted(message.keys()) == sorted([*HEADERS, "Content-Transfer-Encoding"])


def test_build_says_what_kind_of_mail_it_is() -> None:
    settings, desk = MailSettings(), a_subscriber()
    mail = build(a_page(), desk, settings, MESSAGE_ID, NOW, token=TOKEN, kind=MailKind.URGENT)
    assert (mail.kind, built().kind) == (MailKind.URGENT, MailKind.DIGEST)


def test_answer_goes_below_the_mail_that_it_answers_and_says_that_a_program_wrote_it() -> None:
    mail = answer(
        a_page(subject="Приостановлено", html=""),
        a_subscriber(address="desk@example.net"),
        MailSettings(),
        MESSAGE_ID,
        NOW,
        token=TOKEN,
        in_reply_to=" <abc.1@mail.example> ",
    )
    message = read(mail)
    assert mail.kind is MailKind.ANSWER
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<abc.1@mail.example>"
    assert message["References"] == f"<{TOKEN}@hrwatch.invalid> <abc.1@mail.example>"
    assert message["List-Unsubscribe"].endswith(f"?subject=stop%20{TOKEN}>")
    assert message["To"] == "desk@example.net"


@pytest.mark.parametrize(
    "theirs", ["", "abc", "<a b@c>", "<é@c>", f"<{'x' * 300}@c>", "<a@b>\r\nBcc: x@y", SMUGGLED]
)
def test_answer_to_a_mail_whose_id_no_header_should_hold_leaves_it_out(theirs: str) -> None:
    mail = answer(
        a_page(), a_subscriber(), MailSettings(), MESSAGE_ID, NOW, token=TOKEN, in_reply_to=theirs
    )
    message = read(mail)
    assert "In-Reply-To" not in message
    assert message["References"] == f"<{TOKEN}@hrwatch.invalid>"


def test_mail_to_the_operator_has_no_token_and_nothing_to_unsubscribe_from() -> None:
    settings = MailSettings(operator="op@example.org")
    mail = to_operator(a_page(html=""), MailKind.REPORT, settings, MESSAGE_ID, NOW)
    message = read(mail)
    assert (mail.subscriber, mail.recipient, mail.kind) == ("", "op@example.org", MailKind.REPORT)
    assert message["Auto-Submitted"] == "auto-generated"
    assert not {"References", "List-Unsubscribe", "List-Id"} & set(message.keys())
    with pytest.raises(ComposeError, match=r"mail\.operator"):
        to_operator(a_page(), MailKind.ALERT, MailSettings(), MESSAGE_ID, NOW)


@pytest.mark.parametrize("token", ["", "x" * 32, "0" * 31, "0" * 33, "A" * 32, f"{'0' * 31}\n"])
def test_build_with_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ComposeError, match="token"):
        built(token=token)


def test_build_of_a_sender_with_odd_letters_gives_an_address_that_a_program_can_write_to() -> None:
    header = read(built(sender="hr&watch+1?=%@example.org"))["List-Unsubscribe"]
    address = urlsplit(header.strip("<>"))
    assert address.scheme == "mailto"
    assert unquote(address.path) == "hr&watch+1?=%@example.org"
    assert parse_qs(address.query) == {"subject": [f"stop {TOKEN}"]}


@pytest.mark.parametrize(
    ("sender", "envelope"),
    [
        ("digest@example.org", "digest@example.org"),
        ("hrwatch <digest@example.org>", "digest@example.org"),
        ('"Desk, the" <digest@example.org>', "digest@example.org"),
        ("Zürich <digest@example.org>", "digest@example.org"),
        ("Наблюдатель за правами человека во всём мире, и далее <a@b.example>", "a@b.example"),
        ("مرصد <a@b.example>", "a@b.example"),
        ("desk <a@пример.example>", "a@xn--e1afmkfd.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_build_with_an_operators_sender_gives_a_header_that_says_it(
    sender: str, envelope: str
) -> None:
    mail = built(sender=sender)
    assert mail.sender == envelope
    (address,) = read(mail)["From"].addresses
    name = sender.partition("<")[0].strip().strip('"') if "<" in sender else ""
    assert "".join(address.display_name.split()) == "".join(name.split())
    assert all(len(line) <= 76 for line in mail.bytes.partition(b"\r\nTo: ")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: spy@evil.example",
        "x\r\nBcc: spy@evil.example <a@b.example>",
        f"{SMUGGLED} <a@b.example>",
        "é =?utf-8?q?x?= <a@b.example>",
        "<a@b.example",
        "a@b.example>",
        "a@b@c.example",
        "alice@example.org)bob@evil.example",
        "a@-.example",
        "@example.org",
        "a@",
    ],
)
def test_build_with_a_sender_that_is_no_single_address_is_refused(sender: str) -> None:
    with pytest.raises(ComposeError, match=r"mail\.from|From"):
        built(sender=sender)


@pytest.mark.parametrize(
    "address",
    ["a@b.example, c@d.example", "Anna <anna@example.org>", "анна@example.org", "a b@c.example"],
)
def test_build_with_a_recipient_that_is_no_plain_address_names_the_subscriber(
    address: str,
) -> None:
    with pytest.raises(ComposeError, match="subscriber desk"):
        built(address=address)


@pytest.mark.parametrize(
    "message_id", ["", "short", "a b c d e f g", "x@host.example", "a/../../b"]
)
def test_build_with_a_message_id_that_is_not_opaque_is_refused(message_id: str) -> None:
    with pytest.raises(ComposeError, match="opaque"):
        built(message_id=message_id)


@given(st.text(max_size=80), st.text(max_size=200))
def test_build_of_any_text_never_changes_the_set_of_headers(name: str, body: str) -> None:
    body = body.encode("utf-8", "replace").decode()
    html = f"<p>{body}</p>"
    try:
        mail = built(a_page(subject=name, text=body, html=html), sender=f"{name} <a@b.example>")
    except ComposeError:
        mail = built(a_page(text=body, html=html))
    assert sorted(read(mail).keys()) == HEADERS


NAMES = st.one_of(
    st.text(st.sampled_from("ab =?\"@,;:.()[]'\\éЖ_-!#%&/|~\xa0"), max_size=120),
    st.integers(1, 999).map(lambda length: "x" * length),
    st.sampled_from([SMUGGLED, "=?x", "a@b.example"]),
)


@example(" =", '"{}" <a@b.example>')
@given(NAMES, st.sampled_from(["{} <a@b.example>", '"{}" <a@b.example>', "{}@b.example"]))
def test_build_takes_every_sender_that_the_operators_file_may_hold(name: str, form: str) -> None:
    try:
        sender = values.sender(form.format(name))
    except ValueError:
        return
    assert sorted(read(built(sender=sender)).keys()) == HEADERS


@given(
    st.one_of(
        st.text(max_size=120),
        st.sampled_from(
            [SMUGGLED, "x\r\nBcc: spy@evil.example\r\n\r\nbody", "--=_7f3c1e0b5a9d4c62--"]
        ),
    ),
    st.sampled_from(["discreet", "full"]),
)
def test_mail_of_an_entry_with_any_title_has_the_same_headers(title: str, subject: str) -> None:
    """From the entry to the bytes: what a feed says never reaches a header."""
    title = title.encode("utf-8", "replace").decode()
    feed = a_feed(publisher=title)
    record = a_record(title=title, text=title, language=title[:5], extract_error=title)
    composition = compose(
        a_subscriber(subject=subject),
        (a_match(record),),
        coverage=Coverage(1, 0, (a_feed_state(error=title),)),
        window=None,
        now=NOW,
        stories={},
        feeds={"wire": feed},
        labels={"torture": title},
        version="1.0",
    )
    digest = render(composition, "d" * 24)
    message = read(built(digest.pages[0]))
    assert sorted(message.keys()) == HEADERS
    expected = "[hrwatch] 1 new (other 1)" if subject == "full" else "Daily digest 22 Nov"
    assert message["Subject"] == expected
    assert message["To"] == "desk@example.net"
