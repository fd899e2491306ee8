"""What was changed in an article since the version that its reader was told, where more than one
step lies between: used by writing.

A version keeps what was changed from the one before. Several such accounts cannot be added up: a
paragraph that one step put in, another shortened. So the words of both versions are compared anew.
That knows nothing of what stood around the story on their pages; where it finds more than the steps
did together, the rules of reading may have changed meanwhile, and the last step is told as found.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hrwatch.model.articles import Change, Kept, Record
from hrwatch.model.mail import Earlier, Match, Reason
from hrwatch.stages.dedup import changes
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records as record_table


async def with_whole_changes(
    archive: Archive, matches: tuple[Match, ...], told: Mapping[str, Earlier]
) -> tuple[Match, ...]:
    """Given the matches of a digest, and what earlier ones told its reader, return them, those of
    changed articles with all that was changed since."""
    found = list(matches)
    for place, match in enumerate(matches):
        record, earlier = match.record, told.get(match.record.id)
        is_change = match.reason is Reason.CHANGED and record.change is not None
        if not is_change or earlier is None or earlier.version + 1 >= record.version:
            continue
        versions = await archive.read(record_table.versions, record.id)
        since = [one for one in versions if earlier.version <= one.version <= record.version]
        whole = await asyncio.to_thread(whole_change, since)
        if whole is not None:
            found[place] = replace(match, record=replace(record, change=whole))
    return tuple(found)


def whole_change(versions: Sequence[Record]) -> Change | None:
    """Given the versions of an article in their order, from the one that was told, return what was
    changed from that to the last; None where the last step says it, or the words are not kept."""
    steps: list[Change] = []
    first = last = versions[-1]
    for before, after in zip(reversed(versions[:-1]), reversed(versions[1:]), strict=True):
        if after.change is None:
            break  # its page was read at last, which is nobody's change
        steps.append(after.change)
        first = before
    if steps == [last.change] or any(one.kept is not Kept.FULL for one in (first, last)):
        return None
    whole = changes.changed(
        changes.Told(first.title, first.text), changes.Told(last.title, last.text)
    )
    if whole is None or _passages(whole) > sum(map(_passages, steps)):
        return None
    return whole if any(step.title for step in steps) else replace(whole, title=None)


def _passages(change: Change) -> int:
    kept = len(change.added) + len(change.removed) + len(change.replaced)
    return kept + change.more_added + change.more_removed + change.more_replaced
