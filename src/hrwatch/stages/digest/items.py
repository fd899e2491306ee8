"""What is said of one story or one feed beside its title: dates, versions, references, failures.
Pure; the part of wording that looks at one thing at a time.
"""

from collections.abc import Iterable
from datetime import UTC

from hrwatch.model.feeds import FeedState, State
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import msgid
from hrwatch.stages.digest.view import NoExtract, Story, Trouble, Undated, Update

_UNDATED = {
    Undated.NOT_GIVEN: msgid("Publication date not given."),
    Undated.NOT_UNDERSTOOD: msgid("Publication date not understood."),
    Undated.AHEAD: msgid("Dated in the future by its publisher."),
}
_NO_EXTRACT = {
    NoExtract.TERMS: msgid("No extract: this publisher's terms allow no copies."),
    NoExtract.HEADLINE: msgid("No extract: only the headline of this feed is archived."),
    NoExtract.SUMMARY: msgid(
        "No extract: the feed gave no summary, and no more than that is archived."
    ),
}
STATES = {
    State.EMPTY: msgid("answers, but empty"),
    State.NOT_A_FEED: msgid("what is there is no feed"),
    State.LAYOUT_CHANGED: msgid("page layout changed, no links found"),
    State.UNREACHABLE: msgid("cannot be reached"),
    State.REFUSED: msgid("refuses our reader"),
    State.GONE: msgid("is gone from its address"),
    State.INVALID: msgid("cannot be read"),
}


class ItemWords:
    """The sentences on one thing, with the times of one digest and in its language."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._tongue = times.tongue

    def published(self, story: Story) -> str:
        """Return when a story was published, in the subscriber's time and UTC, and first seen."""
        gettext, day = self._tongue.gettext, self._tongue.day
        seen = story.first_seen_at.astimezone(UTC)
        when = f"{day(seen, year=False)} {seen:%H:%M}"
        if story.published_at is None:
            published = gettext(_UNDATED[story.undated or Undated.NOT_GIVEN])
        elif not story.time_given:
            date = day(story.published_at.astimezone(UTC), year=True)
            published = (
                gettext("Dated %(date)s on the page, time not given.", date=date)
                if story.from_list
                else gettext("Published %(date)s, time not given.", date=date)
            )
        else:
            written = self._times.with_utc(story.published_at, story.publishers_offset)
            published = gettext("Published %(when)s.", when=written)
        return f"{published} {gettext('First seen %(when)s UTC.', when=when)}"

    def version(self, story: Story) -> str:
        """Return which version of an article is told, where it is not the first."""
        gettext = self._tongue.gettext
        if story.seen_at is None:
            return gettext("This is version %(version)s of the article.", version=story.version)
        return gettext(
            "This is version %(version)s of the article, seen %(when)s.",
            version=story.version,
            when=self._times.with_utc(story.seen_at),
        )

    def no_extract(self, story: Story) -> str:
        """Return why nothing of a story's text is cited; empty where something is, or could be."""
        return self._tongue.gettext(_NO_EXTRACT[story.no_extract]) if story.no_extract else ""

    def kept(self, story: Story | Update) -> str:
        """Return the archive's reference of a story."""
        gettext, isolate = self._tongue.gettext, self._tongue.isolate
        if isinstance(story, Update):
            seen, in_part = story.seen_at.astimezone(UTC), False
        else:
            seen, in_part = story.first_seen_at.astimezone(UTC), bool(story.no_extract)
        when = f"{self._tongue.day(seen, year=False)} {seen:%H:%M}"
        parts = [
            gettext("ref %(reference)s", reference=isolate(story.reference)),
            gettext("headline kept %(when)s UTC", when=when)
            if in_part
            else gettext("kept %(when)s UTC", when=when),
        ]
        if story.sha256:
            parts.append(gettext("page sha256 %(digits)s", digits=isolate(story.sha256[:12])))
        else:
            parts.append(gettext("no page kept"))
        return self._tongue.listed(parts)

    def trouble(self, state: FeedState) -> str:
        """Return what is wrong with a feed and since when nothing came of it, in words for its
        readers: the error's own text is the operator's, and may name machines, settings or files.
        """
        gettext, times = self._tongue.gettext, self._times
        parts = [gettext(STATES.get(state.state, STATES[State.INVALID]))]
        if state.failing_since is not None:
            parts.append(gettext("since %(when)s", when=times.short(state.failing_since)))
        if state.last_polled_at is not None:
            parts.append(gettext("last tried %(when)s", when=times.short(state.last_polled_at)))
        if state.newest_entry_at is not None:
            date = self._tongue.day(state.newest_entry_at, year=True)
            parts.append(gettext("newest entry known %(when)s", when=date))
        return self._tongue.listed(parts) + "."

    def failing(self, troubles: Iterable[Trouble]) -> tuple[str, ...]:
        """Return whose feeds fail, a line for each way to do so."""
        tongue = self._tongue
        by_state: dict[str, list[str]] = {}
        for one in troubles:
            state = tongue.gettext(STATES.get(one.state.state, STATES[State.INVALID]))
            by_state.setdefault(state, []).append(tongue.isolate(one.name))
        return tuple(
            f"{tongue.sentence(state)}{tongue.colon}{tongue.listed(names)}."
            for state, names in by_state.items()
        )
