"""A newsroom and a desk for end-to-end tests: feeds on loopback that a test may change, a
configuration in a folder, and `hrwatch` run as a real process on it. All stories are invented."""

import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import yaml

from hrwatch.cli import main as command_line
from loopback import Answer, Loopback, an_answer, serving

SECONDS = 60
OPTIONS = ("--config", "feeds.yaml", "--state-dir", "state")


@dataclass
class Ended:
    """A process that is over."""

    status: int
    out: str
    complaints: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """What it printed, as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Desk:
    """One operator's folder, and the newsroom that it polls."""

    folder: Path
    server: Loopback
    answers: dict[str, Answer]
    inside: bool = False

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def feed(self, name: str, *stories: str, **marks: str) -> None:
        """Serve a feed `name` with these titles, each with a page of its own."""
        items = "".join(
            self._item(name, number, title, **marks) for number, title in enumerate(stories)
        )
        self.answers[f"/{name}"] = an_answer(
            f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode(),
            Content_Type="application/rss+xml",
        )

    def _item(self, name: str, number: int, title: str, age: str = "1", guid: str = "") -> str:
        page = f"/{name}/{guid}{number}"
        self.answers.setdefault(page, a_page(title))
        dated = format_datetime(datetime.now(UTC) - timedelta(hours=int(age)))
        return (
            f"<item><title>{escape(title)}</title><link>{self.server.url(page)}</link>"
            f"<guid>{name}-{guid}{number}</guid><pubDate>{dated}</pubDate>"
            f"<description>{escape(title)}, in short.</description></item>"
        )

    def configure(self, *feeds: str, **changes: object) -> Path:
        """Write the operator's file for these feeds; `changes` replace whole sections."""
        sections: dict[str, object] = {
            "workers": 0 if self.inside else 1,
            "fetch": {
                "contact": "mailto:test@desk.example",
                "allow_addresses": [self.server.exemption],
                "gap": "0s",
                "per_domain": 8,
                # The newsroom answers from this machine, which may be busy with other tests.
                "timeout": f"{SECONDS}s",
            },
            "feeds": [{"name": name, "url": self.server.url(f"/{name}")} for name in feeds],
            "subscribers": [a_reader()],
        }
        path = self.folder / "feeds.yaml"
        path.write_text(yaml.safe_dump(sections | changes))
        return path

    async def start(
        self, *words: str, fed: bool = False, **environ: str
    ) -> asyncio.subprocess.Process:
        """Start `hrwatch WORDS` on the desk's folder, with these variables beside the usual; `fed`
        where it is to be given something to read."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hrwatch",
            *OPTIONS,
            *words,
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE if fed else None,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | environ,
        )

    async def run(
        self, *words: str, seconds: float = SECONDS, given: bytes | None = None, **environ: str
    ) -> Ended:
        """Run `hrwatch WORDS` to its end, `given` this to read."""
        if self.inside and words[0] != "run" and given is None and not environ:
            ended = asyncio.to_thread(ended_inside, self.folder, *words)
            return await asyncio.wait_for(ended, seconds)
        process = await self.start(*words, fed=given is not None, **environ)
        out, complaints = await asyncio.wait_for(process.communicate(given), seconds)
        return Ended(process.returncode or 0, out.decode(), complaints.decode())

    def mails(self) -> list[EmailMessage]:
        """What lies in the outbox folder, the oldest first."""
        paths = sorted(self.state.glob("outbox/*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    async def records(self) -> list[dict[str, object]]:
        """What the archive holds, as `export` writes it."""
        ended = await self.run("export", "--format", "jsonl")
        assert ended.status == 0, ended.complaints
        return ended.lines


def a_reader(**changes: object) -> dict[str, object]:
    """A subscriber of the operator's file who asks for everything, at once."""
    return {"name": "reader", "address": "reader@desk.example", "send": "at once"} | changes


def a_page(title: str, *paragraphs: str) -> bytes:
    """The answer with an article page under that title."""
    told = paragraphs or tuple(
        f"Paragraph {number} of an invented story, {escape(title)}: nobody was there and nothing "
        f"happened, as the court of Arvenia found on day {number} of its long proceedings."
        for number in range(1, 6)
    )
    body = "".join(f"<p>{paragraph}</p>" for paragraph in told)
    page = (
        f"<html lang=en><head><title>{escape(title)}</title></head><body><nav>Menu</nav>"
        f"<article><h1>{escape(title)}</h1>{body}</article></body></html>"
    )
    return an_answer(page.encode(), Content_Type="text/html; charset=utf-8")


def told(mail: EmailMessage) -> str:
    """The text part of a mail, on one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def ended_inside(folder: Path, *words: str) -> Ended:
    """Run `hrwatch WORDS` to its end as a process would, in this one."""
    status = 0
    with _as_a_process(folder, ["hrwatch", *OPTIONS, *words]) as (out, complaints):
        try:
            command_line.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return Ended(status, out.getvalue().decode(), complaints.getvalue().decode())


@contextmanager
def _as_a_process(folder: Path, arguments: list[str]) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Give what is a process's own, and put it back: words, folder, umask, streams, the log."""
    out, complaints = io.BytesIO(), io.BytesIO()
    root, mask = logging.getLogger(), os.umask(0o077)
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()  # or they are closed
    with pytest.MonkeyPatch.context() as patch, chdir(folder):
        patch.setattr(sys, "argv", arguments)
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(complaints, write_through=True))
        try:
            yield out, complaints
        finally:
            os.umask(mask)
            root.handlers[:] = handlers
            root.setLevel(level)
            sys.stdout.detach()
            sys.stderr.detach()


def at_the_desk(
    folder: Path, test: Callable[[Desk], Awaitable[None]], *, inside: bool = False
) -> None:
    """Run `test` with a desk in `folder`, its `hrwatch` processes of their own or, for a quarter
    of the time where nothing is asked that a process is for, run `inside` this one: all but the
    daemon, and what is given an environment or an input of its own."""

    async def run() -> None:
        answers: dict[str, Answer] = {}
        async with serving(answers) as server:
            await test(Desk(folder, server, answers, inside))

    asyncio.run(run())
