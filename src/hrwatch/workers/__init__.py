"""Killable worker processes for the hops, with limits on time and memory.

What a stranger's bytes can make a parser do is bounded here: processor time, wall time, memory,
and what a page that took a worker over could hand back (values of the declared types, nothing
else). `docs/decisions/0007-workers.md` tells why it is built this way.
"""

from hrwatch.workers.pool import Workers

__all__ = ["Workers"]
