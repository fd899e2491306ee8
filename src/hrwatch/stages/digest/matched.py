"""A word that an article was found by → as a digest shows it behind "Matched". Pure; used by
stories, and by wishes, which know it again when it is sent back so."""

from collections.abc import Callable

from hrwatch import text
from hrwatch.model.articles import Record
from hrwatch.model.tags import Evidence, Field
from hrwatch.stages.digest.redact import redacted, removals

LIMIT = 60  # characters
_MARGIN = 200  # looked at round a word, so that one inside an address is seen to be that


def shown(evidence: Evidence, record: Record, translate: Callable[[str], str]) -> str:
    """Return the word as the text writes it, or what stands for the address it is a part of."""
    if evidence.field is Field.CATEGORIES:
        return shown_alone(evidence, translate)
    told = record.title if evidence.field is Field.TITLE else record.text
    first, end = evidence.offset, evidence.offset + evidence.length
    start = max(0, first - _MARGIN)
    near = told[start : end + _MARGIN]
    touched = [one for one in removals(near) if start + one.start < end and first < start + one.end]
    if not touched:
        return shown_alone(evidence, translate)
    # Two words may stand far apart with an address between them: that alone is taken out, where it
    # is seen to be one without what stands round the words, too.
    line = text.clean_line(evidence.found)
    alone = [line[one.start : one.end] for one in removals(line)]
    if alone == [text.clean_line(near[one.start : one.end]) for one in touched]:
        return shown_alone(evidence, translate)
    return translate(touched[0].label)


def shown_alone(evidence: Evidence, translate: Callable[[str], str]) -> str:
    """Return the word as it is shown where it is part of nothing that is taken out."""
    return text.clean_line(redacted(text.clean_line(evidence.found), translate), LIMIT)
