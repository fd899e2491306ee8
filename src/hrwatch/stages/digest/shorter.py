"""One story told ever shorter, for where it would fill more than a page alone. Pure; used by pages.

What is left out is counted where it stood; so a story loses no number, and none of its counts.
"""

from collections.abc import Iterator
from dataclasses import replace

from hrwatch.stages.digest.view import MatchedTag, Story, Update

_TAGS_LEFT = (6, 3, 1)  # of a kind, once no other report is listed
_WORDS_LEFT = 1  # of each


def shorter(item: Story | Update) -> Iterator[Story | Update]:
    """Given a story in full, yield it with one other report less each time, then with fewer of the
    tags that made it match."""
    for listed in range(len(item.also) - 1, -1, -1):
        yield _with_reports(item, listed)
    if isinstance(bare := title_alone(item), Story):
        yield from (_with_tags(bare, left) for left in _TAGS_LEFT)


def title_alone(item: Story | Update) -> Story | Update:
    """Return what is told of a story where only titles stand: of its other reports, how many."""
    return _with_reports(item, 0)


def _with_reports(item: Story | Update, listed: int) -> Story | Update:
    more = item.more_also + len(item.also) - listed
    if isinstance(item, Story):
        return replace(item, also=item.also[:listed], more_also=more)
    return replace(item, also=item.also[:listed], more_also=more)


def _with_tags(story: Story, left: int) -> Story:
    return replace(
        story,
        keywords=_with_words(story.keywords[:left]),
        more_keywords=story.more_keywords + len(story.keywords[left:]),
        countries=_with_words(story.countries[:left]),
        more_countries=story.more_countries + len(story.countries[left:]),
        also_tagged=story.also_tagged[:left],
        more_tagged=story.more_tagged + len(story.also_tagged[left:]),
        also_named=story.also_named[:left],
        more_named=story.more_named + len(story.also_named[left:]),
    )


def _with_words(tags: tuple[MatchedTag, ...]) -> tuple[MatchedTag, ...]:
    return tuple(
        replace(
            tag,
            words=tag.words[:_WORDS_LEFT],
            more_words=tag.more_words + len(tag.words[_WORDS_LEFT:]),
        )
        for tag in tags
    )
