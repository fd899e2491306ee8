"""Templates of the operator's own: checked before they are used; a broken one holds its digests."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from builders import a_record, a_subscriber, a_tag
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.cli.main import app
from hrwatch.config import load
from hrwatch.model.mail import Cadence, Schedule
from hrwatch.stages.match import criteria
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import outbox, subscribers

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_file(folder: Path, template: str) -> Path:
    """Write a configuration with a text template, and return where it is."""
    (folder / "own").mkdir()
    (folder / "own" / "digest.txt.j2").write_text(template)
    file = folder / "feeds.yaml"
    file.write_text("fetch: {contact: 'mailto:desk@your.example'}\nmail: {templates: own}\n")
    return file


def test_check_tells_the_line_of_a_mistake_in_a_template(tmp_path: Path) -> None:
    file = a_file(tmp_path, "{{ wording.heading() }}\n{{ stroy.title }}\n")

    told = CliRunner().invoke(app, ["--config", str(file), "check"])
    assert told.exit_code == 2
    assert told.output == f"{tmp_path}/own/digest.txt.j2:2: 'stroy' is undefined\n"

    (tmp_path / "own" / "digest.txt.j2").write_text("{{ wording.heading() }}\n")
    assert CliRunner().invoke(app, ["--config", str(file), "check"]).exit_code == 0


def test_broken_template_holds_the_digest_until_it_is_mended(tmp_path: Path) -> None:
    template = tmp_path / "own" / "digest.txt.j2"
    reader = a_subscriber(schedule=Schedule(Cadence.AT_ONCE), text_only=True)
    clock = Clock(NOW)

    async def run() -> tuple[list[str], bytes]:
        config = load(a_file(tmp_path, "{{ stroy }}"))
        async with wiring.open_parts(config, tmp_path / "state") as opened:
            parts = replace(opened, clock=clock)
            desk = wiring.open_desk(replace(config, subscribers=(reader,)), parts.archive)
            asked = {reader.name: criteria(reader.interest)}
            await parts.archive.write(subscribers.sync, asked, clock.now)
            clock.advance(HOUR)
            record = a_record(first_seen_at=clock.now, tags=(a_tag("torture"),))
            await parts.archive.write(records.add, (record,))
            await pipeline.match_pass(parts, desk)
            failed = await pipeline.digest_pass(parts, desk, regardless=False)
            assert await parts.archive.read(outbox.waiting, now=clock.now, regardless=True) == ()
            template.write_text("Mended. {{ wording.counts() }}")
            clock.advance(HOUR)
            assert await pipeline.digest_pass(parts, desk, regardless=False) == ()
            (waiting,) = await parts.archive.read(outbox.waiting, now=clock.now, regardless=True)
            claimed = await parts.archive.write(
                outbox.claim,
                waiting.message_id,
                owner="test",
                now=clock.now,
                until=clock.now + HOUR,
            )
            assert claimed is not None
            return [str(error) for _, error in failed], claimed[0].bytes

    errors, mail = asyncio.run(run())

    assert errors == [f"{template}:1: 'stroy' is undefined"]
    assert b"Mended. 1 new story." in mail
