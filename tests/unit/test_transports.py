"""`mail.transport`: what may be written, what it names, and what is refused with a reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch import transports
from hrwatch.model.settings import Folder, Program, Server, Tls

NAMED = {
    "file:outbox": Folder("outbox"),
    "file:/var/spool/hrwatch": Folder("/var/spool/hrwatch"),
    "file:a b": Folder("a b"),
    "sendmail:": Program(Path("/usr/sbin/sendmail")),
    "sendmail:/usr/bin/msmtp": Program(Path("/usr/bin/msmtp")),
    "sendmail:/opt/a b/send": Program(Path("/opt/a b/send")),
    "smtp://127.0.0.1:8925": Server("127.0.0.1", 8925),
    "smtp://localhost": Server("localhost", 25),
    "smtp://LOCALHOST:25/": Server("localhost", 25),
    "smtp://[::1]:26": Server("::1", 26),
    "smtp://127.9.9.9:1/": Server("127.9.9.9", 1),
    "smtps://mail.example": Server("mail.example", 465, Tls.ALWAYS),
    "smtps://Mail.Example.:4650": Server("mail.example", 4650, Tls.ALWAYS),
    "smtps://digest@mail.example:465": Server("mail.example", 465, Tls.ALWAYS, "digest"),
    "smtps://digest@[2001:db8::1]": Server("2001:db8::1", 465, Tls.ALWAYS, "digest"),
    "smtp+starttls://mail.example": Server("mail.example", 587, Tls.UPGRADED),
    "smtp+starttls://digest@mail": Server("mail", 587, Tls.UPGRADED, "digest"),
    # A user is often an address, with its @ as it is or encoded.
    "smtp+starttls://d@desk.example@mail.example:587": Server(
        "mail.example", 587, Tls.UPGRADED, "d@desk.example"
    ),
    "smtps://d%40desk.example@mail.example": Server(
        "mail.example", 465, Tls.ALWAYS, "d@desk.example"
    ),
    "smtps://a%3Ab@mail.example": Server("mail.example", 465, Tls.ALWAYS, "a:b"),
}
REFUSED = {
    "": "no way to send mail",
    "outbox": "write file:outbox",
    "pigeon:": "no way to send mail",
    "http://mail.example": "no way to send mail",
    "SMTP://127.0.0.1": "no way to send mail",
    "file:": "names no directory",
    "file: ": "names no directory",
    "file://host/x": "names no directory",
    "file:\n": "no way to send mail",
    "sendmail:msmtp": "by its whole path",
    "sendmail:/usr/bin/": "by its whole path",
    "sendmail://host/x": "by its whole path",
    "sendmail:-oQ/tmp": "by its whole path",
    "sendmail:/usr/bin/msmtp\n-v": "no way to send mail",
    "smtp:": "no host",
    "smtp://": "no host",
    "smtp://mail.example:25": "without encryption",
    "smtp://10.0.0.1:25": "without encryption",
    "smtp://0.0.0.0:25": "without encryption",
    "smtp://localhost.evil.example:25": "without encryption",
    "smtp://127.0.0.1.example:25": "without encryption",
    "smtp://127.0.0.1:0": "nothing more",
    "smtp://127.0.0.1:99999": "no host and port that can be read",
    "smtp://127.0.0.1:port": "no host and port that can be read",
    "smtp://[": "no host and port that can be read",
    "smtp://127.0.0.1:25/x": "nothing more",
    "smtp://127.0.0.1:25?x=1": "nothing more",
    "smtp://127.0.0.1:25#x": "nothing more",
    "smtp://digest@127.0.0.1:25": "holds a login",
    "smtp://digest:secret@127.0.0.1:25": "holds a login",
    "smtps://digest:secret@mail.example": "holds a password",
    "smtps://:secret@mail.example": "holds a password",
    "smtp+starttls://digest:@mail.example": "holds a password",
    "smtps://@mail.example": "no user that can be read",
    "smtps://%00@mail.example": "no user that can be read",
    "smtps://%FF@mail.example": "no user that can be read",
    f"smtps://{'u' * 256}@mail.example": "no user that can be read",
    "smtps://digest@": "no host",
    "smtps://digest@-o.example": "no host that can be asked",
    "smtps://digest@mail..example": "no host that can be asked",
    "smtps://digest@mail example": "no host that can be asked",
    "smtps://digest@пошта.example": "no host that can be asked",
    "smtps://[fe80::1%25eth0]": "no host",
    "smtps:mail.example": "nothing more",
}


@pytest.mark.parametrize("written", NAMED)
def test_parse_of_a_known_kind_gives_what_it_names(written: str) -> None:
    assert transports.parse(written) == NAMED[written]


@pytest.mark.parametrize("written", REFUSED)
def test_parse_of_anything_else_says_what_to_write(written: str) -> None:
    with pytest.raises(ValueError, match=r"write |needs none") as refused:
        transports.parse(written)
    assert REFUSED[written] in str(refused.value)
    assert "secret" not in str(refused.value).replace("no secrets", "")


@given(st.text(max_size=40), st.sampled_from(["", "smtps://", "smtp://", "sendmail:", "file:"]))
def test_parse_of_any_text_gives_a_target_or_a_sentence(rest: str, scheme: str) -> None:
    try:
        target = transports.parse(scheme + rest)
    except ValueError as error:
        assert str(error).isprintable()
    else:
        assert not isinstance(target, Server) or (target.host and 0 < target.port < 65536)


def test_shown_leaves_out_who_logs_in() -> None:
    assert transports.shown("smtps://d@desk.example:pw@mail.example:465") == (
        "smtps://mail.example:465"
    )
