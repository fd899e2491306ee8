"""Keyword tags: the matching contract at the head of the shipped taxonomy, applied to one text.

What the matcher finds is sorted by the role that each phrase plays; masks blank, guards drop, and
what remains is judged as subject or mention. Linear in the number of phrases found.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hrwatch.model.tags import Evidence, Field, Kind, Relation, Rules, Tag
from hrwatch.stages.tag.matcher import Found
from hrwatch.stages.tag.ruleset import FoundPhrase, Role, RuleSet, Use
from hrwatch.stages.tag.tokens import Tokens

_LEAD = 600  # code points of the text that count as its opening
_REVIEW_LEAD = 200
_STRONG_ENOUGH = 3  # phrases that make a subject wherever they stand
_VETO_WORDS = 8
_NEED_WORDS = 12
_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class _Count:
    """A phrase found that counts."""

    field: Field
    first: int
    last: int
    strong: bool
    named: bool  # inside the name of an organisation or treaty
    use: Use


class _Scan:
    """Everything found in one field, by keyword and role."""

    def __init__(self, field: Field, tokens: Tokens, found: Iterable[FoundPhrase]) -> None:
        self.field = field
        self.tokens = tokens
        self.review = False
        self.global_masks: list[FoundPhrase] = []
        self.roles: defaultdict[int, defaultdict[Role, list[FoundPhrase]]]
        self.roles = defaultdict(lambda: defaultdict(list))
        for phrase in found:
            use = phrase.payload
            if use.role is Role.GLOBAL_MASK:
                self.global_masks.append(phrase)
            elif use.role is Role.REVIEW:
                at_head = field is Field.TITLE or tokens.starts[phrase.first] < _REVIEW_LEAD
                self.review = self.review or at_head
            else:
                self.roles[use.keyword][use.role].append(phrase)


class _Reach:
    """Which words lie within so many words of some phrases."""

    def __init__(self, size: int, phrases: Iterable[FoundPhrase], words: int = 0) -> None:
        self._marks = bytearray(size)
        for phrase in phrases:
            start, end = max(phrase.first - words, 0), min(phrase.last + words + 1, size)
            self._marks[start:end] = b"\x01" * (end - start)

    def mark(self, first: int, last: int) -> None:
        self._marks[first : last + 1] = b"\x01" * (last + 1 - first)

    def touches(self, phrase: FoundPhrase) -> bool:
        return 1 in self._marks[phrase.first : phrase.last + 1]

    def covers(self, phrase: FoundPhrase) -> bool:
        return 0 not in self._marks[phrase.first : phrase.last + 1]


class KeywordTagger:
    """The keywords of a rule set, compiled once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = RuleSet(rules)

    def tag(self, title: Tokens, text: Tokens, language: str) -> tuple[Tag, ...]:
        """Given the words of title and text and the text's language (empty: unknown), return the
        keyword tags in the order of the rules."""
        scans = (
            _Scan(Field.TITLE, title, self._rules.matcher.find(title)),
            _Scan(Field.TEXT, text, self._rules.matcher.find(text)),
        )
        review = any(scan.review for scan in scans)
        tokens = {scan.field: scan.tokens for scan in scans}
        tags = []
        for index in sorted({index for scan in scans for index in scan.roles}):
            counts = [count for scan in scans for count in self._counts(index, scan, language)]
            relation = _judge(counts, tokens, review)
            if relation is not None:
                keyword = self._rules.keywords[index].id
                evidence = tuple(
                    _evidence(keyword, count, tokens[count.field]) for count in _best(counts)
                )
                tags.append(Tag(Kind.KEYWORD, keyword, relation, evidence))
        return tuple(tags)

    def _counts(self, index: int, scan: _Scan, language: str) -> list[_Count]:
        """Return what counts of a keyword in a field: what no mask blanks and no guard drops."""
        if index not in scan.roles:
            return []
        roles = scan.roles[index]
        phrases = [
            phrase
            for role in (Role.TERM, Role.WEAK)
            for phrase in roles[role]
            if _speaks(phrase.payload.language, language, scan.field)
        ]
        phrases += _near(roles, language, scan.field)
        if not phrases:
            return []
        size = len(scan.tokens.forms)
        blank = _Reach(size, [*scan.global_masks, *roles[Role.MASK]])
        for first, last in self._pattern_masks(index, scan.tokens):
            blank.mark(first, last)
        names = _Reach(size, roles[Role.MENTION_ONLY])
        vetoed = _Reach(size, roles[Role.VETO], _VETO_WORDS)
        kept = [
            phrase for phrase in phrases if not blank.touches(phrase) and not vetoed.touches(phrase)
        ]
        kept = self._in_company(index, kept, roles[Role.NEED], size)
        return [
            _Count(
                scan.field,
                phrase.first,
                phrase.last,
                phrase.payload.role is not Role.WEAK,
                names.covers(phrase),
                phrase.payload,
            )
            for phrase in _longest(kept, size)
        ]

    def _in_company(
        self, index: int, phrases: list[FoundPhrase], company: list[FoundPhrase], size: int
    ) -> list[FoundPhrase]:
        """Leave out terms that count only near certain others, where none of those is near."""
        near: dict[str, _Reach] = {}
        kept = []
        for phrase in phrases:
            term = phrase.payload.term
            if (index, term) in self._rules.needy:
                if term not in near:
                    own = [other for other in company if other.payload.term == term]
                    near[term] = _Reach(size, own, _NEED_WORDS)
                if not near[term].touches(phrase):
                    continue
            kept.append(phrase)
        return kept

    def _pattern_masks(self, index: int, tokens: Tokens) -> Iterator[tuple[int, int]]:
        for pattern in self._rules.mask_patterns[index]:
            for match in pattern.finditer(tokens.text):
                first = bisect_left(tokens.ends, match.start() + 1)
                last = bisect_left(tokens.starts, match.end()) - 1
                if first <= last:
                    yield first, last


def _judge(counts: list[_Count], tokens: dict[Field, Tokens], review: bool) -> Relation | None:
    """Return how a text relates to a keyword, none where what was found is too weak to count."""
    strong = sum(count.strong for count in counts)
    if not strong:
        in_title = any(count.field is Field.TITLE for count in counts)
        terms = {count.use.term for count in counts}
        if review or not (in_title or len(terms) > 1):
            return None
    own = [count for count in counts if not count.named]
    opening = any(
        count.field is Field.TITLE or tokens[count.field].starts[count.first] < _LEAD
        for count in own
    )
    about = opening or sum(count.strong for count in own) >= _STRONG_ENOUGH
    return Relation.SUBJECT if about and not review else Relation.MENTION


def _speaks(term_language: str, text_language: str, field: Field) -> bool:
    """Return whether terms of one language are looked for in a field of a text in another."""
    return (
        term_language in {"any", text_language}
        or not text_language
        or (term_language == "en" and field is Field.TITLE)
    )


def _near(
    roles: defaultdict[Role, list[FoundPhrase]], language: str, field: Field
) -> Iterator[FoundPhrase]:
    """Join both sides of `a ~5 b` where they stand close enough, in either order."""
    if not roles[Role.NEAR_LEFT]:
        return
    rights: defaultdict[str, list[FoundPhrase]] = defaultdict(list)
    for phrase in roles[Role.NEAR_RIGHT]:
        rights[phrase.payload.term].append(phrase)
    for left in roles[Role.NEAR_LEFT]:
        use = left.payload
        others = rights[use.term]
        if not _speaks(use.language, language, field):
            continue
        # Phrases come in order of their first word, so only the neighbours can be the nearest.
        place = bisect_left(others, left.first, key=lambda phrase: phrase.first)
        for right in others[max(place - 1, 0) : place + 2]:
            between = max(right.first - left.last, left.first - right.last) - 1
            if 0 <= between <= use.words:
                yield Found(use, min(left.first, right.first), max(left.last, right.last))
                break


def _longest(phrases: list[FoundPhrase], size: int) -> list[FoundPhrase]:
    """Keep one phrase where several of a keyword overlap: a strong one first, then the longest."""
    taken = _Reach(size, ())
    kept = []
    for phrase in sorted(
        phrases,
        key=lambda phrase: (
            phrase.payload.role is Role.WEAK,
            phrase.first - phrase.last,
            phrase.first,
        ),
    ):
        if not taken.touches(phrase):
            taken.mark(phrase.first, phrase.last)
            kept.append(phrase)
    return kept


def _best(counts: list[_Count]) -> list[_Count]:
    """Return at most a few: title first, strong before weak, each new term before repeats."""
    ordered = sorted(
        counts,
        key=lambda count: (
            count.named,
            count.field is not Field.TITLE,
            not count.strong,
            count.first,
        ),
    )
    seen: set[str] = set()
    fresh: list[_Count] = []
    repeated: list[_Count] = []
    for count in ordered:
        (repeated if count.use.term in seen else fresh).append(count)
        seen.add(count.use.term)
    return (fresh + repeated)[:_EVIDENCE]


_RULES = {Role.WEAK: ":weak", Role.NEAR_LEFT: ":near"}


def _evidence(keyword: str, count: _Count, tokens: Tokens) -> Evidence:
    found = tokens.found(count.first, count.last)
    return Evidence(
        rule=f"taxonomy:{keyword}{_RULES.get(count.use.role, '')}",
        term=count.use.term,
        found=found,
        language="" if count.use.language == "any" else count.use.language,
        field=count.field,
        offset=tokens.starts[count.first],
        length=len(found),
    )
