"""Room for pages that were fetched and are not archived yet: a bound on what all visits together
keep of them in memory."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Share:
    """What one step of a visit keeps, and offers to others meanwhile."""

    size: int = 0  # bytes
    offered: list[str] = field(default_factory=list)  # canonical permalinks


class Room:
    """Who keeps nothing waits while it is full; who keeps something archives that first. So
    somebody always leaves, and what is kept at most are `most` bytes and the pages that were being
    fetched when it became full."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = 0
        self._changed = asyncio.Condition()

    async def admits(self, share: Share) -> bool:
        """Say, once that is known, whether another page may be fetched: it may not where the room
        is full and `share` keeps some of it."""
        async with self._changed:
            await self._changed.wait_for(lambda: share.size or self._kept < self._most)
            return self._kept < self._most

    async def keep(self, share: Share, size: int) -> None:
        """Add a page of `size` bytes to `share`."""
        async with self._changed:
            self._kept += size
            share.size += size
            self._changed.notify_all()

    async def leave(self, share: Share) -> None:
        """Keep no more of what `share` kept."""
        async with self._changed:
            self._kept -= share.size
            share.size = 0
            self._changed.notify_all()
