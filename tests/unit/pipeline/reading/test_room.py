"""Room for pages in memory: nobody waits for ever, and not much more is kept than was allowed."""

import asyncio

import pytest

from hrwatch.pipeline.reading.room import Room, Share


def test_room_that_is_full_lets_those_wait_who_keep_nothing() -> None:
    async def work() -> None:
        room, one, other = Room(10), Share(), Share()
        assert await room.admits(one)
        await room.keep(one, 10)
        assert not await room.admits(one)  # it is to archive what it keeps
        waiting = asyncio.create_task(room.admits(other))
        await asyncio.sleep(0)
        assert not waiting.done()
        await room.leave(one)
        assert await waiting
        assert (one.size, await room.admits(one)) == (0, True)

    asyncio.run(work())


def test_who_waits_in_a_full_room_is_woken_by_a_page_of_its_own() -> None:
    async def work() -> None:
        room, one, other = Room(10), Share(), Share()
        await room.keep(one, 11)
        waiting = asyncio.create_task(room.admits(other))
        await asyncio.sleep(0)
        await room.keep(other, 1)  # that was being fetched meanwhile
        assert not await waiting

    asyncio.run(work())


@pytest.mark.parametrize("visits", [1, 7, 40])
def test_many_visits_with_large_pages_all_come_to_an_end(visits: int) -> None:
    most = 0

    async def visit(room: Room, kept: list[int]) -> None:
        nonlocal most
        left = 5
        while left:
            share = Share()

            async def read(share: Share = share) -> None:
                nonlocal left, most
                while left and share.size < 4 and await room.admits(share):
                    left -= bool(left)
                    await asyncio.sleep(0)
                    await room.keep(share, 3)
                    kept[0] += 3
                    most = max(most, kept[0])

            await asyncio.gather(read(), read())
            await asyncio.sleep(0)
            kept[0] -= share.size
            await room.leave(share)

    async def work() -> None:
        room, kept = Room(20), [0]
        await asyncio.wait_for(asyncio.gather(*(visit(room, kept) for _ in range(visits))), 20)

    asyncio.run(work())
    assert most <= 20 + visits * 2 * 3
