"""Why a text has its tags, for the person at the terminal: the words that say so, marked where they
stand, and what found them."""

from collections.abc import Iterable, Iterator

from hrwatch.cli import output
from hrwatch.model.tags import BY_FOCUS, Evidence, Field, Tag
from hrwatch.territories import country_name

_INDENT = " " * 14


def print_marked(words: str, tags: Iterable[Tag], field: Field) -> None:
    """Print the title or the text; each stretch that a tag rests on stands between asterisks, or in
    bold on a terminal, and what it speaks for behind it."""
    from rich.text import Text  # noqa: PLC0415 - as in `output`

    console = output.console()
    shown = Text()
    for stretch, values in _stretches(words, tags, field):
        told = output.plain_lines(stretch)
        if values:
            shown.append(told if console.is_terminal else f"*{told}*", "bold underline")
            shown.append(f"[{', '.join(values)}]", "dim")
        else:
            shown.append(told)
    console.print(shown)


def print_tags(tags: Iterable[Tag]) -> None:
    """Print each tag, and below it the words that it rests on with what found them."""
    for tag in tags:
        name = country_name(tag.value)
        told = tag.value if name == tag.value else f"{tag.value} ({name})"
        output.line(f"{tag.kind + ':':12}{output.plain(told)}, {tag.relation}")
        for evidence in tag.evidence:
            output.line(_INDENT + output.plain(_why(evidence)))


def _why(evidence: Evidence) -> str:
    if evidence.field is Field.CATEGORIES:
        return f"{evidence.found!r}, a category of the publisher ({evidence.rule})"
    where = f"{evidence.found!r} at {evidence.field} {evidence.offset}"
    if not evidence.length:
        where = "a word of the text, which is not kept"
    if evidence.rule == BY_FOCUS:
        where += ", taken for the feed's country"
    language = f", {evidence.language}" if evidence.language else ""
    return f"{where}: {evidence.term} ({evidence.rule}{language})"


def _stretches(
    words: str, tags: Iterable[Tag], field: Field
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cut `words` where evidence begins and ends; give each piece with the tags that it speaks for.
    What overlaps is one piece."""
    spans = sorted(
        (evidence.offset, evidence.offset + evidence.length, tag.value)
        for tag in tags
        for evidence in tag.evidence
        if evidence.field is field and evidence.length
    )
    done = 0
    while spans:
        start, end, _ = spans[0]
        together = []
        while spans and spans[0][0] < end:
            _, its_end, value = spans.pop(0)
            end = max(end, its_end)
            together.append(value)
        yield words[done:start], ()
        yield words[start:end], tuple(dict.fromkeys(together))
        done = end
    yield words[done:], ()
