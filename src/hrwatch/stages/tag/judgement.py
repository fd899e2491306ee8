"""From the phrases that count to how a text relates to a keyword: subject, mention, neither."""

from dataclasses import dataclass

from hrwatch.model.tags import Field, Relation
from hrwatch.stages.tag.ruleset import Role, Use

LEAD = 600  # code points of the text that count as its opening
_STRONG_ENOUGH = 3  # phrases that make a subject wherever they stand
_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Count:
    """A phrase found that counts."""

    field: Field
    first: int  # words
    last: int
    offset: int  # code points
    named: bool  # inside the name of an organisation or treaty
    use: Use

    @property
    def strong(self) -> bool:
        """Whether it speaks for the keyword by itself."""
        return self.use.role is Role.TERM


def judge(counts: list[Count], review: bool) -> Relation | None:
    """Given what counts for a keyword in a text, and whether the text reviews a film or game,
    return how the text relates to it; None where what was found is too weak to count."""
    if not counts:
        return None
    solid = [count for count in counts if count.use.role is not Role.PASSING]
    strong = sum(count.strong for count in counts)
    if not strong:
        in_title = any(count.field is Field.TITLE for count in solid)
        terms = {count.use.term for count in solid}
        if review or not (in_title or len(terms) > 1):
            passing = not review and len(counts) > len(solid)
            return Relation.MENTION if passing else None
    own = [count for count in solid if not count.named]
    opening = any(count.field is Field.TITLE or count.offset < LEAD for count in own)
    about = opening or sum(count.strong for count in own) >= _STRONG_ENOUGH
    return Relation.SUBJECT if about and not review else Relation.MENTION


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
    fresh: list[Count] = []
    repeated: list[Count] = []
    for count in ordered:
        (repeated if count.use.term in seen else fresh).append(count)
        seen.add(count.use.term)
    return (fresh + repeated)[:_EVIDENCE]
