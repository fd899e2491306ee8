"""From the bytes of a page, or the markup in a feed, to plain text: the step between fetch and
tag. Pure. `article.extract` reads pages; it stands apart because importing it loads lxml, and the
main process only asks this package whether a page is wanted."""

from hrwatch.stages.extract.markup import carries_full_text, plain

__all__ = ["carries_full_text", "plain"]
