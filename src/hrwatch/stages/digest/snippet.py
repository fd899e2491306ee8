"""The stretch of a text with the most matched words, these marked, contacts taken out. Pure; used
by compose."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hrwatch.model.tags import Evidence, Field
from hrwatch.stages.digest.redact import Removal, removals
from hrwatch.stages.digest.view import Piece

LIMIT = 300  # characters, ellipses and labels included
_ELLIPSIS = "…"
_LEAD = 140  # the word stands at most this far from the start
_MARGIN = 200  # looked at on both sides, so that a number cut by the edge is still seen as one
_STOPS = ".!?…。！？؟।۔"
_SENTENCE_END = re.compile(rf"[{_STOPS}]+[\"'”’»)\]]*\s+|[。！？]+|\n+")
_SPACES = re.compile(r"\s+")
_WORD_REACH = 40  # a script without spaces is cut where it stands


def snippet(
    text: str,
    evidence: tuple[Evidence, ...],
    limit: int = LIMIT,
    translate: Callable[[str], str] = str,
) -> tuple[Piece, ...]:
    """Given a text and its evidence, return at most `limit` characters round the word that has the
    most others near it (of equals the first), or the beginning where none stands in the text; the
    labels for what is taken out in the language of `translate`."""
    words = [piece for piece in evidence if piece.field is Field.TEXT and piece.length]
    room = limit - 2 * len(_ELLIPSIS)
    starts = [_start(text, word) for word in words] or [0]
    start = max(starts, key=lambda begin: sum(_within(word, begin, begin + room) for word in words))
    pieces = _pieces(text, _Stretch(start, start + room), words, translate)
    while (length := sum(len(piece.text) for piece in pieces)) > limit:
        room -= length - limit
        pieces = _pieces(text, _Stretch(start, start + room), words, translate)
    return pieces


def _within(word: Evidence, start: int, end: int) -> bool:
    return start <= word.offset and word.offset + word.length <= end


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int


def _start(text: str, word: Evidence) -> int:
    """Return the start of a sentence shortly before the word, of its own where that leads far
    enough, or of a word."""
    earliest = max(0, word.offset - _LEAD)
    starts = [match.end() for match in _SENTENCE_END.finditer(text, earliest, word.offset)]
    if earliest == 0:
        starts.insert(0, 0)
    if starts:
        return starts[-1] if word.offset - starts[-1] > _LEAD // 3 else starts[0]
    space = _SPACES.search(text, earliest, min(earliest + _WORD_REACH, word.offset))
    return space.end() if space else earliest


def _end(text: str, stretch: _Stretch) -> int:
    """Return where the stretch ends well: at a sentence, else at a word."""
    if stretch.end >= len(text):
        return len(text)
    latest = stretch.start + (stretch.end - stretch.start) * 2 // 3
    ends = [match.end() for match in _SENTENCE_END.finditer(text, latest, stretch.end)]
    if ends:
        return ends[-1]
    for position in range(stretch.end, max(latest, stretch.end - _WORD_REACH), -1):
        if text[position].isspace():
            return position
    return stretch.end


def _pieces(
    text: str, stretch: _Stretch, words: list[Evidence], translate: Callable[[str], str]
) -> tuple[Piece, ...]:
    region = max(0, stretch.start - _MARGIN)
    gone = [
        Removal(region + removal.start, region + removal.end, translate(removal.label))
        for removal in removals(text[region : stretch.end + _MARGIN])
    ]
    start, end = stretch.start, _end(text, stretch)
    for removal in gone:  # never half of one: the edge moves to its far side, or before it
        if removal.start < start < removal.end:
            start = removal.end
        if removal.start < end < removal.end:
            end = max(start, removal.start)
    cuts = [(removal.start, removal.end, Piece(removal.label)) for removal in gone]
    for word in words:
        first, last = word.offset, word.offset + word.length
        if all(last <= removal.start or removal.end <= first for removal in gone):
            cuts.append((first, last, Piece(text[first:last], marked=True)))
    pieces: list[Piece] = []
    position = start
    for first, last, piece in sorted(cuts, key=lambda cut: (cut[0], cut[1])):
        if first < position or last > end or first == last:
            continue  # outside, or inside what was taken before it
        pieces += [Piece(text[position:first]), piece]
        position = last
    pieces.append(Piece(text[position:end]))
    opens = start > 0 and not _ends_sentence(text[max(0, start - _MARGIN) : start])
    closes = end < len(text.rstrip()) and not _ends_sentence(text[start:end])
    return _tidy(pieces, opens=opens, closes=closes)


def _ends_sentence(text: str) -> bool:
    return text.endswith("\n") or text.rstrip("\"'”’»)] ").endswith(tuple(_STOPS))


def _tidy(pieces: list[Piece], *, opens: bool, closes: bool) -> tuple[Piece, ...]:
    """Return the pieces on one line, with an ellipsis where a sentence goes on."""
    kept = [Piece(_SPACES.sub(" ", piece.text), piece.marked) for piece in pieces if piece.text]
    if not kept:
        return ()
    kept[0] = Piece(kept[0].text.lstrip(), kept[0].marked)
    kept[-1] = Piece(kept[-1].text.rstrip(), kept[-1].marked)
    if opens:
        kept.insert(0, Piece(_ELLIPSIS))
    if closes:
        kept.append(Piece(_ELLIPSIS))
    return tuple(piece for piece in kept if piece.text)
