"""Small changes that come many at a time, made together: one transaction for all that wait.

Of a change of a few bytes the change itself is the least part; most is to begin and end its
transaction, and to go to the thread that writes and back.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

import sqlalchemy as sa

_MOST = 64  # in one transaction: none waits long for the others

Change = Callable[[sa.Connection], Any]
Outcome = tuple[Any, BaseException | None]


class _Note(NamedTuple):
    change: Change
    done: "asyncio.Future[Any]"


class Notes:
    """Changes that wait for their transaction. For one event loop at a time."""

    def __init__(self, executor: Executor, transaction: Callable[[Change], Any]) -> None:
        """`transaction` makes one change, in the one thread of `executor`."""
        self._executor = executor
        self._transaction = transaction
        self._waiting: deque[_Note] = deque()
        self._is_asked = False  # the thread is to come, and will find what waits

    async def add(self, change: Change) -> Any:
        """Make a change, maybe together with others; return or raise what it does. It is begun
        anew by itself where another one spoilt their transaction, and not begun at all where its
        caller was cancelled before."""
        note = _Note(change, asyncio.get_running_loop().create_future())
        self._waiting.append(note)
        self._ask()
        return await note.done

    def _ask(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            try:
                self._executor.submit(self._make)
            except BaseException:  # the archive is closed
                self._is_asked = False
                self._waiting.clear()
                raise

    def _make(self) -> None:
        self._is_asked = False  # before looking: what comes after the look asks again
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
        if self._waiting:
            self._ask()
        notes = [note for note in taken if not note.done.cancelled()]
        if notes:
            loop = notes[0].done.get_loop()
            outcomes = self._together(notes) or [self._alone(note) for note in notes]
            loop.call_soon_threadsafe(_tell, notes, outcomes)

    def _together(self, notes: Sequence[_Note]) -> list[Outcome]:
        """Make changes in one transaction; return nothing where any of them fails."""
        if len(notes) == 1:
            return []
        try:
            results = self._transaction(lambda c: [note.change(c) for note in notes])
        except BaseException:
            return []
        return [(result, None) for result in results]

    def _alone(self, note: _Note) -> Outcome:
        try:
            return self._transaction(note.change), None
        except BaseException as error:
            return None, error


def _tell(notes: Sequence[_Note], outcomes: Sequence[Outcome]) -> None:
    for note, (result, error) in zip(notes, outcomes, strict=True):
        if note.done.cancelled():
            continue
        if error is not None:
            note.done.set_exception(error)
        else:
            note.done.set_result(result)
