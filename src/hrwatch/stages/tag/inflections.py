"""How a name changes in a sentence: case endings, suffixes and proclitics, by language.

The gazetteer writes names as dictionaries do; here each becomes the phrases a matcher looks for.
"""

# Endings of nouns by the end of the name: the first that fits is used, so longer ones come first.
_RUSSIAN = (
    ("ипет", "ипет ипта ипту иптом ипте"),
    ("ия", "ия ии ию ией иею"),
    ("ья", "ья ьи ье ью ьей"),
    ("я", "я и ю ей ею е"),
    ("а", "а ы и у ой ою ей е"),
    ("ь", "ь и я ю ем ём ью е"),
    ("й", "й я ю ем е и"),
    ("ы", "ы ов ам ами ах"),
    ("и", "и ов ам ами ах"),
    ("о", "о а у ом е"),
)
_RUSSIAN_CONSONANT = ["", "а", "у", "ом", "е"]
_UKRAINIAN = (
    ("ипет", "ипет ипту ипта иптом ипті"),
    ("ів", "ів ова ову овом ові"),
    ("їв", "їв єва єву євом єві"),
    ("ія", "ія ії ію ією"),
    ("я", "я і ї ю ею єю є"),
    ("ка", "ка ки ку кою ці"),
    ("га", "га ги гу гою зі"),
    ("ха", "ха хи ху хою сі"),
    ("а", "а и і у ою ею"),
    ("ь", "ь і ю я єм ем ю ссю"),
    ("й", "й ю я єм ї єві"),
    ("и", "и ів ам ами ах"),
    ("о", "о а у ом і"),
)
_UKRAINIAN_CONSONANT = ["", "у", "а", "ом", "і", "ові"]
_BELARUSIAN = (
    ("іпет", "іпет іпта іпту іптам іпце"),
    ("ў", "ў ва ву вам ве"),
    ("ія", "ія іі ію іяй іяю"),
    ("ыя", "ыя ыі ыю ыяй ыяю"),
    ("я", "я і ю яй ёй е"),
    ("ка", "ка кі ку кай цы"),
    ("га", "га гі гу гай зе"),
    ("ха", "ха хі ху хай се"),
    ("да", "да ды дзе ду дай"),
    ("та", "та ты це ту тай"),
    ("а", "а ы е у ай ой аю"),
    ("ь", "ь і ю я ем ссю ллю ззю"),
    ("й", "й я ю ем і"),
    ("ы", "ы аў ам амі ах"),
    ("і", "і аў ам амі ах"),
    ("о", "о а у ам е"),
    ("д", "д да ду дам дзе"),
    ("т", "т та ту там це"),
)
_BELARUSIAN_CONSONANT = ["", "а", "у", "ам", "е", "ы"]
_POLISH = (
    ("ia", "ia ii ię ią"),
    ("ja", "ja ji ję ją"),
    ("ska", "ska skiej ską sce"),
    ("ka", "ka ki ce kę ką"),
    ("ga", "ga gi dze gę gą"),
    ("ra", "ra ry rze rę rą"),
    ("ła", "ła ły le łę łą"),
    ("da", "da dy dzie dę dą"),
    ("ta", "ta ty cie tę tą"),
    ("a", "a y i ę ą ie e"),
    ("ie", "ie ii iach iom iami"),
    ("y", "y ów om ami ech ach"),
    ("o", "o a u em iem ie"),
    ("ger", "ger gru grze grem growi"),
    ("r", "r ru ra rze rem rowi"),
    ("t", "t tu ta cie tem towi"),
    ("d", "d du da dzie dem dowi"),
    ("ł", "ł łu ła le łem łowi"),
    ("ś", "ś si sią"),
    ("ń", "ń nia niu niem"),
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
    "ru": (_RUSSIAN, _RUSSIAN_CONSONANT),
    "uk": (_UKRAINIAN, _UKRAINIAN_CONSONANT),
    "be": (_BELARUSIAN, _BELARUSIAN_CONSONANT),
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
_TURKISH = ("li*", "lu*", "lü*")  # a short name with any letters behind it is another word
_GERMAN = ("land", "reich", "stan", "aine", "ien", "rus")  # of countries, in compounds too
_HUNGARIAN = {"a": "á", "e": "é"}
_STEM_LETTERS = 5
_SHORTEST_STEM = 3
_SOFTENED = frozenset("кгхkg")  # become another letter before some endings
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
        softened = language == "pl" and people and written.endswith("k*")
        # ukraińskie, but ukraińscy; Słowak, but Słowacy
        return (written, f"{written[:-2]}cy") if softened else (written,)
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
        if len(last) >= _LONG_ENOUGH.get(language, _STEM_LETTERS):
            return (f"{written}*",)
        return tuple(written + ending for ending in _TURKISH) if language == "tr" else ()
    if language == "fa":
        return tuple(written + ending for ending in ("ی", "یی", "ای", "ها", "یها"))
    if language == "de":  # Kubas; Russlands, Russlandpolitik
        compounds = len(last) >= _STEM_LETTERS and last.endswith(_GERMAN)
        return (f"{written}*" if compounds else f"{written}s",)
    return (f"{written}s",) if language == "en" and people else ()


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
    while len(stem) > _SHORTEST_STEM and stem[-1].lower() in _CASE_LETTERS:
        stem = stem[:-1]
    if len(stem) > _STEM_LETTERS and len(stem) == len(word) - 1 and stem[-1] in _SOFTENED:
        stem = stem[:-1]  # Республіка: Республіці
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
