"""What the matcher found in one field, sorted by keyword and role, pairs joined.

Masks blank what they cover before anything else is looked at. Linear in the phrases found.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from hrwatch.model.tags import Field
from hrwatch.stages.tag.pairs import joined
from hrwatch.stages.tag.ruleset import FoundPhrase, Role, RuleSet
from hrwatch.stages.tag.tokens import Tokens

_REVIEW_LEAD = 200  # code points
# Where each character is a word to the matcher, distances in words are stretched by these.
_CHARACTERS_A_WORD = {"zh": 2, "ja": 2, "th": 4, "lo": 4, "my": 4, "km": 4}


class Reach:
    """Which words lie within so many words of some phrases."""

    def __init__(self, size: int, phrases: Iterable[FoundPhrase], words: int = 0) -> None:
        self._marks = bytearray(size)
        for phrase in phrases:
            start, end = max(phrase.first - words, 0), min(phrase.last + words + 1, size)
            self._marks[start:end] = b"\x01" * (end - start)

    def mark(self, first: int, last: int) -> None:
        """Let the words from `first` to `last` be within reach."""
        self._marks[first : last + 1] = b"\x01" * (last + 1 - first)

    def touches(self, phrase: FoundPhrase) -> bool:
        """Return whether any word of a phrase is within reach."""
        return 1 in self._marks[phrase.first : phrase.last + 1]

    def covers(self, phrase: FoundPhrase) -> bool:
        """Return whether all words of a phrase are within reach."""
        return 0 not in self._marks[phrase.first : phrase.last + 1]


class Scan:
    """Everything found in one field; `roles` by keyword. Terms of other languages are left out."""

    def __init__(self, rules: RuleSet, field: Field, tokens: Tokens, language: str) -> None:
        self.field = field
        self.tokens = tokens
        self.pace = _CHARACTERS_A_WORD.get(language, 1)
        self.review = False
        self.roles: defaultdict[int, defaultdict[Role, list[FoundPhrase]]]
        self.roles = defaultdict(lambda: defaultdict(list))
        self._rules = rules
        self._global_masks: list[FoundPhrase] = []
        self._blanks: dict[int, Reach] = {}
        sides: defaultdict[int, list[FoundPhrase]] = defaultdict(list)
        spoken = _spoken(language, field)
        for phrase in rules.matcher.find(tokens):
            use = phrase.payload
            if spoken and use.language not in spoken:
                continue
            if use.role is Role.SIDE:
                sides[use.side].append(phrase)
            elif use.role is Role.GLOBAL_MASK:
                self._global_masks.append(phrase)
            elif use.role is Role.REVIEW:
                at_head = field is Field.TITLE or tokens.starts[phrase.first] < _REVIEW_LEAD
                self.review = self.review or at_head
            else:
                self.roles[use.keyword][use.role].append(phrase)
        self._join(sides)

    def blank(self, keyword: int) -> Reach:
        """Return the words that masks blank for a keyword."""
        blank = self._blanks.get(keyword)
        if blank is None:
            masks = self.roles[keyword][Role.MASK] if keyword in self.roles else []
            blank = Reach(len(self.tokens.forms), [*self._global_masks, *masks])
            for pattern in self._rules.mask_patterns[keyword]:
                for match in pattern.finditer(self.tokens.text):
                    first = bisect_left(self.tokens.ends, match.start() + 1)
                    last = bisect_left(self.tokens.starts, match.end()) - 1
                    if first <= last:
                        blank.mark(first, last)
            self._blanks[keyword] = blank
        return blank

    def clear(self, keyword: int, role: Role) -> list[FoundPhrase]:
        """Return the phrases of a role that no mask blanks."""
        phrases = self.roles[keyword][role]
        if not phrases:
            return []
        blank = self.blank(keyword)
        return [phrase for phrase in phrases if phrase.payload.pair or not blank.touches(phrase)]

    def _join(self, sides: dict[int, list[FoundPhrase]]) -> None:
        """Add what pairs find: both sides close enough in one sentence, in either order."""
        for side, lefts in sides.items():
            for pair in self._rules.pairs.get(side, ()):
                rights = sides.get(pair.right)
                # Masks are dear, and most sides that are found stand nowhere near each other.
                if rights and any(joined(pair, (lefts, rights), self.tokens, self.pace)):
                    blank = self.blank(pair.keyword)
                    clear = (
                        [left for left in lefts if not blank.touches(left)],
                        [right for right in rights if not blank.touches(right)],
                    )
                    found = self.roles[pair.keyword][pair.role]
                    found.extend(joined(pair, clear, self.tokens, self.pace))


def _spoken(language: str, field: Field) -> frozenset[str]:
    """Return the languages whose terms are looked for in a field of a text; empty: all."""
    if not language:
        return frozenset()
    return frozenset(["any", language, "en"] if field is Field.TITLE else ["any", language])
