"""Feeds that want to harm whoever reads them, beside healthy ones: one real daemon, one real mail
server. What is mailed and what is not, how each feed stands and why, and what it cost."""

import asyncio
import re
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

import hostile
from hostile import Case, title
from loopback import Loopback, serving
from mailhost import Authority
from newsdesk import Desk, a_page, a_reader, at_the_desk, told

READERS = ("one@desk.example", "two@desk.example")
STORIES = 5
HEALTHY = tuple(f"healthy-{number}" for number in range(3))
EVERY = 2  # seconds between two polls of a feed
TIMEOUT = 3
POLLS = 4  # of each feed that answers, at least
PATIENCE = 45
SLACK = 12  # by which a poll of a healthy feed may be late while workers are busy
MOST_EXTRA = 64_000  # KB of the main process, beside what the healthy feeds take alone
LEVELS = {"INFO", "WARNING", "ERROR", "CRITICAL"}
ACTIVE = {"img", "script", "iframe", "object", "embed", "form", "svg", "link", "base", "video"}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


class Mailbox:
    """A mail server that takes every mail."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.mails += [(recipient, mail) for recipient in envelope.rcpt_tos]
        return "250 taken"

    def not_told_once(self, titles: Iterable[str]) -> list[tuple[str, str, int]]:
        """Return reader, title and how many mails hold it, where that is not one."""
        texts = [(reader, told(mail)) for reader, mail in self.mails]
        counts = [
            (reader, one, sum(to == reader and _holds(text, one) for to, text in texts))
            for reader in READERS
            for one in titles
        ]
        return [count for count in counts if count[2] != 1]


@dataclass
class Course:
    """What became of the feeds while the daemon ran."""

    feeds: dict[str, dict[str, object]]
    kilobytes: int  # the main process at its peak
    status: int
    log: str
    mailbox: Mailbox


class Markup(HTMLParser):
    """What a mail reader would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is active, or leads elsewhere than to the web."""
        told = [f"{tag} {name}={value}" for name, value in attrs]
        if tag in ACTIVE:
            self.wrong.append(tag)
        for (name, value), whole in zip(attrs, told, strict=True):
            leads = name == "href" and not (value or "").startswith(("http://", "https://", "#"))
            if leads or name.startswith("on") or name in ("src", "srcset", "background"):
                self.wrong.append(whole)


@pytest.mark.timeout(240)
def test_run_among_hostile_feeds_tells_what_is_due_and_harms_nobody(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        for name in HEALTHY:
            desk.feed(name, *(title(name, number) for number in range(STORIES)))
        healthy = [Case(n, b"", titles=tuple(title(n, i) for i in range(STORIES))) for n in HEALTHY]
        async with AsyncExitStack() as stack:
            guarded = await stack.enter_async_context(serving(hostile.feed(hostile.canary())))
            secured = await _secured(stack, Authority(tmp_path))
            alone = await _live(desk, healthy, ())
            desk.server.requests.clear()
            cases = [
                *hostile.network(guarded),
                *hostile.documents(guarded),
                *hostile.texts(guarded),
                *hostile.identities(desk.server),
            ]
            desk.answers.update((f"/{case.name}", case.answer) for case in cases)
            desk.answers.update((page, a_page(told)) for page, told in hostile.PAGES.items())
            cases += [*healthy, *secured]
            course = await _live(desk, cases, [_exempt(case) for case in secured])

        assert guarded.connections == 0
        assert [wrong for case in cases if (wrong := _wrong(case, course))] == []
        due = [one for case in cases for one in case.titles]
        assert course.mailbox.not_told_once(due) == []
        _look_at_mail(course.mailbox, guarded)
        assert [one.target for one in desk.server.requests if "cookie" in one.headers] == []
        assert _longest_gap(desk.server) <= EVERY + SLACK
        assert "\x1b" not in course.log
        assert {line.partition(" ")[0] for line in course.log.splitlines()} <= LEVELS
        assert (alone.status, course.status) == (0, 0)
        assert course.kilobytes <= alone.kilobytes + MOST_EXTRA

    at_the_desk(tmp_path, test)


async def _secured(stack: AsyncExitStack, authority: Authority) -> list[Case]:
    """Serve feeds under TLS, a good one and bad ones."""
    contexts: dict[str, tuple[ssl.SSLContext | None, str]] = {
        "good": (authority.server("127.0.0.1"), ""),
        "expired": (authority.server("127.0.0.1", expired=True), "certificate has expired"),
        "elsewhere": (authority.server("other.example"), "certificate is for another"),
        "plain": (None, "TLS|no complete answer"),
    }
    cases = []
    for name, (context, reason) in contexts.items():
        feed = hostile.feed(hostile.story(f"tls-{name}"))
        server = await stack.enter_async_context(serving(feed, tls=context))
        titles = () if reason else (title(f"tls-{name}"),)
        state = "unreachable" if reason else "ok"
        address = f"https://{server.exemption}/"
        cases.append(Case(f"tls-{name}", b"", state, reason, titles, address))
    return cases


def _exempt(case: Case) -> str:
    return case.address.removeprefix("https://").rstrip("/")


async def _live(desk: Desk, cases: Sequence[Case], exempt: Sequence[str]) -> Course:
    """Let a daemon read the cases into an archive of its own, until each was polled often enough
    and everything due is told; end it."""
    mailbox = Mailbox()
    names = [case.name for case in cases]
    due = [one for case in cases for one in case.titles]
    async with _mail_server(mailbox):
        desk.configure(
            archive=f"archive-{len(cases)}.db",
            workers=2,
            copies="exact",
            fetch={
                "contact": "mailto:test@desk.example",
                "allow_addresses": [desk.server.exemption, *exempt],
                "ca_file": "ca.pem",
                "every": f"{EVERY}s",
                "timeout": f"{TIMEOUT}s",
                "max_bytes": "1MB",
                "backfill": "all",
                "per_domain": 16,
                "gap": "0s",
            },
            feeds=[
                {"name": case.name, "url": case.address or desk.server.url(f"/{case.name}")}
                for case in cases
            ],
            subscribers=[a_reader(name=to.partition("@")[0], address=to) for to in READERS],
            mail={"from": "d@desk.example", "transport": f"smtp://127.0.0.1:{mailbox.port}"},
        )
        process = await desk.start("run")
        ending = asyncio.create_task(process.communicate())
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not (
            _polled(desk, names) and not mailbox.not_told_once(due)
        ):
            assert process.returncode is None
            await asyncio.sleep(0.5)
        peak = _peak(process.pid)
        process.terminate()
        _, log = await ending
        ended = await desk.run("feeds", "--json")
    feeds = {str(feed["name"]): feed for feed in ended.lines}
    return Course(feeds, peak, process.returncode or 0, log.decode(), mailbox)


@asynccontextmanager
async def _mail_server(mailbox: Mailbox) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()


def _polled(desk: Desk, names: Iterable[str]) -> bool:
    """Say whether the healthy feeds were polled often, and each of the desk's own feeds once."""
    asked = [request.target for request in desk.server.requests]
    often = all(asked.count(f"/{name}") >= POLLS for name in HEALTHY)
    return often and {f"/{name}" for name in names if not name.startswith("tls-")} <= set(asked)


def _peak(process: int) -> int:
    """Return the peak of a process's resident memory, in KB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def _wrong(case: Case, course: Course) -> tuple[str, object, object] | None:
    """Return a feed's state and error where they are not as expected."""
    feed = course.feeds[case.name]
    state, error = feed["state"], feed["error"]
    as_expected = state == case.state if case.state else state not in ("new", "disabled")
    reason = re.search(case.reason, str(error or "")) if case.reason else state != "ok" or not error
    return None if as_expected and reason else (case.name, state, error)


def _look_at_mail(mailbox: Mailbox, guarded: Loopback) -> None:
    """Check what no mail may hold, of whatever feed."""
    assert {reader for reader, _ in mailbox.mails} == set(READERS)
    for reader, mail in mailbox.mails:
        assert str(mail["To"]) == reader
        assert mail["Bcc"] is None
        assert mail["X-Injected"] is None
        text = mail.get_body(("plain",)).get_content()
        html = mail.get_body(("html",)).get_content()
        assert UNSEEN.findall((text + html).replace("\r\n", "\n")) == []
        assert hostile.CANARY not in text
        assert "root:x:0" not in text
        markup = Markup()
        markup.feed(html)
        assert markup.wrong == []


def _holds(text: str, heading: str) -> bool:
    return re.search(re.escape(heading) + r"(?!\d)", text) is not None


def _longest_gap(server: Loopback) -> float:
    """Return the longest time between two polls of one healthy feed, in seconds."""
    polls = defaultdict(list)
    for request in server.requests:
        polls[request.target].append(request.at)
    return max(b - a for name in HEALTHY for a, b in pairwise(polls[f"/{name}"]))
