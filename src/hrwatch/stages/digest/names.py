"""What countries, keywords and languages are called in a mail: by the rules and the operator, by
the catalogues, by CLDR; used by compose. Pure."""

from collections.abc import Mapping

from hrwatch.stages.digest.tongue import Tongue, msgid, speaking

OTHER = msgid("Other")
_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi")
)


def country(code: str, labels: Mapping[str, str], tongue: Tongue) -> str:
    """Given a country or place code, return what it is called: in English its label; in another
    language the label's translation, then CLDR's name, then the label; else the code.

    The catalogues translate what CLDR has no name for (places), and what it names less neutrally.
    """
    label = labels.get(code, "")
    own = tongue.pgettext("place", label) if label else ""
    is_ours = label != speaking("en").locale.territories.get(code)
    if own and (is_ours or own != label):
        return own
    return tongue.locale.territories.get(code) or label or code


def keyword(value: str, labels: Mapping[str, str], tongue: Tongue) -> str:
    """Given a keyword's id, return its label, translated where it is one of ours; or the id in
    words where the rules lost it."""
    label = labels.get(value)
    return tongue.pgettext("keyword", label) if label else value.replace("-", " ").capitalize()


def language(code: str, tongue: Tongue) -> str:
    """Given a BCP 47 code, return what the language is called, or what is known of it."""
    if not code or code == "und":
        return tongue.gettext("language not known")
    known = tongue.locale.languages
    return known.get(code.replace("-", "_")) or known.get(_primary(code)) or code


def is_right_to_left(code: str) -> bool:
    """Say whether the language is written from right to left."""
    return _primary(code) in _RIGHT_TO_LEFT


def _primary(code: str) -> str:
    return code.partition("-")[0].lower()
