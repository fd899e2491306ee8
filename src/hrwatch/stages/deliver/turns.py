"""Mails one after another, but for one that takes long: that goes on beside the others, so that a
recipient whose server dawdles keeps nobody's mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Of the time that an answer may take: so long one mail has the way for itself.
PATIENCE = 1 / 12


class Turns:
    """Whose turn it is: at one recipient after another, so that one connection serves them all."""

    def __init__(self, timeout: float) -> None:
        """`timeout` is how long an answer may take, in seconds."""
        self._patience = timeout * PATIENCE
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn and have it, but not for long: then the next one has it too."""
        await self._turn.acquire()
        had = True

        def leave() -> None:
            nonlocal had
            if had:
                had = False
                self._turn.release()

        timer = asyncio.get_running_loop().call_later(self._patience, leave)
        try:
            yield
        finally:
            timer.cancel()
            leave()
