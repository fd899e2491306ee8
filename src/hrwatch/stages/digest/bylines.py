"""Who tells a story, in which language, and what made it match. Pure; used by render."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from hrwatch.model.feeds import PublisherType
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest.tongue import Tongue, msgid
from hrwatch.stages.digest.view import MatchedTag, Story, Update

_TYPES = {
    PublisherType.NGO: msgid("NGO"),
    PublisherType.UN: msgid("United Nations"),
    PublisherType.INTERGOVERNMENTAL: msgid("intergovernmental"),
    PublisherType.GOVERNMENT: msgid("government"),
    PublisherType.COURT: msgid("court"),
    PublisherType.MEDIA: msgid("media"),
    PublisherType.INDEPENDENT_MEDIA: msgid("independent media"),
    PublisherType.PUBLIC_MEDIA: msgid("public media"),
    PublisherType.STATE_MEDIA: msgid("state media"),
    PublisherType.EXILE_MEDIA: msgid("exile media"),
    PublisherType.RESEARCH: msgid("research"),
    PublisherType.HUMANITARIAN: msgid("humanitarian"),
}
_FIELDS = {
    Field.TITLE: msgid("title"),
    Field.TEXT: msgid("text"),
    Field.CATEGORIES: msgid("the publisher's category"),
}


@dataclass(frozen=True, slots=True)
class Bylines:
    """The lines, in the language of one digest."""

    tongue: Tongue

    def line(self, item: Story | Update) -> str:
        """Return "The Wire (independent media). Belarusian, original language."."""
        told = [f"{self.publisher(item)}.", f"{self.tongue.sentence(self.language(item))}."]
        if isinstance(item, Story) and item.from_list:
            told.append(self.tongue.gettext("Page without feed, read as a list."))
        return " ".join(told)

    def in_short(self, item: Story | Update, country: str = "") -> str:
        """Return what stands before a title that stands alone: where from, in which language, and
        how many others there are of whom nothing more is said."""
        tongue = self.tongue
        told, others = [item.language], item.more_also + len(item.also)
        if others and isinstance(item, Story):
            told.append(tongue.ngettext("%(num)s other report", "%(num)s other reports", others))
        elif others:
            told.append(
                tongue.ngettext("the same at %(num)s more", "the same at %(num)s more", others)
            )
        by = [country] if country else []
        return f"{tongue.listed([*by, tongue.isolate(item.publisher)])} ({tongue.listed(told)})"

    def publisher(self, item: Story | Update) -> str:
        """Return "Amnesty International (NGO)"; the name alone where no type is told."""
        name = self.tongue.isolate(item.publisher)
        if item.publisher_type is None:
            return name
        return f"{name} ({self.tongue.gettext(_TYPES[item.publisher_type])})"

    def language(self, item: Story | Update) -> str:
        """Return "Belarusian, original language"; that it is no translation goes without saying in
        the language of the mail."""
        if isinstance(item, Update):
            return item.language
        if item.translated:
            return self.tongue.listed([item.language, self.tongue.gettext("translation")])
        if item.language_code in ("", "und") or _primary(item.language_code) == self.tongue.code:
            return item.language
        return self.tongue.listed([item.language, self.tongue.gettext("original language")])

    def matched(self, tags: Iterable[MatchedTag], more: int = 0) -> str:
        """Return the tags with their words and where they stand, and how many `more` there are."""
        return self.tongue.grouped([*map(self._matched, tags), *self._more(more)]) + "."

    def also(self, story: Story) -> str:
        """Return what else it is about, and what it names besides; empty for nothing."""
        tongue = self.tongue
        told = []
        if story.also_tagged:
            told.append(tongue.some(story.also_tagged, story.more_tagged))
        if story.also_named:
            named = tongue.some(story.also_named, story.more_named)
            told.append(tongue.gettext("in passing: %(list)s", list=named))
        return tongue.gettext("Also tagged: %(what)s.", what=tongue.grouped(told)) if told else ""

    def _matched(self, tag: MatchedTag) -> str:
        tongue = self.tongue
        told = [tag.label]
        for fields, words in groupby(tag.words, key=lambda word: word.fields):
            *before, last = (tongue.quoted(tongue.isolate(word.text)) for word in words)
            told += [*before, f"{last} ({self._fields(fields)})"]
        if tag.more_words:
            count = tag.more_words
            told.append(tongue.ngettext("%(num)s more word", "%(num)s more words", count))
        why = [] if tag.words or not tag.fields else [self._fields(tag.fields)]
        if tag.by_focus:
            why.append(tongue.gettext("taken for the feed's country"))
        if tag.relation is Relation.MENTION:
            why.append(tongue.gettext("in passing"))
        said = tongue.listed(told)
        return f"{said} ({tongue.listed(why)})" if why else said

    def _more(self, number: int) -> list[str]:
        return [self.tongue.some((), number)] if number else []

    def _fields(self, fields: Iterable[Field]) -> str:
        return self.tongue.together(self.tongue.gettext(_FIELDS[field]) for field in fields)


def _primary(code: str) -> str:
    return code.partition("-")[0].lower()
