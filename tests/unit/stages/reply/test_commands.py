"""What a line that a subscriber wrote asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.replies import Command, Verb
from hrwatch.stages.reply.commands import MOST_DAYS, as_told, command, is_greeting, is_thanks

STOP, START, LESS, MORE = map(Command, (Verb.STOP, Verb.START, Verb.LESS, Verb.MORE))
HELP = Command(Verb.HELP)


def pause(days: int) -> Command:
    return Command(Verb.PAUSE, days=days)


def wrong(*numbers: int) -> Command:
    return Command(Verb.WRONG, numbers)


def mute(*numbers: int, days: int | None = None, source: str = "", span: str = "") -> Command:
    """`span`: how `days` was written behind the source."""
    return Command(Verb.MUTE, numbers, days, source, f"{source} {span}" if span else "")


def mute_word(word: str, days: int | None = None, span: str = "") -> Command:
    """`span`: how `days` was written behind the word."""
    whole = f"{word} {span}" if span else ""
    return Command(Verb.MUTE, days=days, word=word, whole=whole)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("stop", STOP),
        ("  STOP!  ", STOP),
        ("*Stop.*", STOP),
        ("“stop”", STOP),
        ("Please stop", STOP),
        ("Stop, thank you.", STOP),
        ("unsubscribe", STOP),
        ("Arrêter", STOP),
        ("ARRETER", STOP),
        ("Désabonner svp", STOP),
        ("Detener, por favor", STOP),
        ("стоп", STOP),
        ("Отписаться!", STOP),
        ("\u200fأوقف\u200f", STOP),
        ("إيقاف", STOP),
        ("إلغاء الاشتراك", STOP),
        ("start", START),
        ("Reprendre", START),
        ("reanudar", START),
        ("Возобновить", START),
        ("ابدأ", START),
        ("help", HELP),
        ("Aide !", HELP),
        ("ayuda", HELP),
        ("помощь", HELP),
        ("مساعدة", HELP),
        ("less", LESS),
        ("moins", LESS),
        ("menos", LESS),
        ("Меньше", LESS),
        ("أقل", LESS),
        ("more", MORE),
        ("plus", MORE),
        ("Más", MORE),
        ("mas", MORE),
        ("больше", MORE),
        ("أكثر", MORE),
        ("pause 14 days", pause(14)),
        ("Pause: 14 days.", pause(14)),
        ("pause for 3 weeks", pause(21)),
        ("pause a week", pause(7)),
        ("pause 14", pause(14)),
        ("pause", pause(14)),
        ("pause 9999 days", pause(MOST_DAYS)),
        ("pause 14 jours", pause(14)),
        ("pause pendant une semaine", pause(7)),
        ("pausa 14 días", pause(14)),
        ("пауза 14 дней", pause(14)),
        ("Пауза на неделю", pause(7)),
        ("إيقاف مؤقت ١٤ يوما", pause(14)),
        ("إيقاف مؤقت لمدة أسبوعين", pause(14)),
        ("wrong 7", wrong(7)),
        ("Wrong: #7", wrong(7)),
        ("wrong no. 7", wrong(7)),
        ("wrong number 7", wrong(7)),
        ("wrong 7, 9 and 12", wrong(7, 9, 12)),
        ("wrong 7 7", wrong(7)),
        ("faux 7", wrong(7)),
        ("faux n° 7 et 8", wrong(7, 8)),
        ("error 7", wrong(7)),
        ("неверно №7", wrong(7)),
        ("خطأ ٧", wrong(7)),
        ("mute 7", mute(7)),
        ("mute 7 30 days", mute(7, days=30)),
        ("mute 7 for 2 weeks", mute(7, days=14)),
        ("mute source Invented Wire", mute(source="invented wire")),
        ("mute source: Invented Wire 7 days", mute(source="invented wire", days=7, span="7 days")),
        ("mute source Channel 4 for a week", mute(source="channel 4", days=7, span="for a week")),
        ("mute source Le Jour", mute(source="le", days=1, span="jour")),
        ("mute source Le Jour 7 jours", mute(source="le jour", days=7, span="7 jours")),
        ("mute source Day", mute(source="day")),
        ("mute source «Rights: a View»", mute(source="rights: a view")),
        ("unmute source The Day", Command(Verb.UNMUTE, source="the day")),
        ("masquer 7", mute(7)),
        ("masquer source Agence Inventée", mute(source="agence inventee")),
        (
            "silenciar fuente Agencia Inventada 7 días",
            mute(source="agencia inventada", days=7, span="7 dias"),
        ),
        ("скрыть источник Выдуманный", mute(source="выдуманныи")),
        ("كتم ٧", mute(7)),
        ("كتم المصدر وكالة ٧ أيام", mute(source="وكالة", days=7, span="٧ ايام")),
        ("mute word pressure", mute_word("pressure")),
        ("Mute the word “pressure”!", mute_word("pressure")),
        ("mute word: Water cannon 7 days", mute_word("water cannon", 7, "7 days")),
        ("mute phrase water cannon for 2 weeks", mute_word("water cannon", 14, "for 2 weeks")),
        ("mute word day", mute_word("day")),
        ("masquer mot pression 7 jours", mute_word("pression", 7, "7 jours")),
        ("Masquer l’expression canon à eau", mute_word("canon a eau")),
        ("silenciar palabra presión", mute_word("presion")),
        ("скрыть слово давление 7 дней", mute_word("давление", 7, "7 днеи")),
        ("كتم كلمة ضغط ٧ أيام", mute_word("ضغط", 7, "٧ ايام")),
        ("unmute word Water Cannon", Command(Verb.UNMUTE, word="water cannon")),
        ("вернуть слово давление", Command(Verb.UNMUTE, word="давление")),
        ("unmute 7", Command(Verb.UNMUTE, (7,))),
        ("unmute source invented-wire", Command(Verb.UNMUTE, source="invented-wire")),
    ],
)
def test_command_line_that_asks_for_something_is_understood(line: str, meant: Command) -> None:
    assert command(line) == meant


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "Stop the torture of prisoners",
        "They stop at nothing",
        "nonstop",
        "stopped",
        "Thank you, this helps.",
        "thank you",
        "more on this, please, from the field",
        "less than ten people",
        "> stop",
        "| stop",
        "pause 0 days",
        "pause minus 3 days",
        "pause until I am back",
        "wrong",
        "wrong seven",
        "wrong 0",
        "wrong 7 for 3 days",
        "wrong source Invented Wire",
        "mute",
        "mute source",
        "mute source NAME 7 days: nothing of one publisher for a while",
        "mute 7 0 days",
        "mute 7 stories",
        "unmute 7 3 days",
        "7",
        "stop – no more mail at all",
        "mute source " + "a" * 300,
        "mute word",
        "mute word ...",
        "mute word " + "a" * 300,
        "wrong word pressure",
        "wrong " + " ".join(map(str, range(1, 60))),
    ],
)
def test_command_line_that_asks_for_nothing_is_none(line: str) -> None:
    assert command(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "Hello,",
        "Dear colleagues,",
        "Dear all",
        "Bonjour !",
        "Chère Anna,",
        "¡Buenos días!",
        "Добрый день!",
        "Здравствуйте, уважаемые коллеги!",
        "السلام عليكم",
        "مرحباً،",
    ],
)
def test_line_that_greets_is_a_greeting_in_each_language(line: str) -> None:
    assert is_greeting(line) and command(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "stop",
        "Thank you",
        "Grazie",
        "Hello, on item 7:",
        "Hi Mary, please read this at once",
        "Dearth",
        "Da: hrwatch",
        "Hello " + "a" * 300,
    ],
)
def test_line_that_says_more_than_a_greeting_is_none(line: str) -> None:
    assert not is_greeting(line)


@given(st.text(max_size=250))
def test_command_any_line_is_read_without_error(line: str) -> None:
    command(line)
    command("mute " + line)
    command("pause " + line)
    is_greeting("hello " + line)
    is_thanks("thanks " + line)
    told = as_told(line)
    assert len(told) <= 40 and command(told) is None
    assert not any(one in told for one in ".:/@<>0123456789\n\x1b\u202e")
