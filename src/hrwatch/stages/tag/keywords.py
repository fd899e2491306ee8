"""Keyword tags: the matching contract at the head of the shipped taxonomy, applied to one text.

Every phrase of every keyword sits in one matcher. What it finds is sorted by the role that the
phrase plays; masks blank, guards drop, and what remains is judged as subject or mention.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from hrwatch.model.tags import Evidence, Field, Keyword, Kind, Relation, Rules, Tag
from hrwatch.stages.tag.matcher import Found, Matcher
from hrwatch.stages.tag.tokens import Tokens

LEAD = 600  # code points of the text that count as its opening
REVIEW_LEAD = 200
_STRONG_ENOUGH = 3  # hits that make a subject wherever they stand
_VETO_WORDS = 8
_NEED_WORDS = 12
_EVIDENCE = 5
_NEAR = re.compile(r"^(?P<left>.+?)\s*~(?P<words>\d{1,2})\s+(?P<right>.+)$")


class _Role(Enum):
    TERM = auto()
    WEAK = auto()
    NEAR_LEFT = auto()
    NEAR_RIGHT = auto()
    MASK = auto()
    GLOBAL_MASK = auto()
    MENTION_ONLY = auto()
    VETO = auto()
    NEED = auto()
    REVIEW = auto()


@dataclass(frozen=True, slots=True)
class _Use:
    """What a phrase is for. `term` is the phrase as the rule writes it, or the one it guards."""

    role: _Role
    keyword: int = -1
    language: str = ""
    term: str = ""
    words: int = 0  # NEAR: how far apart


@dataclass(frozen=True, slots=True)
class _Hit:
    field: Field
    first: int
    last: int
    strong: bool
    use: _Use
    named: bool  # inside the name of an organisation or treaty


class _Scan:
    """Everything found in one field, sorted by role."""

    def __init__(self, field: Field, tokens: Tokens, found: Iterable[Found[_Use]]) -> None:
        self.field = field
        self.tokens = tokens
        self.blank: list[tuple[int, int]] = []
        self.review = False
        self.of: dict[int, dict[_Role, list[Found[_Use]]]] = {}
        for item in found:
            use = item.payload
            if use.role is _Role.GLOBAL_MASK:
                self.blank.append((item.first, item.last))
            elif use.role is _Role.REVIEW:
                at_head = field is Field.TITLE or tokens.starts[item.first] < REVIEW_LEAD
                self.review = self.review or at_head
            else:
                roles = self.of.setdefault(use.keyword, {})
                roles.setdefault(use.role, []).append(item)


class KeywordTagger:
    """The keywords of a rule set, compiled once."""

    def __init__(self, rules: Rules) -> None:
        self._keywords = rules.keywords
        self._matcher: Matcher[_Use] = Matcher()
        self._needs: dict[tuple[int, str], None] = {}
        self._mask_regex = tuple(
            tuple(re.compile(pattern, re.IGNORECASE) for pattern in keyword.mask_regex)
            for keyword in rules.keywords
        )
        for phrase in rules.global_mask:
            self._matcher.add(phrase, _Use(_Role.GLOBAL_MASK))
        for phrase in rules.review_cues:
            self._matcher.add(phrase, _Use(_Role.REVIEW))
        for index, keyword in enumerate(rules.keywords):
            self._compile(index, keyword)

    def _compile(self, index: int, keyword: Keyword) -> None:
        def add(role: _Role, phrase: str, language: str = "", term: str = "") -> None:
            use = _Use(role, index, language, term or phrase)
            self._matcher.add(phrase, use, clitics=language in {"ar", "fa", "any"})

        for role, groups in ((_Role.TERM, keyword.terms), (_Role.WEAK, keyword.weak)):
            for language, phrases in groups:
                for phrase in phrases:
                    add(role, phrase, language)
        for language, phrases in keyword.near:
            for phrase in phrases:
                self._compile_near(index, language, phrase)
        for phrase in keyword.mask:
            add(_Role.MASK, phrase)
        for phrase in keyword.mention_only:
            add(_Role.MENTION_ONLY, phrase)
        for phrase in keyword.veto_near:
            add(_Role.VETO, phrase)
        for term, company in keyword.need_near:
            self._needs[index, term] = None
            for phrase in company:
                add(_Role.NEED, phrase, term=term)

    def _compile_near(self, index: int, language: str, phrase: str) -> None:
        parts = _NEAR.match(phrase)
        if parts is None:
            return self._compile_plain(index, language, phrase)
        words = int(parts["words"])
        for role, side in ((_Role.NEAR_LEFT, "left"), (_Role.NEAR_RIGHT, "right")):
            use = _Use(role, index, language, phrase, words)
            self._matcher.add(parts[side], use, clitics=language in {"ar", "fa", "any"})
        return None

    def _compile_plain(self, index: int, language: str, phrase: str) -> None:
        self._matcher.add(phrase, _Use(_Role.TERM, index, language, phrase))

    def tag(self, title: Tokens, text: Tokens, language: str) -> tuple[Tag, ...]:
        """Given the words of title and text and the text's language (empty: unknown), return the
        keyword tags in the order of the rules."""
        scans = (
            _Scan(Field.TITLE, title, self._matcher.find(title)),
            _Scan(Field.TEXT, text, self._matcher.find(text)),
        )
        review = any(scan.review for scan in scans)
        tags = []
        for index in sorted({index for scan in scans for index in scan.of}):
            hits = [hit for scan in scans for hit in self._hits(index, scan, language)]
            tag = self._judge(index, hits, scans, review)
            if tag is not None:
                tags.append(tag)
        return tuple(tags)

    def _hits(self, index: int, scan: _Scan, language: str) -> list[_Hit]:
        roles = scan.of.get(index)
        if roles is None:
            return []
        candidates = [
            (item, role is _Role.TERM)
            for role in (_Role.TERM, _Role.WEAK)
            for item in roles.get(role, ())
            if _speaks(item.payload.language, language, scan.field)
        ]
        candidates += [(item, True) for item in _pairs(roles, language, scan.field)]
        if not candidates:
            return []
        blank = scan.blank + _spans(roles.get(_Role.MASK, ()))
        blank += self._blanked_by_pattern(index, scan.tokens)
        names = _spans(roles.get(_Role.MENTION_ONLY, ()))
        vetoes = _spans(roles.get(_Role.VETO, ()))
        company = roles.get(_Role.NEED, ())
        hits = []
        for item, strong in candidates:
            first, last = item.first, item.last
            if _touches(first, last, blank, 0) or _touches(first, last, vetoes, _VETO_WORDS):
                continue
            if (index, item.payload.term) in self._needs:
                near = [c for c in company if c.payload.term == item.payload.term]
                if not _touches(first, last, _spans(near), _NEED_WORDS):
                    continue
            named = any(start <= first and last <= end for start, end in names)
            hits.append(_Hit(scan.field, first, last, strong, item.payload, named))
        return _longest(hits)

    def _blanked_by_pattern(self, index: int, tokens: Tokens) -> list[tuple[int, int]]:
        spans = []
        for pattern in self._mask_regex[index]:
            for match in pattern.finditer(tokens.text):
                inside = [
                    position
                    for position, start in enumerate(tokens.starts)
                    if match.start() <= start < match.end()
                ]
                if inside:
                    spans.append((inside[0], inside[-1]))
        return spans

    def _judge(
        self, index: int, hits: list[_Hit], scans: tuple[_Scan, _Scan], review: bool
    ) -> Tag | None:
        strong = [hit for hit in hits if hit.strong]
        if not strong:
            in_title = any(hit.field is Field.TITLE for hit in hits)
            if review or not in_title:
                return None
        tokens = {scan.field: scan.tokens for scan in scans}
        own = [hit for hit in hits if not hit.named]
        about = (
            any(hit.field is Field.TITLE for hit in own)
            or any(tokens[hit.field].starts[hit.first] < LEAD for hit in own)
            or sum(hit.strong for hit in own) >= _STRONG_ENOUGH
        )
        relation = Relation.SUBJECT if about and not review else Relation.MENTION
        keyword = self._keywords[index]
        evidence = tuple(_evidence(keyword.id, hit, tokens[hit.field]) for hit in _best(hits))
        return Tag(Kind.KEYWORD, keyword.id, relation, evidence)


def _speaks(term_language: str, text_language: str, field: Field) -> bool:
    """Return whether terms of one language are looked for in a field of a text in another."""
    return (
        term_language in {"any", "", text_language}
        or not text_language
        or (term_language == "en" and field is Field.TITLE)
    )


def _pairs(
    roles: dict[_Role, list[Found[_Use]]], language: str, field: Field
) -> Iterable[Found[_Use]]:
    """Join what was found of `a ~5 b` where both sides stand close enough, in either order."""
    rights: defaultdict[_Use, list[Found[_Use]]] = defaultdict(list)
    for item in roles.get(_Role.NEAR_RIGHT, ()):
        rights[item.payload].append(item)
    for left in roles.get(_Role.NEAR_LEFT, ()):
        use = left.payload
        if not _speaks(use.language, language, field):
            continue
        other = _Use(_Role.NEAR_RIGHT, use.keyword, use.language, use.term, use.words)
        for right in rights[other]:
            apart = max(right.first - left.last, left.first - right.last) - 1
            if 0 <= apart <= use.words:
                yield Found(use, min(left.first, right.first), max(left.last, right.last))
                break


def _spans(found: Iterable[Found[_Use]]) -> list[tuple[int, int]]:
    return [(item.first, item.last) for item in found]


def _touches(first: int, last: int, spans: Iterable[tuple[int, int]], words: int) -> bool:
    return any(start - words <= last and first <= end + words for start, end in spans)


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Keep one hit where several of a keyword overlap: a strong one first, then the longest."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (not hit.strong, hit.first - hit.last, hit.first)):
        if not _touches(hit.first, hit.last, [(other.first, other.last) for other in kept], 0):
            kept.append(hit)
    return kept


def _best(hits: list[_Hit]) -> list[_Hit]:
    """Return at most a few hits: title first, strong before weak, each new word before repeats."""
    ordered = sorted(
        hits, key=lambda hit: (hit.named, hit.field is not Field.TITLE, not hit.strong, hit.first)
    )
    seen: set[str] = set()
    fresh: list[_Hit] = []
    repeated: list[_Hit] = []
    for hit in ordered:
        (repeated if hit.use.term in seen else fresh).append(hit)
        seen.add(hit.use.term)
    return (fresh + repeated)[:_EVIDENCE]


def _evidence(keyword: str, hit: _Hit, tokens: Tokens) -> Evidence:
    found = tokens.found(hit.first, hit.last)
    kind = "" if hit.use.role is _Role.TERM else ":weak" if hit.use.role is _Role.WEAK else ":near"
    language = "" if hit.use.language == "any" else hit.use.language
    offset = tokens.starts[hit.first]
    rule = f"taxonomy:{keyword}{kind}"
    return Evidence(rule, hit.use.term, found, language, hit.field, offset, len(found))
