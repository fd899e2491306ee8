"""From the bytes of a feed to entries: the step between fetch and dedup. Pure."""

from hrwatch.stages.parse.document import parse

__all__ = ["parse"]
