"""What an ambiguous name in a category stands for, by what is written beside it: "Georgia (US)",
"Atlanta, Georgia", "Lebanon, Ohio". A category is a label and no text, so the rules for names of a
text (`ambiguity.py`) are asked with care: "Guinea, Equatorial Guinea" lists two countries."""

from enum import Enum, auto

from hrwatch.model.tags import Field
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.gazetteer import FormKind, Gazetteer, Occurrence
from hrwatch.stages.tag.tokens import Tokens, tokenise

_STATES = frozenset([FormKind.REGION, FormKind.ABBREVIATION])
_WITH_STATES = "US"  # "Georgia (state)"
# "Georgia (country)", in the languages that write Georgia so
_NO_STATE = frozenset(
    tokenise(
        "country nation republic EU NATO Europe Asia Eurasia "
        "país nación república paese nazione repubblica land republik UE OTAN Europa"
    ).forms
)


class Beside(Enum):
    """How the rest of a category stands to a name."""

    BRACKETS = auto()  # Georgia (US): says which is meant
    ADDRESS = auto()  # Lebanon, Ohio: may say so, or be another name
    LIST = auto()  # Lebanon / Syria


class Company:
    """Reads what stands beside a name in a category."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._ambiguity = Ambiguity()

    def meant(
        self, name: str, rest: tuple[str, ...], how: Beside, language: str, focus: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        """Given a name, the other parts of its category and what its feed mostly writes about,
        return the codes that it stands for; None where it is not ambiguous or nothing decides."""
        key = self._ambiguity.key(name, language)
        if key is None:
            return None
        words, own = tokenise(", ".join(rest)), tokenise(name).forms
        if any(words.forms[at : at + len(own)] == own for at in range(len(words.forms))):
            return None  # namesakes side by side
        named = self._gazetteer.occurrences(words, Field.TITLE, language)
        if how is not Beside.LIST and _is_state(named, words):
            code = named[0].form.codes[0]
            if how is Beside.BRACKETS or self._ambiguity.is_candidate(key, code):
                return (code,)
        codes: set[str] = set()
        is_open = self._ambiguity.is_open(key)
        if is_open or how is Beside.BRACKETS:
            codes = {code for one in named if not one.form.undecided for code in one.form.codes}
            # As a whole too: where all is in capitals, "US" is not looked for among other words.
            codes.update(self._gazetteer.code(part.replace(".", ""), language) for part in rest)
        if is_open and how is Beside.BRACKETS and words.forms[:1] == ("state",):
            codes.add(_WITH_STATES)
        if (
            how is Beside.BRACKETS
            and self._gazetteer.code(name, language)
            and _is_no_state(named, words)
        ):
            focus = ()
        return self._ambiguity.alone(key, words, codes, focus)


def _is_state(named: list[Occurrence], words: Tokens) -> bool:
    """Return whether words are the name of a state or province and nothing else: "Pa."."""
    return (
        len(named) == 1
        and named[0].form.kind in _STATES
        and (named[0].first, named[0].last) == (0, len(words.forms) - 1)
    )


def _is_no_state(named: list[Occurrence], words: Tokens) -> bool:
    """Return whether words name a country, or say that one is meant: "EU". Towns may be a state's:
    "Georgia (Athens)"."""
    return any(one.form.kind is FormKind.NAME for one in named) or (
        bool(words.forms) and _NO_STATE.issuperset(words.forms)
    )
