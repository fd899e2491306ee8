"""What is allowed but likely not meant: warnings that `check` prints beside a good file."""

from datetime import timedelta

from hrwatch.config import shapes
from hrwatch.config.tree import Document, Path
from hrwatch.errors import Mistake

POLITE = timedelta(minutes=5)


def of(document: Document, shape: shapes.File) -> list[Mistake]:
    """Given a file found good, return what its writer should know about it."""
    found: list[tuple[Path, str]] = []
    if shape.fetch.contact == shapes.EXAMPLE_CONTACT:
        problem = (
            "is still the shipped example, and nothing beyond this machine is asked; write where a "
            "site's owner reaches you, such as mailto:you@your.org"
        )
        found.append((("fetch", "contact"), problem))
    impolite = "is shorter than 5m; most sites do not publish that often, and some will block you"
    if shape.fetch.every < POLITE:
        found.append((("fetch", "every"), impolite))
    if shape.copies == "near" and "copies" in shape.model_fields_set:
        problem = "near copies are not linked by this version; exact ones are"
        found.append((("copies",), problem))
    for position, feed in enumerate(shape.feeds):
        if feed.every is not None and feed.every < POLITE:
            found.append((("feeds", position, "every"), impolite))
        if feed.page is not None and feed.enabled:
            problem = "listing pages are not read by this version; the feed will fail"
            found.append((("feeds", position, "page"), problem))
    warnings = (document.mistake(path, problem) for path, problem in found)
    return [warning for warning in warnings if warning is not None]
