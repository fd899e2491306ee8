"""What mail programs send, and what of it asks for something: the mails are invented after their
ways of writing."""

import base64
import json
import quopri
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.replies import Command, Letter, NoLetter, Verb
from hrwatch.stages.letterbox import from_json, to_json
from hrwatch.stages.reply.letter import letter

TOKEN = "0123456789abcdef" * 2
DIGEST = "<aaaabbbbccccddddeeeeffff@hrwatch.invalid>"
STOP = Command(Verb.STOP)
WRONG = Command(Verb.WRONG, (7,))


def a_mail(body: str | bytes = "stop", *, without: tuple[str, ...] = (), **fields: str) -> bytes:
    """A reply from Anna; a field named here stands in place of the usual one, `_` for a hyphen."""
    usual = {
        "From": "Anna <anna@example.org>",
        "To": "hrwatch <digest@example.org>",
        "Subject": "Re: hrwatch: 3 new",
        "Message-ID": "<one@client.example>",
        "In-Reply-To": DIGEST,
        "References": f"<{TOKEN}@hrwatch.invalid>\r\n {DIGEST}",
    }
    given = usual | {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if name not in without)
    return head.encode() + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def asked(mail: bytes) -> Command | None:
    found = letter(mail)
    return found.command if isinstance(found, Letter) else None


def because(mail: bytes) -> str:
    found = letter(mail)
    assert isinstance(found, NoLetter), found
    return found.because


# What is kept


def test_letter_holds_whose_it_says_it_is_and_what_it_is_about_and_no_word_else() -> None:
    kept = letter(a_mail("wrong 7\r\n\r\nThis is about a film. My name is Anna Invented."))
    assert isinstance(kept, Letter)
    assert (kept.sender, kept.tokens, kept.command) == ("anna@example.org", (TOKEN,), WRONG)
    assert kept.about[0] == DIGEST and kept.message_id == "<one@client.example>"
    assert "film" not in to_json(kept) and "Invented" not in to_json(kept)
    assert from_json(to_json(kept)) == kept


def test_key_is_of_sender_and_message_id_or_of_the_bytes() -> None:
    keys = [
        letter(mail).key  # type: ignore[union-attr]
        for mail in (
            a_mail("stop"),
            a_mail("start"),
            a_mail("stop", From="boris@example.org"),
            a_mail("stop", without=("Message-ID",)),
            a_mail("start", without=("Message-ID",)),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    "written",
    ["", "[]", "7", "{}", '{"command": {"verb": "dance"}}', "[" * 9000]
    + [
        json.dumps({**json.loads(to_json(letter(a_mail()))), name: 7})  # type: ignore[arg-type]
        for name in ("key", "sender", "tokens", "command", "unknown")
    ],
)
def test_from_json_of_anything_else_is_a_value_error(written: str) -> None:
    with pytest.raises(ValueError):
        from_json(written)


# Ways of writing


@pytest.mark.parametrize(
    "body",
    [
        "wrong 7",
        "\r\n\r\n  Wrong 7.  \r\n",
        "Hello,\r\n\r\nwrong 7\r\n\r\nthank you\r\n",
        "wrong 7\r\n\r\nOn Mon, 2 Mar 2026 at 07:00, hrwatch <d@e.org> wrote:\r\n> stop\r\n",
        "On Mon, 2 Mar 2026 at 07:00, hrwatch <d@e.org>\r\nwrote:\r\n\r\n> stop\r\n\r\nwrong 7\r\n",
        "> 7. Invented\r\n> stop\r\nwrong 7\r\n> 8. Invented\r\n",
        "wrong 7\r\n-- \r\nAnna\r\nstop\r\n",
        "wrong 7\r\n\r\nSent from my phone\r\n\r\n________________________________\r\nstop\r\n",
        "wrong 7\r\n\r\n-----Original Message-----\r\nFrom: hrwatch\r\nstop\r\n",
        "wrong 7\r\n\r\nFrom: hrwatch <d@e.org>\r\nSent: Monday\r\n\r\nstop\r\n",
        "wrong 7\r\n\r\nVon: hrwatch <d@e.org>\r\nstop\r\n",
        "Dear colleagues,\r\n\r\nwrong 7\r\n",
        "> 7. Invented\r\n\r\nBonjour,\r\nwrong 7\r\n",
        "2026年3月2日 hrwatch <digest@example.org> 写道：\r\n> stop\r\n\r\nwrong 7\r\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nwrong 7\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\nstop\r\n",
        "faux 7\r\n\r\nLe lun. 2 mars 2026 à 07:00, hrwatch <d@e.org> a écrit :\r\n> stop\r\n",
        "неверно 7\r\n\r\n2 марта 2026 г., hrwatch <d@e.org> пишет:\r\n> stop\r\n",
        "\u200fخطأ 7\u200f\r\n\r\nفي 2 مارس 2026 كتب hrwatch:\r\n> stop\r\n",
        "wrong 7\r\n\r\nOn 2 March 2026 hrwatch wrote:\r\nstop\r\n",
    ],
)
def test_letter_command_is_found_where_its_writer_typed_it(body: str) -> None:
    assert asked(a_mail(body)) == WRONG


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Thank you for the digest.\r\n", "Thank you for the digest"),
        ("Hello, on item 7:\r\nwrong 7\r\n", "Hello on item"),
        ("Hello,\r\n\r\nplease stop these mails\r\n", "please stop these mails"),
        ("I think\r\nstop\r\nthey should.\r\n", "I think"),
        ("Hello,\r\n\r\nKimden: hrwatch <d@e.org>\r\n\r\nstop\r\n", "Kimden hrwatch d e org"),
        ("Da: hrwatch <d@e.org>\r\nOggetto: x\r\n\r\nstop\r\n", "Da hrwatch d e org"),
        ("I will read it.\r\n\r\nOn 2 March 2026 hrwatch wrote:\r\nstop\r\n", "I will read it"),
        ("\r\n".join("word" for _ in range(10)) + "\r\nstop\r\n", "word"),
        (
            "Call +1 555 0100 or http://evil.example/?b=c",
            "Call or http evil example b c",
        ),
        ("stop " + "!" * 60 + " the mails", "stop the mails"),
        ("stop " + "x" * 60, ""),
        ("Прошу больше не присылать эти письма никогда", "Прошу больше не присылать эти письма"),
        ("\u202eevil\u202c \x1b[31mred", "evil mred"),
        ("12345 67890", ""),
    ],
)
def test_letter_whose_first_line_is_no_command_asks_for_help(body: str, line: str) -> None:
    assert asked(a_mail(body)) == Command(Verb.HELP, line=line)


@pytest.mark.parametrize(
    "body",
    [
        "Thank you\r\nstop\r\n",
        "Thank you for this.\r\n",
        "Merci beaucoup !\r\n",
        "Grazie\r\n\r\nDa: hrwatch <d@e.org>\r\nInviato: lunedì\r\nA: anna\r\n\r\nstop\r\n",
        "Teşekkürler\r\n\r\nKimden: hrwatch <d@e.org>\r\nKonu: x\r\n\r\nstop\r\n",
        "Дякую\r\n\r\nВід: hrwatch <d@e.org>\r\nДата: x\r\n\r\nstop\r\n",
        "Thank you, Anna\r\n\r\nOn Mon, 2 Mar 2026, hrwatch <d@e.org>\r\nwrote:\r\n> 1\r\nstop\r\n",
        "Hello,\r\n",
        "> stop\r\n",
        "-- \r\nstop\r\n",
        "",
    ],
)
def test_letter_that_asks_for_nothing_is_none(body: str) -> None:
    assert because(a_mail(body)) == "it asks for nothing"


@pytest.mark.parametrize(
    "changes",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "list"},
        {"Return_Path": "<>"},
        {"Subject": "Out of office: hrwatch"},
        {"References": DIGEST},
        {"From": "anna@example.org, eve@example.com"},
    ],
)
def test_letter_without_a_command_is_none_where_nobody_may_be_answered(
    changes: dict[str, str],
) -> None:
    assert isinstance(letter(a_mail("I am away.", **changes)), NoLetter)


def in_parts(*parts: tuple[str, str], kind: str = "alternative") -> bytes:
    lines = "".join(f"--b\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts)
    return a_mail(f"{lines}--b--\r\n", Content_Type=f'multipart/{kind}; boundary="b"')


PLAIN, HTML = "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html; charset=utf-8"


@pytest.mark.parametrize(
    "mail",
    [
        in_parts((PLAIN, "wrong 7"), (HTML, "<p>stop</p>")),
        in_parts((PLAIN, " \r\n"), (HTML, "<p>wrong&nbsp;7</p>")),
        in_parts(
            (f"{PLAIN}\r\nContent-Disposition: attachment; filename=a.txt", "stop"),
            (PLAIN, "wrong 7"),
            kind="mixed",
        ),
        in_parts(
            ('Content-Type: multipart/alternative; boundary="c"', f"--c\r\n{PLAIN}\r\n\r\nwrong 7"),
            kind="signed",
        ),
        in_parts(
            (
                HTML,
                "<html><head><style>stop</style></head><body><div>wrong 7<br></div><blockquote>",
            ),
        ),
        a_mail(
            "<!-- stop --><div>Wrong <b>7</b>.</div><div>On 2 March 2026 hrwatch wrote:</div>"
            "<blockquote><div>stop</div></blockquote>",
            Content_Type="text/html",
        ),
        a_mail("<blockquote><p>stop</p></blockquote><p>wrong 7</p>", Content_Type="text/html"),
        a_mail('<p>wrong 7</p><div id="divRplyFwdMsg">stop</div>', Content_Type="text/html"),
        a_mail("<p>wrong 7</p><hr><p>stop</p>", Content_Type="text/html"),
        a_mail(
            base64.encodebytes("неверно 7\r\n".encode()),
            Content_Type="text/plain; charset=utf-8",
            Content_Transfer_Encoding="base64",
        ),
        a_mail(
            quopri.encodestring("неверно №7".encode("cp1251")),
            Content_Type="text/plain; charset=windows-1251",
            Content_Transfer_Encoding="quoted-printable",
        ),
        a_mail("خطأ 7".encode("cp1256"), Content_Type="text/plain; charset=windows-1256"),
        a_mail("wrong 7".encode("utf-16"), Content_Type="text/plain; charset=utf-16"),
        a_mail("wrong 7", Content_Type="text/plain; charset=no-such-thing"),
        a_mail("wrong 7").replace(b"\r\n", b"\n"),
        b"From digest@example.org Mon Mar  2 07:00:00 2026\n" + a_mail("wrong 7"),
    ],
    ids=lambda _: "mail",
)
def test_letter_is_read_in_every_dress(mail: bytes) -> None:
    assert asked(mail) == WRONG


@pytest.mark.parametrize(
    "subject",
    [
        f"stop {TOKEN}",
        f"STOP {TOKEN.upper()}",
        f"stop <{TOKEN}>",
        f"Re: AW: Отв: stop {TOKEN}",
        "=?utf-8?B?" + base64.b64encode(f"stop {TOKEN}".encode()).decode() + "?=",
        f"=?utf-8?q?stop?= =?utf-8?q?_{TOKEN}?=",
    ],
)
@pytest.mark.parametrize("body", ["", "This message was made by a mail program.\r\n"])
def test_stop_in_the_subject_is_a_mail_programs_own_button(subject: str, body: str) -> None:
    kept = letter(a_mail(body, Subject=subject, without=("References", "In-Reply-To")))
    assert isinstance(kept, Letter)
    assert (kept.command, kept.tokens) == (STOP, (TOKEN,))


def test_command_in_the_body_goes_before_one_in_the_subject() -> None:
    assert asked(a_mail("wrong 7", Subject=f"stop {TOKEN}")) == WRONG


# Who is answered


def test_letter_without_a_token_answers_no_mail_of_ours() -> None:
    assert because(a_mail(References=DIGEST)) == "it answers no mail of ours"


@pytest.mark.parametrize(
    "written",
    [
        "anna@example.org",
        "<anna@example.org>",
        '"Anna, of the desk" <anna@example.org>',
        "=?utf-8?q?Anna?= <anna@example.org>",
        "anna@example.org (Anna)",
        '"boris@example.org" <anna@example.org>',
    ],
)
def test_sender_is_the_one_address_of_from(written: str) -> None:
    kept = letter(a_mail(From=written))
    assert isinstance(kept, Letter)
    assert kept.sender == "anna@example.org"


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "anna@example.org, eve@example.com"},
        {"From": "anna@example.org <eve@example.com>"},
        {"From": "<anna@example.org> <eve@example.com>"},
        {"From": "Desk: anna@example.org;"},
        {"From": "(anna@example.org) eve@example.com"},
        {"From": "<@relay.example:anna@example.org>"},
        {"From": "anna@example.org\r\nFrom: eve@example.com"},
        {"From": ""},
        {"From": "anna"},
        {"From": "=?utf-8?q?anna=40example.org?="},
        {"Sender": "eve@example.com"},
        {"Sender": "anna@example.org, eve@example.com"},
    ],
)
def test_sender_that_is_not_one_is_nobody(fields: dict[str, str]) -> None:
    assert because(a_mail(**fields)) == "it is not from one address"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; owner-email=a@b.example"),
        ("Precedence", "bulk"),
        ("Precedence", "Auto_Reply"),
        ("Return-Path", "<>"),
        ("Return-Path", "<MAILER-DAEMON>"),
        ("List-Id", "<a.example>"),
        ("Precedence", "list"),
        ("X-Autoreply", "yes"),
        ("Content-Type", "multipart/report; report-type=delivery-status; boundary=b"),
        ("Subject", "Automatic reply: hrwatch: 3 new"),
        ("Subject", "Out of Office Re: hrwatch"),
        ("Subject", "=?utf-8?q?R=C3=A9ponse_automatique?="),
        ("Subject", "Автоответ: hrwatch"),
    ],
)
def test_mail_of_a_program_is_answered_by_nobody(field: str, value: str) -> None:
    body = "--b\r\nContent-Type: text/plain\r\n\r\nstop\r\n" if "boundary" in value else "stop"
    assert because(a_mail(body, **{field: value})).startswith("a program wrote it: ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Auto-Submitted", "no"),
        ("Return-Path", "<anna@example.org>"),
        ("Feedback-ID", "25872495:user:proton"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("X-Loop", "forwarder@example.org"),
        ("List-Unsubscribe", "<mailto:a@b.example>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "normal"),
        ("Subject", "Re: hrwatch: out of the office of the prosecutor"),
        ("From", "notifications@desk.example"),
        ("From", "postmaster@desk.example"),
    ],
)
def test_mail_of_a_person_is_heeded_and_answered_whatever_their_provider_adds(
    field: str, value: str
) -> None:
    kept = letter(a_mail(**{field.replace("-", "_"): value}))
    assert isinstance(kept, Letter)
    assert (kept.command, kept.automatic) == (STOP, False)


def test_program_that_stops_for_its_reader_is_heeded_and_not_answered() -> None:
    kept = letter(a_mail("", Subject=f"stop {TOKEN}", Auto_Submitted="auto-generated"))
    assert isinstance(kept, Letter)
    assert kept.automatic
    started = a_mail("", Subject=f"start {TOKEN}", Auto_Submitted="auto-generated")
    assert because(started) == "a program wrote it: auto-submitted"


# Hostile mail


HEAD = b"From: a@b.example\r\n"
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(20_000)
)


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + b"Subject: " + b"=?utf-8?q?stop?= " * 60_000,
        HEAD + b"Subject: " + b"Re:" * 300_000,
        HEAD + b"Subject: stop" + b" " * 900_000 + b"x",
        HEAD + b"Content-Type: multipart/mixed" + b";" * 1_000_000,
        HEAD + NESTED,
        HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n' + b"--\r\n" * 200_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a" * 400_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 200_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 80_000,
        HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 400_000,
        HEAD + b"\r\n" + b"-" * 900_000,
        HEAD + b"\r\n" + b"1" * 900_000 + b"x",
        HEAD + b"\r\n" + b"\n>" * 400_000,
        HEAD + b" a\n" * 300_000,
        HEAD + b"References: " + b"<a@" * 300_000,
        b'From: "' + b"\\" * 900_000,
        b"A: b\n" * 200_000,
        b"\0" * 900_000,
        b"",
    ],
    ids=lambda _: "mail",
)
def test_letter_of_a_megabyte_made_to_take_long_takes_a_moment(mail: bytes) -> None:
    began = time.process_time()
    assert asked(mail) is None
    assert time.process_time() - began < 2


@given(st.binary(max_size=2_000))
def test_letter_of_any_bytes_is_read_without_error(data: bytes) -> None:
    letter(data)
    letter(HEAD + data)
    letter(a_mail(data, Content_Type="multipart/mixed; boundary=b"))


def test_letter_command_behind_a_megabyte_is_not_looked_for() -> None:
    assert asked(a_mail("\r\n" * 600_000 + "stop")) is None


def test_letters_of_one_mail_are_equal() -> None:
    first, second = letter(a_mail()), letter(a_mail())
    assert isinstance(first, Letter)
    assert first == second == replace(first)
