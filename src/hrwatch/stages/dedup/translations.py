"""What an article is a translation of: as pages say it, and only among pages of one house.

What a page says of its other languages is its publisher's word. It counts among the pages of that
publisher, so that nobody can draw another's article into a story of theirs; a page that a feed only
links to speaks for nobody here.
"""

from collections.abc import Mapping, Sequence

from hrwatch import urls
from hrwatch.model.articles import Copy, CopyKind, Counterpart
from hrwatch.stages.dedup.copies import is_own


def translation_of(
    new: Counterpart, counterparts: Sequence[Counterpart], orgs: Mapping[str, str]
) -> Copy | None:
    """Given a new article that repeats no text, and who it names or is named by, oldest first,
    return the link to the original that it translates; `orgs` are those of feeds, by name.

    An original has one translation into a language: a page that a whole site names as its version
    in another language would else draw all of it into one story.
    """
    by_record = {one.record: one for one in counterparts}
    for one in counterparts:
        original = by_record.get(one.copy_of) if one.copy_of else one
        if (
            original is not None
            and (one.permalink in new.translations or new.permalink in one.translations)
            and all(_may_translate(new, other, orgs) for other in (one, original))
            and all(
                permalink == new.permalink or not _one_language(language, new.language)
                for language, permalink in original.told_in
            )
        ):
            return Copy(original.record, CopyKind.TRANSLATION, 1.0)
    return None


def _may_translate(new: Counterpart, other: Counterpart, orgs: Mapping[str, str]) -> bool:
    return (
        _speaks(new)
        and _speaks(other)
        and urls.one_house(
            orgs.get(new.feed, ""), new.feed_address, orgs.get(other.feed, ""), other.feed_address
        )
        and bool(_primary(new.language))
        and bool(_primary(other.language))
        and not _one_language(new.language, other.language)
    )


def _speaks(one: Counterpart) -> bool:
    """Say whether what is archived of a page is its feed's own."""
    return (
        bool(one.permalink)
        and is_own(one.permalink, one.feed_address)
        and (not one.page or urls.same_site(one.page, one.feed_address))
    )


def _one_language(one: str, other: str) -> bool:
    return _primary(one) == _primary(other)


def _primary(language: str) -> str:
    primary = language.partition("-")[0].lower()
    return "" if primary == "und" else primary
