"""Which language a text is in; the only home of py3langid."""

from functools import lru_cache
from typing import Any

_LOOKED_AT = 500  # characters after the title; more adds cost, not certainty
_ENOUGH_LETTERS = 40
_SURE = 0.9
_HARDLY = 0.5
# What the model calls a language of its own and ISO 639-1, feeds and our lists call another.
_SAME = {"arz": "ar", "ary": "ar", "yue": "zh", "wuu": "zh", "nn": "no", "nb": "no", "ext": "es"}
_TWO_LETTERS = 2


def detect(title: str, text: str, hint: str = "") -> str:
    """Given title, text and what the feed or page says, return an ISO 639-1 code.

    A short text is believed only when the model is sure, and a doubtful one never against the
    hint; without hint and certainty: empty.
    """
    said = primary(hint)
    sample = f"{title}\n{text[:_LOOKED_AT]}"
    letters = sum(character.isalpha() for character in sample)
    short = letters < _ENOUGH_LETTERS
    if not letters or (said and short):
        return said
    label, probability = _identifier().classify(sample)
    guess = _SAME.get(str(label), str(label))
    believed = probability >= (_SURE if short else _HARDLY)
    return guess if believed and len(guess) == _TWO_LETTERS else said


def primary(tag: str) -> str:
    """Return the two-letter language of a BCP 47 tag (`pt-BR` gives `pt`), empty if it has none."""
    code = tag.strip().replace("_", "-").split("-")[0].lower()
    code = _SAME.get(code, code)
    return code if len(code) == _TWO_LETTERS and code.isascii() and code.isalpha() else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Costs 0.7 s and 120 MB: paid where a text is read, not by who imports this stage.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - see above

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
