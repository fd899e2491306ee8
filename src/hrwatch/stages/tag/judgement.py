"""From the phrases that count to how a text relates to its keywords: subject, mention, neither.

Each term of a keyword adds 1, a weak or passing one a half, a repeat a quarter of that; four times
as much in the title, three times in the opening. A text is about the keywords that a term speaks
for and that add up to 2 and to a quarter of the heaviest; the others it mentions. Measured in
docs/decisions/0022.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hrwatch.model.tags import Field, Relation
from hrwatch.stages.tag.ruleset import Role, Use

OPENING = 600  # code points of the text that count as its opening
_WEIGHTS = {Role.TERM: 1.0, Role.WEAK: 0.5, Role.PASSING: 0.5}
_REPEATED = 0.25
_IN_TITLE = 4
_IN_OPENING = 3
_ENOUGH = 2.0  # a term at the head of the text, two anywhere, or one five times
_SHARE = 0.25  # of the heaviest keyword
_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Count:
    """A phrase found that counts."""

    field: Field
    first: int  # words
    last: int
    opening: bool  # where the text begins
    named: bool  # inside the name of an organisation or treaty
    use: Use

    @property
    def strong(self) -> bool:
        """Whether it speaks for the keyword by itself."""
        return self.use.role is Role.TERM


def relations(found: Mapping[int, list[Count]], review: bool) -> dict[int, Relation]:
    """Given what counts for each keyword in a text, and whether the text reviews a film or game,
    return how the text relates to each; those are left out of which too little was found."""
    weights = {keyword: 0.0 if review else _weight(counts) for keyword, counts in found.items()}
    enough = max(_ENOUGH, _SHARE * max(weights.values(), default=0))
    judged = {}
    for keyword, counts in found.items():
        if weights[keyword] >= enough:
            judged[keyword] = Relation.SUBJECT
        elif weights[keyword] or _mentions(counts, review):
            judged[keyword] = Relation.MENTION
    return judged


def _weight(counts: list[Count]) -> float:
    """Return what terms add up to where they speak for the keyword, else nothing."""
    own = [count for count in counts if not count.named]
    solid = [count for count in own if count.use.role is not Role.PASSING]
    in_company = len({count.use.term for count in solid}) > 1
    if not any(count.strong or count.field is Field.TITLE or in_company for count in solid):
        return 0
    total = 0.0
    seen: set[str] = set()
    for count in sorted(own, key=_weight_of, reverse=True):
        total += _weight_of(count) * (_REPEATED if count.use.term in seen else 1)
        seen.add(count.use.term)
    return total


def _weight_of(count: Count) -> float:
    weight = _WEIGHTS[count.use.role]
    if count.field is Field.TITLE:
        return weight * _IN_TITLE
    return weight * (_IN_OPENING if count.opening else 1)


def _mentions(counts: list[Count], review: bool) -> bool:
    """Return whether what does not speak for a keyword mentions it: a term in a name or a review,
    a passing term, a weak one that comes again."""
    if any(count.strong for count in counts):
        return True
    weak = sum(count.use.role is Role.WEAK for count in counts)
    return not review and (weak > 1 or len(counts) > weak)


def best(counts: list[Count]) -> list[Count]:
    """Return at most a few: title first, strong before weak, each new term before repeats."""
    ordered = sorted(
        counts,
        key=lambda count: (
            count.named,
            count.use.role is Role.PASSING,
            count.field is not Field.TITLE,
            not count.strong,
            count.first,
        ),
    )
    seen: set[str] = set()
    shown: set[tuple[Field, int, int]] = set()
    fresh: list[Count] = []
    repeated: list[Count] = []
    for count in ordered:
        place = count.field, count.first, count.last
        if place not in shown:
            (repeated if count.use.term in seen else fresh).append(count)
        shown.add(place)
        seen.add(count.use.term)
    return (fresh + repeated)[:_EVIDENCE]
