"""A line that a subscriber wrote → what it asks for: in the five languages of our mails, however it
is spelt, accented or punctuated. Pure.

Only a whole line is a command. "Please stop the torture" in a note to a colleague asks for nothing.
"""

import re
import unicodedata

from hrwatch.model.replies import Command, Verb

MOST_DAYS = 365
USUAL_PAUSE = 14  # days, where none were said
MOST_NUMBERS = 50  # in one command
_TOLD = 40  # characters of a line that is none
_LONGEST = 200  # characters of a command; a source has no longer name

# English, French, Spanish, Russian, Arabic. Verbs in the forms that people write to a machine:
# infinitive, imperative, noun.
_VERBS = {
    Verb.STOP: (
        "stop, unsubscribe, arrêter, arrête, arrêtez, désabonner, désinscrire, parar, pare, "
        "detener, baja, alto, cancelar, стоп, остановить, отписаться, отписка, "
        "توقف, قف, أوقف, إيقاف, إلغاء الاشتراك"
    ),
    Verb.START: (
        "start, resume, subscribe, reprendre, reprends, reprenez, démarrer, commencer, reanudar, "
        "empezar, iniciar, старт, начать, возобновить, продолжить, ابدأ, بدء, استئناف, استأنف"
    ),
    Verb.PAUSE: (
        "pause, suspendre, pausa, pausar, пауза, приостановить, إيقاف مؤقت, توقف مؤقت, وقف مؤقت"
    ),
    Verb.WRONG: (
        "wrong, faux, incorrect, erreur, hors sujet, incorrecto, erróneo, error, equivocado, "
        "неверно, неправильно, ошибка, не по теме, خطأ, خاطئ"
    ),
    Verb.MUTE: (
        "mute, muet, masquer, masque, masquez, silenciar, silencio, ocultar, заглушить, скрыть, "
        "без звука, كتم, اكتم, إخفاء"
    ),
    Verb.UNMUTE: (
        "unmute, rétablir, afficher, démasquer, reactivar, mostrar, вернуть, показать, "
        "إلغاء الكتم, إظهار"
    ),
    Verb.LESS: "less, shorter, moins, menos, меньше, короче, أقل",
    Verb.HELP: "help, aide, ayuda, помощь, справка, مساعدة",
    Verb.MORE: "more, longer, plus, más, больше, подробнее, أكثر",
}
_SOURCE = "source, feed, fuente, источник, المصدر, مصدر"
_WORD = (
    "word, the word, phrase, the phrase, term, mot, le mot, expression, l'expression, "
    "l’expression, terme, palabra, la palabra, frase, la frase, expresión, término, "
    "слово, фразу, фраза, выражение, термин, كلمة, الكلمة, عبارة, العبارة"
)
_DAY = "day, days, d, jour, jours, j, día, días, день, дня, дней, дн, يوم, يوما, يومين, أيام"
_WEEK = (
    "week, weeks, w, semaine, semaines, semana, semanas, неделя, недели, недель, неделю, "
    "أسبوع, أسبوعا, أسبوعين, أسابيع"
)
_TWO = "يومين, أسبوعين"  # a number and its noun in one word
_ONE = "a, one, un, une, una, один, одну"
_FOR = "for, pour, pendant, durante, por, на, لمدة"
_AND = "and, et, y, и, و"
_ITEM = "number, item, story, article, numéro, número, artículo, номер, статья, статью, رقم, الخبر"
_POLITE = (
    "please, thanks, thank you, svp, s'il vous plaît, merci, por favor, gracias, пожалуйста, "
    "спасибо, من فضلك, رجاء, شكرا"
)
# A line that does nothing else is answered by nobody. Of other languages as above a command.
_THANKING = (
    "thanks, thank you, many thanks, thx, merci, merci beaucoup, gracias, muchas gracias, спасибо, "
    "большое спасибо, благодарю, شكرا, شكرا جزيلا, danke, vielen dank, grazie, obrigado, obrigada, "
    "teşekkürler, дякую, ok, okay, d'accord, vale, хорошо, ок, حسنا"
)
# Above a command. Of other languages those whose speakers may read a digest in one of the five.
_GREETINGS = (
    "hello, hi, hey, dear, good morning, good afternoon, good evening, good day, bonjour, bonsoir, "
    "salut, cher, chère, chers, chères, madame, monsieur, hola, buenos días, buen día, "
    "buenas tardes, buenas noches, estimado, estimada, estimados, estimadas, querido, querida, "
    "queridos, queridas, здравствуйте, здравствуй, привет, добрый день, доброе утро, "
    "добрый вечер, уважаемые, уважаемый, уважаемая, дорогие, дорогой, дорогая, مرحبا, أهلا, "
    "السلام عليكم, تحية طيبة, صباح الخير, مساء الخير, عزيزي, عزيزتي, أعزائي, "
    "hallo, guten tag, guten morgen, ciao, buongiorno, olá, bom dia, merhaba, вітаю, добрий день"
)
# What mail programs and people put round a command; not "#", which begins a number, and not ">",
# which says that somebody else wrote the line.
_AROUND = " .,:;!?¡¿…·•*_~`'\"“”„«»‹›‘’()[]{}/\\-–—،؛؟"


def fold(written: str) -> str:
    """Return text as it is compared: without accents, case, marks of direction and needless
    spaces."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold())
    kept = (
        " " if one.isspace() else one
        for one in decomposed
        if one.isspace() or (one != _TATWEEL and unicodedata.category(one) not in _UNSEEN)
    )
    return " ".join("".join(kept).split())


def called(name: str) -> str:
    """Return the name of a source, or a word, as it is compared: as text is, and without what
    stands round it."""
    return fold(name).strip(_AROUND)


_TATWEEL = "\u0640"  # stretches Arabic words
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc"})


def _listed(words: str) -> list[str]:
    return sorted((fold(word) for word in words.split(",")), key=len, reverse=True)


def _any(words: str) -> str:
    return f"(?:{'|'.join(map(re.escape, _listed(words)))})"


_WORDS = [(word, verb) for verb, words in _VERBS.items() for word in _listed(words)]
# "7 30 days" is seven, and thirty days; never seven and thirty, and a day.
_SPAN = (
    rf"(?:{_any(_FOR)} )?"
    rf"(?:(?P<count>\d{{1,4}}) ?(?:(?P<day>{_any(_DAY)})|(?P<week>{_any(_WEEK)}))"
    rf"|(?<!\d )(?:{_any(_ONE)} )?(?:(?P<one_day>{_any(_DAY)})|(?P<one_week>{_any(_WEEK)})))"
)
_PAUSE_SPAN = re.compile(rf"{_SPAN}|(?:{_any(_FOR)} )?(?P<bare>\d{{1,4}})")
_NUMBER = rf"(?:{_any(_ITEM)} )?(?:(?:#|n°|no\.?|nr\.?|n\.) ?)?\d{{1,6}}"
_NUMBERS = re.compile(
    rf"(?P<numbers>{_NUMBER}(?:(?: ?[,;،+&] ?| {_any(_AND)} ?| ){_NUMBER})*)(?: {_SPAN})?"
)
_NAMED = re.compile(
    rf"(?:{_any(_SOURCE)}|(?P<word>{_any(_WORD)})) ?:? (?P<whole>(?P<name>\S.*?)(?: {_SPAN})?)"
)
# In HTML the help of a digest stands so: "mute source NAME 7 days: nothing of…".
_EXPLAINED = re.compile(rf" {_SPAN} ?: ")
_DIGITS = re.compile(r"\d+")
_GREETING = re.compile(rf"{_any(_GREETINGS)}(?:,? [^\W\d_]{{1,30}}){{0,3}}")
# The lines of a digest that tell what may be replied, sent back as they are.
_COLUMNS = re.compile(r"\S {3,20}\S")
_THANKS = re.compile(rf"{_any(_THANKING)}(?:[ ,.!]+(?:{_any(_THANKING)}|[^\W\d_]{{1,30}})){{0,2}}")
_POLITELY = re.compile(rf"^{_any(_POLITE)}[ ,]+|[ ,.!]+{_any(_POLITE)}$")


def command(line: str) -> Command | None:
    """Given one line as it was written, return what it asks for; None for anything else."""
    if len(line) > _LONGEST or _COLUMNS.search(line):
        return None
    asked = _POLITELY.sub("", fold(line).strip(_AROUND)).strip(_AROUND)
    for word, verb in _WORDS:
        rest = asked.removeprefix(word)
        if len(rest) < len(asked) and not rest[:1].isalnum():
            found = _complete(verb, rest.strip(_AROUND))
            if found is not None:
                return found
    return None


def is_greeting(line: str) -> bool:
    """Say whether a line greets and does nothing else: "Dear colleagues,"."""
    return _GREETING.fullmatch(fold(line[:_LONGEST]).strip(_AROUND)) is not None


def is_thanks(line: str) -> bool:
    """Say whether a line thanks and does nothing else: "Thank you, Anna"."""
    return _THANKS.fullmatch(fold(line[:_LONGEST]).strip(_AROUND)) is not None


def as_told(line: str) -> str:
    """Return the beginning of a line that is no command as it may be written back: letters and
    spaces, of which nobody makes an address, a link or a number to call; empty where that is one.
    """
    letters = "".join(
        one if unicodedata.category(one)[0] in "LM" or one in "'’-" else " "
        for one in unicodedata.normalize("NFC", line[:_LONGEST])
    )
    told = ""
    for word in letters.split():
        if len(told) + len(word) >= _TOLD:
            break
        told = f"{told} {word}".strip()
    return "" if command(told) else told


def _complete(verb: Verb, rest: str) -> Command | None:
    if verb is Verb.PAUSE:
        return _pause(rest)
    if verb in (Verb.WRONG, Verb.MUTE, Verb.UNMUTE):
        return _numbered(verb, rest) or _named(verb, rest)
    return None if rest else Command(verb)


def _pause(rest: str) -> Command | None:
    if not rest:
        return Command(Verb.PAUSE, days=USUAL_PAUSE)
    found = _PAUSE_SPAN.fullmatch(rest)
    if found is None:
        return None
    days = int(found["bare"]) if found["bare"] else _days(found)
    return Command(Verb.PAUSE, days=min(days, MOST_DAYS)) if days else None


def _numbered(verb: Verb, rest: str) -> Command | None:
    found = _NUMBERS.fullmatch(rest)
    if found is None or not _may_last(verb, found):
        return None
    numbers = tuple(dict.fromkeys(map(int, _DIGITS.findall(found["numbers"]))))
    if 0 in numbers or len(numbers) > MOST_NUMBERS:
        return None
    return Command(verb, numbers, _days(found))


def _named(verb: Verb, rest: str) -> Command | None:
    found = _NAMED.fullmatch(rest)
    if found is None or verb is Verb.WRONG or _EXPLAINED.search(found["whole"]):
        return None
    name, whole = called(found["name"]), called(found["whole"])
    of_word = found["word"] is not None
    if name == whole or not name or not _may_last(verb, found):
        name, whole, days = whole, "", None
    else:
        days = _days(found)
    if not name:
        return None
    if of_word:
        return Command(verb, days=days, word=name, whole=whole)
    return Command(verb, days=days, source=name, whole=whole)


def _may_last(verb: Verb, found: "re.Match[str]") -> bool:
    """Say whether it makes sense how long it is asked for."""
    days = _days(found)
    return days is None or (days > 0 and verb is Verb.MUTE)


def _days(found: "re.Match[str]") -> int | None:
    """Return how many days were said; None for none."""
    days = None
    if found["count"] is not None:
        days = int(found["count"]) * (7 if found["week"] else 1)
    elif found["one_day"] is not None:
        days = 2 if found["one_day"] in _listed(_TWO) else 1
    elif found["one_week"] is not None:
        days = 14 if found["one_week"] in _listed(_TWO) else 7
    return None if days is None else min(days, MOST_DAYS)
