"""From the bytes of a page, or the markup in a feed, to plain text: the step between fetch and
tag. Pure. Importing it loads no heavy library: the main process asks it one question."""

from hrwatch.stages.extract.article import extract
from hrwatch.stages.extract.markup import carries_full_text, plain

__all__ = ["carries_full_text", "extract", "plain"]
