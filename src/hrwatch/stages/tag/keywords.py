"""Keyword tags: the matching contract at the head of the shipped taxonomy, applied to one text.

What the matcher finds is sorted by the role that each phrase plays; masks blank, guards drop, and
what remains is judged as subject or mention. Linear in the number of phrases found.
"""

from hrwatch.model.tags import Evidence, Field, Kind, Rules, Tag
from hrwatch.stages.tag.judgement import OPENING, Count, best, relations
from hrwatch.stages.tag.ruleset import FoundPhrase, Role, RuleSet, Use
from hrwatch.stages.tag.scan import Reach, Scan
from hrwatch.stages.tag.tokens import Tokens

_VETO_WORDS = 8
_NEED_WORDS = 12
_COUNTED = (Role.TERM, Role.WEAK, Role.PASSING)


class KeywordTagger:
    """The keywords of a rule set, compiled once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = RuleSet(rules)

    def tag(self, title: Tokens, text: Tokens, language: str) -> tuple[Tag, ...]:
        """Given the words of title and text and the text's language (empty: unknown), return the
        keyword tags in the order of the rules."""
        scans = (
            Scan(self._rules, Field.TITLE, title, language),
            Scan(self._rules, Field.TEXT, text, language),
        )
        review = any(scan.review for scan in scans)
        tokens = {scan.field: scan.tokens for scan in scans}
        found = {
            index: [count for scan in scans for count in self._counts(index, scan)]
            for index in sorted({index for scan in scans for index in scan.roles})
        }
        tags = []
        for index, relation in relations(found, review).items():
            keyword = self._rules.keywords[index].id
            evidence = tuple(
                _evidence(keyword, count, tokens[count.field]) for count in best(found[index])
            )
            tags.append(Tag(Kind.KEYWORD, keyword, relation, evidence))
        return tuple(tags)

    def _counts(self, index: int, scan: Scan) -> list[Count]:
        """Return what counts of a keyword in a field: what no mask blanks and no guard drops."""
        if index not in scan.roles:
            return []
        phrases = [phrase for role in _COUNTED for phrase in scan.clear(index, role)]
        if not phrases:
            return []
        size = len(scan.tokens.forms)
        names = Reach(size, scan.clear(index, Role.MENTION_ONLY))
        vetoed = Reach(size, scan.clear(index, Role.VETO), _VETO_WORDS * scan.pace)
        kept = [phrase for phrase in phrases if not vetoed.touches(phrase)]
        kept = self._in_company(index, kept, scan)
        opening = OPENING // scan.pace
        return [
            Count(
                scan.field,
                phrase.first,
                phrase.last,
                scan.tokens.starts[phrase.first] < opening,
                names.covers(phrase),
                phrase.payload,
            )
            for phrase in _longest(kept, size)
        ]

    def _in_company(self, index: int, phrases: list[FoundPhrase], scan: Scan) -> list[FoundPhrase]:
        """Leave out terms that count only near certain others, where none of those is near."""
        company = scan.clear(index, Role.NEED)
        near: dict[str, Reach] = {}
        kept = []
        for phrase in phrases:
            term = phrase.payload.term
            if (index, term) in self._rules.needy:
                if term not in near:
                    own = [other for other in company if other.payload.term == term]
                    near[term] = Reach(len(scan.tokens.forms), own, _NEED_WORDS * scan.pace)
                if not near[term].touches(phrase):
                    continue
            kept.append(phrase)
        return kept


def _longest(phrases: list[FoundPhrase], size: int) -> list[FoundPhrase]:
    """Keep one phrase where several of a keyword overlap: the strongest, then the longest; of a
    phrase and a pair around it, the phrase. A weak one hides no passing one: the same word may be
    both, and then makes a subject in a title and a mention elsewhere."""
    taken = {role: Reach(size, ()) for role in _COUNTED}
    kept = []
    for phrase in sorted(
        phrases,
        key=lambda phrase: (
            _COUNTED.index(phrase.payload.role),
            phrase.payload.pair,
            phrase.first - phrase.last,
            phrase.first,
        ),
    ):
        role = phrase.payload.role
        if not (taken[Role.TERM].touches(phrase) or taken[role].touches(phrase)):
            taken[role].mark(phrase.first, phrase.last)
            kept.append(phrase)
    return kept


_RULES = {Role.WEAK: ":weak", Role.PASSING: ":passing"}


def _evidence(keyword: str, count: Count, tokens: Tokens) -> Evidence:
    use: Use = count.use
    found = tokens.found(count.first, count.last)
    suffix = _RULES.get(use.role, "") + (":near" if use.pair else "")
    return Evidence(
        rule=f"taxonomy:{keyword}{suffix}",
        term=use.term,
        found=found,
        language="" if use.language == "any" else use.language,
        field=count.field,
        offset=tokens.starts[count.first],
        length=len(found),
    )
