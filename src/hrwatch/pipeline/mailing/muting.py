"""What a subscriber wants to hear no more of, as their mutes say it: used by writing, and, for the
words, by wishes. Pure.

A muted word is no reason any more: the article is looked at as if the word had never found it.
One that nothing else speaks for is left out; any other is told, without the word among its
reasons. What the operator's query finds by words of its own speaks too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from hrwatch.model.articles import Record
from hrwatch.model.mail import Match, Mute, MuteKind
from hrwatch.model.tags import Evidence, Field, Tag
from hrwatch.stages.digest import matched
from hrwatch.stages.match import Matcher
from hrwatch.stages.reply.commands import called, fold
from hrwatch.stages.store.mail.ledger import Waiting

_PAIR = "~"  # in a term that asks for two words near each other
_INFLECTED = "*"
_REMEMBERED = 4_000  # words: ten thousand articles are found by the same ones


def in_force(mutes: Iterable[Mute], one: Waiting) -> tuple[Mute, ...]:
    """Return which mutes hold for what waits: those that were not over when it matched, whenever a
    digest comes."""
    return tuple(mute for mute in mutes if mute.until is None or one.matched_at < mute.until)


def is_muted(one: Waiting, mutes: Iterable[Mute]) -> bool:
    """Say whether the story that waits is muted, or its source."""
    muted = {(mute.kind, mute.value) for mute in mutes}
    named = ((MuteKind.STORY, one.record.story), (MuteKind.FEED, one.record.feed))
    return not muted.isdisjoint(named)


def words_of(mutes: Iterable[Mute]) -> frozenset[str]:
    """Return the words among mutes."""
    return frozenset(mute.value for mute in mutes if mute.kind is MuteKind.WORD)


def without(match: Match, words: frozenset[str], matcher: Matcher) -> Match | None:
    """Given a match and the words that are muted, return what is left of it without them; None
    where they were all that spoke for it."""
    tags = _without(match.record.tags, words)
    if tags == match.record.tags:
        return match
    left = matcher.match(replace(match.record, tags=tags))
    if left is None or (match.because and not left.because and not _is_queried(left, matcher)):
        return None
    return replace(left, reason=match.reason)


def left_out(muted: Iterable[Record], told: Iterable[Match]) -> int:
    """Return how many stories are left out, given what is muted of a digest and what it tells:
    those of which it tells no other report either."""
    stories = {record.story for record in muted}
    return len(stories.difference(match.record.story for match in told))


def speaks(evidence: Evidence, word: str) -> bool:
    """Say whether an article was found by a word, as replies compare it: as the text writes it, or
    as the rules do, in any of the forms that a rule with a star stands for. What the publisher's
    own category says is no word of the text."""
    return bool(word) and _is_one_of(evidence, frozenset((word,)))


def meant(word: str, words: Sequence[Evidence], translate: Callable[[str], str]) -> Evidence | None:
    """Given a word as replies compare it, return the one that it is among those by which articles
    were found; else the one that a digest in the language of `translate` shows so, where it cuts
    it off or takes an address out of it: of a pair anything may stand in between."""
    spoken = next((one for one in words if speaks(one, word)), None)
    if spoken is not None or not word:
        return spoken
    cut = (one for one in words if _PAIR in one.term or len(one.found) > matched.LIMIT)
    return next((one for one in cut if called(matched.shown_alone(one, translate)) == word), None)


def covering(word: str, muted: Iterable[str], words: Iterable[Evidence]) -> tuple[str, ...]:
    """Given a word as replies compare it, return those of the muted ones, itself or other forms,
    that hide all that it would, going by the words by which articles were found."""
    found = [one for one in words if speaks(one, word)]
    return tuple(
        one for one in muted if one == word or (found and all(speaks(by, one) for by in found))
    )


def hiding(
    word: str, muted: Iterable[str], words: Sequence[Evidence], translate: Callable[[str], str]
) -> tuple[str, ...]:
    """Given a word that is to count again, return those of the muted ones that hide anything that
    it finds: while one of them stays, not all of that is heard of."""
    found = [one for one in words if speaks(one, word)]
    if not found and (shown := meant(word, words, translate)):
        found = [shown]
    return tuple(one for one in muted if one == word or any(speaks(by, one) for by in found))


def as_shown(evidence: Evidence, word: str) -> str:
    """Return what to call a word: as the text writes it; else as the rules do. A pair of words as
    they do in any case: anything may stand between them in a text."""
    is_written_so = _PAIR not in evidence.term and called(evidence.found) == word
    shown = evidence.found if is_written_so else evidence.term
    return " ".join(shown.split())


def _is_queried(match: Match, matcher: Matcher) -> bool:
    """Say whether a query asks for what the article says, not for whatever there is, as one of
    sources or excludes alone does: an article that said nothing would not match."""
    nothing = replace(match.record, title="", text="", tags=())
    return matcher.match(nothing) is None


def _without(tags: Iterable[Tag], words: frozenset[str]) -> tuple[Tag, ...]:
    """Return the tags without the evidence that these words are; one of which nothing is left is
    none. A tag that came without any keeps its place."""
    kept = []
    for tag in tags:
        evidence = tuple(one for one in tag.evidence if not _is_one_of(one, words))
        if evidence or not tag.evidence:
            kept.append(tag if evidence == tag.evidence else replace(tag, evidence=evidence))
    return tuple(kept)


def _is_one_of(evidence: Evidence, words: frozenset[str]) -> bool:
    if evidence.field is Field.CATEGORIES:
        return False
    return _folded(evidence.found) in words or _finds(evidence.term, words)


@lru_cache(maxsize=_REMEMBERED)
def _folded(written: str) -> str:
    return called(written)


@lru_cache(maxsize=_REMEMBERED)
def _finds(term: str, words: frozenset[str]) -> bool:
    """Say whether a term is one of these words, or stands for one."""
    return called(term) in words or any(_is_form_of(word, term) for word in words)


def _is_form_of(word: str, term: str) -> bool:
    """Say whether a term with stars stands for a word or phrase, word by word."""
    asked, given = word.split(), fold(term).split()
    return (
        _PAIR not in term
        and len(asked) == len(given)
        and all(
            one.startswith(part[:-1]) if part.endswith(_INFLECTED) else one == part
            for one, part in zip(asked, given, strict=True)
        )
    )
