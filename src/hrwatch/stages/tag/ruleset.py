"""A rule set compiled: every phrase of every keyword in one matcher, with the role it plays."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from hrwatch.model.tags import Keyword, Rules
from hrwatch.stages.tag.matcher import Found, Matcher

_NEAR = re.compile(r"^(?P<left>.+?)\s*~(?P<words>\d{1,2})\s+(?P<right>.+)$")
_CLITIC = frozenset(["ar", "fa", "any"])


class Role(Enum):
    """What a phrase is for; the words are those of the taxonomy's matching contract."""

    TERM = auto()
    WEAK = auto()
    PASSING = auto()
    SIDE = auto()
    MASK = auto()
    GLOBAL_MASK = auto()
    MENTION_ONLY = auto()
    VETO = auto()
    NEED = auto()
    REVIEW = auto()


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a phrase. `term` is the phrase as the rule writes it, or the one it guards."""

    role: Role
    keyword: int = -1  # its place in the rules
    language: str = ""
    term: str = ""
    side: int = -1  # SIDE: of which pairs
    pair: bool = False  # two phrases found near each other


@dataclass(frozen=True, slots=True)
class Pair:
    """`a ~5 b`: two sides, how many words may stand between, and what it then counts as."""

    role: Role
    keyword: int
    language: str
    term: str
    right: int
    words: int


FoundPhrase = Found[Use]


class RuleSet:
    """Keywords ready to be looked for. `needy` holds the terms that count only in company,
    `pairs` what to look for where a left side is found."""

    def __init__(self, rules: Rules) -> None:
        self.keywords = rules.keywords
        self.matcher: Matcher[Use] = Matcher()
        self.needy: frozenset[tuple[int, str]] = frozenset(
            (index, term)
            for index, keyword in enumerate(rules.keywords)
            for term, _ in keyword.need_near
        )
        self.mask_patterns = tuple(
            tuple(re.compile(pattern, re.IGNORECASE) for pattern in keyword.mask_regex)
            for keyword in rules.keywords
        )
        self.pairs: defaultdict[int, list[Pair]] = defaultdict(list)
        self._lists = dict(rules.lists)
        self._sides: dict[tuple[str, str], int] = {}
        for phrase in rules.global_mask:
            self._add(phrase, Use(Role.GLOBAL_MASK, language="any"))
        for phrase in rules.review_cues:
            self._add(phrase, Use(Role.REVIEW, language="any"))
        for index, keyword in enumerate(rules.keywords):
            self._compile(index, keyword)

    def _compile(self, index: int, keyword: Keyword) -> None:
        for role, terms in (
            (Role.TERM, keyword.terms),
            (Role.TERM, keyword.near),
            (Role.WEAK, keyword.weak),
            (Role.PASSING, keyword.passing),
        ):
            for language, phrases in terms:
                for phrase in phrases:
                    self._add_term(phrase, role, index, language)
        for role, guards in (
            (Role.MASK, keyword.mask),
            (Role.MENTION_ONLY, keyword.mention_only),
            (Role.VETO, keyword.veto_near),
        ):
            for phrase in guards:
                self._add(phrase, Use(role, index, "any", phrase))
        for term, company in keyword.need_near:
            for phrase in company:
                self._add(phrase, Use(Role.NEED, index, "any", term))

    def _add_term(self, phrase: str, role: Role, index: int, language: str) -> None:
        parts = _NEAR.match(phrase)
        if parts is None:  # under `near`, a plain phrase is its own company
            for spoken, member in self._members(phrase, language):
                self._add(member, Use(role, index, spoken, phrase))
            return
        left = self._side(parts["left"], language)
        right = self._side(parts["right"], language)
        self.pairs[left].append(Pair(role, index, language, phrase, right, int(parts["words"])))

    def _side(self, written: str, language: str) -> int:
        """Return the number of a side, whose phrases are taken in the first time it comes."""
        side = self._sides.get((written, language))
        if side is None:
            side = self._sides[written, language] = len(self._sides)
            for part in written.split("|"):
                for spoken, member in self._members(part.strip(), language):
                    self._add(member, Use(Role.SIDE, language=spoken, side=side))
        return side

    def _members(self, written: str, language: str) -> Iterator[tuple[str, str]]:
        """Yield the phrases that one is written for, each with its language: those of a list."""
        if not written.startswith("{"):
            yield language, written
            return
        for spoken, phrases in self._lists[written.strip("{}")]:
            if "any" in {language, spoken} or language == spoken:
                for phrase in phrases:
                    yield spoken, phrase

    def _add(self, phrase: str, use: Use) -> None:
        self.matcher.add(phrase, use, clitics=use.language in _CLITIC)
