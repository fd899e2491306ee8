"""What a configuration that is put in force makes of what the archive knows."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW
from fakes import Clock
from hrwatch import wiring
from hrwatch.config import load
from hrwatch.model.feeds import Because, FeedState, State
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds

FILE = """
mail: {from: "a@example.org", transport: "file:outbox"}
fetch: {contact: "mailto:desk@example.net"}
feeds: [{name: wire, url: "http://10.1.2.3/feed"}]
subscribers: []
"""


@pytest.mark.parametrize(("may_be_new", "due"), [(False, ()), (True, ("wire",))])
def test_put_in_force_asks_the_forbidden_only_where_the_settings_may_be_new(
    tmp_path: Path, may_be_new: bool, due: tuple[str, ...]
) -> None:
    (tmp_path / "feeds.yaml").write_text(FILE, "utf-8")
    config = load(tmp_path / "feeds.yaml")
    refused = FeedState(
        feed="wire",
        address="http://10.1.2.3/feed",
        state=State.UNREACHABLE,
        next_poll_at=NOW + timedelta(hours=20),
        because=Because.NOT_ALLOWED_HERE,
    )

    async def main(archive: Archive) -> tuple[str, ...]:
        await wiring.put_in_force(archive, config, NOW)
        until = NOW + timedelta(minutes=1)
        await archive.write(feeds.claim, "wire", owner="us", now=NOW, until=until)
        await archive.write(feeds.finish, refused, "us")
        await wiring.put_in_force(archive, config, NOW, may_be_new=may_be_new)
        return await archive.read(feeds.due, ("wire",), NOW, False)

    clock = Clock(NOW)
    with Archive.open("archive.db", directory=tmp_path, writing=True, clock=clock) as archive:
        assert asyncio.run(main(archive)) == due
