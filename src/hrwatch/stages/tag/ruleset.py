"""A rule set compiled: every phrase of every keyword in one matcher, with the role it plays."""

import re
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
    NEAR_LEFT = auto()
    NEAR_RIGHT = auto()
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
    words: int = 0  # NEAR_…: how many may stand between


FoundPhrase = Found[Use]


class RuleSet:
    """Keywords ready to be looked for. `needy` holds the terms that count only in company."""

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
        for phrase in rules.global_mask:
            self.matcher.add(phrase, Use(Role.GLOBAL_MASK))
        for phrase in rules.review_cues:
            self.matcher.add(phrase, Use(Role.REVIEW))
        for index, keyword in enumerate(rules.keywords):
            self._compile(index, keyword)

    def _compile(self, index: int, keyword: Keyword) -> None:
        for language, phrases in keyword.terms:
            for phrase in phrases:
                self._add(phrase, Use(Role.TERM, index, language, phrase))
        for language, phrases in keyword.weak:
            for phrase in phrases:
                self._add(phrase, Use(Role.WEAK, index, language, phrase))
        for language, phrases in keyword.near:
            for phrase in phrases:
                self._add_near(phrase, index, language)
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

    def _add_near(self, phrase: str, index: int, language: str) -> None:
        parts = _NEAR.match(phrase)
        if parts is None:  # a plain phrase among them is its own company
            self._add(phrase, Use(Role.TERM, index, language, phrase))
            return
        words = int(parts["words"])
        self._add(parts["left"], Use(Role.NEAR_LEFT, index, language, phrase, words))
        self._add(parts["right"], Use(Role.NEAR_RIGHT, index, language, phrase, words))

    def _add(self, phrase: str, use: Use) -> None:
        self.matcher.add(phrase, use, clitics=use.language in _CLITIC)
