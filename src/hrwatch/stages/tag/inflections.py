"""How a name changes in a sentence: case endings, suffixes and proclitics, by language.

The gazetteer writes names as dictionaries do; here each becomes the phrases a matcher looks for.
"""

# Endings of nouns by the end of the name: longest ending first; the first that fits is used.
_EAST_SLAVIC = (
    ("ия", "ия ии ию ией иею"),
    ("ія", "ія ії ію ією"),
    ("ыя", "ыя ыі ыю ыяй"),
    ("ья", "ья ьи ье ью ьей"),
    ("я", "я и і ю ей ею ой е ї єю яй"),
    ("а", "а ы и і у ю ой ою ей е цы зе се ай"),
    ("ь", "ь и і ю я ем ём ом єм ью сю ссю е"),
    ("й", "й я ю ем ём єм ї і е"),
    ("ы", "ы ов ам ами ах"),
    ("и", "и і ов ам ами ах ів"),
    ("о", "о а у ом і"),
)
_EAST_CONSONANT = ["", "а", "у", "ом", "ом", "е", "і", "ові", "ам", "ы"]
_POLISH = (
    ("ia", "ia ii ię ią io"),
    ("ja", "ja ji ję ją jo"),
    ("ska", "ska skiej ską ska"),
    ("a", "a y i ę ą ie e o"),
    ("y", "y ów om ami ech ach"),
    ("o", "o a u em"),
)
_POLISH_CONSONANT = ["", "u", "a", "ie", "em", "owi", "iem"]
_WEST_SLAVIC = (
    ("ie", "ie ii í i ií iou"),
    ("ia", "ia ie ii iu iou"),
    ("ija", "ija ije iji ijo ijom iju"),
    ("o", "o a u em om e"),
    ("a", "a y ě e i u o ou om é"),
)
_WEST_CONSONANT = ["", "u", "a", "em", "om", "e", "ě", "ovi", "ům"]
_PARADIGMS = {
    **dict.fromkeys(("ru", "uk", "be"), (_EAST_SLAVIC, _EAST_CONSONANT)),
    "pl": (_POLISH, _POLISH_CONSONANT),
    **dict.fromkeys(("cs", "sk", "sl", "hr", "bs"), (_WEST_SLAVIC, _WEST_CONSONANT)),
}
# Languages that hang case on the end of a name without an apostrophe.
_SUFFIXING = frozenset(
    [
        "fi",
        "et",
        "hu",
        "eu",
        "ka",
        "hy",
        "az",
        "uz",
        "kk",
        "ky",
        "tk",
        "mn",
        "ta",
        "te",
        "ml",
        "kn",
        "ko",
        "lt",
        "lv",
        "tr",
        "sr",
    ]
)
_LONG_ENOUGH = {"ko": 2}
_HUNGARIAN = {"a": "á", "e": "é"}
_STEM_LETTERS = 5
_CASE_LETTERS = frozenset("аяоеёэыиіїйьюуaeiouyąęíéěà")
_ARABIC_HEADS = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")
_ARTICLE = "ال"


def variants(written: str, language: str, *, people: bool = False) -> tuple[str, ...]:
    """Given a form as the data write it, return the phrases to look for: itself, and in
    inflecting languages its cases. `people`: an adjective or the word for a people."""
    if written.endswith("@"):  # Spanish and Portuguese: o, a, os, as
        return tuple(written[:-1] + ending for ending in ("o", "a", "os", "as"))
    if language == "ar":
        return _arabic(written, people)
    if "*" in written or (written.isupper() and len(written) > 1):
        return (written,)
    words = written.split()
    if language in _PARADIGMS:
        if len(words) == 1:
            return _declined(written, *_PARADIGMS[language])
        return tuple(dict.fromkeys((written, " ".join(_stem(word) for word in words))))
    return (written, *_suffixed(written, words[-1], language, people))


def _suffixed(written: str, last: str, language: str, people: bool) -> tuple[str, ...]:
    if language == "hu" and written[-1] in _HUNGARIAN:  # Ukrajna: Ukrajnában
        return (f"{written}*", f"{written[:-1]}{_HUNGARIAN[written[-1]]}*")
    if language in _SUFFIXING:
        return (f"{written}*",) if len(last) >= _LONG_ENOUGH.get(language, _STEM_LETTERS) else ()
    if language == "fa":
        return tuple(written + ending for ending in ("ی", "یی", "ای", "ها", "یها"))
    if language == "de" or (language == "en" and people):
        return (f"{written}s",)
    return ()


def _declined(
    name: str, endings: tuple[tuple[str, str], ...], consonant: list[str]
) -> tuple[str, ...]:
    if name.isupper():
        return (name,)
    for ending, forms in endings:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            stem = name.removesuffix(ending)
            return (name, *(stem + form for form in forms.split() if stem + form != name))
    if name[-1].lower() in _CASE_LETTERS:
        return (name,)
    return tuple(dict.fromkeys(name + ending for ending in consonant))


def _stem(word: str) -> str:
    """Return a word of a longer name with its ending open: Саудовская gives Саудовск*."""
    stem = word
    while len(stem) > _STEM_LETTERS - 1 and stem[-1].lower() in _CASE_LETTERS:
        stem = stem[:-1]
    return f"{stem}*" if len(word) >= _STEM_LETTERS - 1 and word.isalpha() else word


def _arabic(written: str, people: bool) -> tuple[str, ...]:
    phrases = [head + written for head in _ARABIC_HEADS]
    if written.startswith(_ARTICLE):
        rest = written.removeprefix(_ARTICLE)
        phrases += [f"{head}لل{rest}" for head in ("", "و", "ف")]
    elif people:
        phrases += [head + _ARTICLE + written for head in _ARABIC_HEADS]
        phrases += [f"{head}لل{written}" for head in ("", "و", "ف")]
    return tuple(phrases)
