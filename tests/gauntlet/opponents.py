"""The shared programs: the hostile server, the faulty mail server and the scorer."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORT = 8930
TLS_PORTS = range(8941, 8947)
MAIL_PORT = 8925
BASE = f"http://127.0.0.1:{PORT}"
START_SECONDS = 120  # the first one makes certificates and bombs
ALIVE_SECONDS = 7200  # after that the servers end by themselves, whoever forgot them

Case = dict[str, Any]

RECIPIENTS = (
    "ok1@x.test",
    "ok2@x.test",
    "temp3-a@x.test",
    "reject@x.test",
    "dropdata1-a@x.test",
    "acclose1-a@x.test",
    "slow5-a@x.test",
)
GOOD = tuple(address for address in RECIPIENTS if not address.startswith("reject"))


class Opponents:
    """The shared programs in a folder of their own, and what they were asked."""

    def __init__(self, shared: Path, folder: Path) -> None:
        self.folder = folder / "gauntlet"
        shutil.copytree(shared, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (self.folder, *self.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)

    @property
    def authority(self) -> Path:
        """Who signed the one good certificate."""
        return self.folder / "tls" / "ca.pem"

    @contextmanager
    def hostile(self, *options: str) -> Iterator[None]:
        """Serve the hostile feeds until the end of the block."""
        log = self.folder / "hits.jsonl"
        words = ["hostile.py", "--log", str(log), "--lifetime", str(ALIVE_SECONDS), *options]
        with self._running(words):
            yield

    @contextmanager
    def mail(self, folder: Path) -> Iterator["Mailbox"]:
        """Take mail into `folder` until the end of the block."""
        folder.mkdir()
        mailbox = Mailbox(folder)
        words = ["smtp_faulty.py", "--port", str(MAIL_PORT), "--out", str(mailbox.out)]
        words += ["--mode-file", str(mailbox.mode_file), "--lifetime", str(ALIVE_SECONDS)]
        with self._running(words):
            yield mailbox

    @contextmanager
    def _running(self, words: Sequence[str]) -> Iterator[None]:
        said = (self.folder / f"{words[0]}.err").open("ab")
        process = subprocess.Popen(
            [sys.executable, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=said
        )
        try:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError(f"{words[0]} did not start: see {said.name}")
            yield
        finally:
            process.terminate()
            process.wait()
            said.close()

    def cases(self, **which: str) -> list[Case]:
        """Return the cases, of a `group`, or without those to `skip`."""
        asked = "&".join(f"{key}={value}" for key, value in which.items())
        return list(_json(f"/cases.json?{asked}"))

    def hits(self) -> dict[str, Any]:
        """Return what the hostile server has seen."""
        return dict(_json("/hits.json"))

    def never_live(self) -> list[str]:
        """Return the strings that may never be live markup in a mail."""
        return list(_json("/expected.json")["never"])

    def names_asked(self) -> set[str]:
        """Return the names that were looked up at the gauntlet's name server."""
        lines = (self.folder / "hits.jsonl").read_text().splitlines()
        hits = [json.loads(line) for line in lines]
        return {hit["name"] for hit in hits if hit["kind"] == "dns"}

    def must_arrive(self, **which: str) -> dict[str, list[str]]:
        """Return by case which tokens every good recipient has to get."""
        asked = "&".join(f"{key}={value}" for key, value in which.items())
        return dict(_json(f"/expected.json?{asked}")["must"])

    def score(self, mailbox: "Mailbox", recipients: Sequence[str], *options: str) -> "Score":
        """Return what the shared scorer says."""
        words = ["score.py", "--base", BASE, "--mail", str(mailbox.out), *options]
        words += ["--rcpt", ",".join(recipients)]
        ended = subprocess.run(
            [sys.executable, *words], cwd=self.folder, capture_output=True, check=False
        )
        if not ended.stdout:
            raise RuntimeError("score.py failed: " + ended.stderr.decode())
        return Score(ended.returncode, json.loads(ended.stdout))


@dataclass(frozen=True)
class Score:
    """What the shared scorer says: `status` is 0 where nothing is wrong."""

    status: int
    figures: dict[str, Any]


@dataclass(frozen=True)
class Mailbox:
    """What the faulty mail server took."""

    folder: Path

    @property
    def out(self) -> Path:
        """Where it writes down what it took."""
        return self.folder / "mail"

    @property
    def mode_file(self) -> Path:
        """Where it looks which fault it is to have."""
        return self.folder / "smtp.mode"

    def connections(self) -> int:
        """Return how often the server was connected to so far."""
        lines = (self.out / "attempts.jsonl").read_text().splitlines()
        return sum(json.loads(line)["ev"] == "connect" for line in lines)

    def fault(self, word: str) -> None:
        """Let the server have this fault from the next connection on."""
        self.mode_file.write_text(word)

    def accepted(self) -> list[dict[str, Any]]:
        """Return the messages taken so far."""
        path = self.out / "accepted.jsonl"
        if not path.exists():
            return []
        lines = path.read_text().split("\n")
        return [json.loads(line) for line in lines[:-1]]  # the last one may be half written

    def missing(
        self, must: dict[str, list[str]], recipients: Sequence[str]
    ) -> set[tuple[str, str]]:
        """Return which tokens which recipient did not get yet."""
        got = {(r, t) for mail in self.accepted() for r in mail["rcpt"] for t in mail["tokens"]}
        return {(r, t) for tokens in must.values() for t in tokens for r in recipients} - got


def _json(path: str) -> Any:
    # The server is busy with megabytes for others now and then.
    for left in (2, 1, 0):
        try:
            with urllib.request.urlopen(BASE + path, timeout=30) as answer:  # noqa: S310 - http
                return json.load(answer)
        except OSError:
            if not left:
                raise
            time.sleep(1)
    raise AssertionError("not reached")
