"""What takes long for a digest of very many articles, and holds nothing else up meanwhile."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from hrwatch.pipeline.mailing import digest, writing
from hrwatch.stages.match import Matcher
from hrwatch.stages.store.archive import Archive
from mailing import FILE, a_mailroom

PATIENCE = 2.0  # seconds
ONE_READER = FILE.rpartition("  - ")[0]


@pytest.mark.parametrize(
    ("owner", "step"),
    [(Matcher, "match"), (writing, "compose"), (writing, "render"), (digest, "build")],
)
def test_everything_else_goes_on_while_a_digest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    went_on = threading.Event()
    found: list[bool] = []
    real = getattr(owner, step)

    def waiting(*args: Any, **kwargs: Any) -> Any:
        went_on.clear()
        found.append(went_on.wait(PATIENCE))
        return real(*args, **kwargs)

    async def beat() -> None:
        while True:
            went_on.set()
            await asyncio.sleep(0.001)

    async def test() -> None:
        with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
            room = await a_mailroom(tmp_path, archive, file=ONE_READER)
            room.receive(range(1))
            heart = asyncio.create_task(beat())
            await room.write()
            heart.cancel()

    monkeypatch.setattr(owner, step, waiting)
    asyncio.run(test())
    assert found
    assert all(found)
