"""What a subscriber's reply is answered, in words: what was done, and how to undo it. Pure; before
mime.

Nothing of the received mail stands in it but some words of a line that is no command, and no line
of it is a command: whoever sends it back asks for nothing.
"""

from collections.abc import Iterable, Iterator

from hrwatch.model.mail import Detail, Page
from hrwatch.model.replies import Command, Obstacle, Told, Verb
from hrwatch.stages.digest import layout
from hrwatch.stages.digest.replying import commands
from hrwatch.stages.digest.tongue import Tongue, msgid, speaking

_EXAMPLE = 7  # a story's number, as any digest may have it
_OBSTACLES = {
    Obstacle.NO_DIGEST: msgid(
        "Nothing was changed: your mail does not answer a digest. Please answer the digest itself "
        "and name the number of a story in it."
    ),
    Obstacle.NO_NUMBER: msgid(
        "Nothing was changed: the digest has no story with this number: %(numbers)s."
    ),
    Obstacle.NO_SOURCE: msgid(
        "Nothing was changed: no source has that name. Please write it as it stands in a digest."
    ),
    Obstacle.NO_WORD: msgid(
        "Nothing was changed: no story of the last four weeks was found for you by that word. "
        "Please write it as it stands behind “Matched” in a digest."
    ),
    Obstacle.NO_MUTED_WORD: msgid("Nothing was changed: that word is not muted."),
    Obstacle.TOO_MANY: msgid("Nothing was changed: too many words are muted."),
}
_CANNOT = {
    Verb.LESS: msgid("Nothing was changed: your digests are as short as they can be."),
    Verb.MORE: msgid("Nothing was changed: your digests tell as much as they can."),
}
_DETAILS = {
    Detail.TITLES: msgid("Your digests now tell the titles of stories only."),
    Detail.USUAL: msgid("Your digests now tell stories at their usual length."),
    Detail.LONGER: msgid("Your digests now tell more of each story."),
}
_REFUSED = msgid(
    "Your mail server refused our mail for good: you will get none until the people who run this "
    "have seen to it."
)
_MUTED = {
    Verb.MUTE: msgid("You will hear no more of: %(what)s."),
    Verb.UNMUTE: msgid("You will hear again of: %(what)s."),
}
_WORDS = {
    Verb.MUTE: msgid(
        "You will hear no more of stories that this word alone found: %(what)s. Digests say how "
        "many were left out; what was found by other words too is told as before."
    ),
    Verb.UNMUTE: msgid("You will hear again of stories found by this word: %(what)s."),
}


# As the reader of replies understands them, in each language.
_COMMANDS = {
    Verb.STOP: msgid("stop"),
    Verb.START: msgid("start"),
    Verb.LESS: msgid("less"),
    Verb.MORE: msgid("more"),
}
_OF_STORIES = {
    Verb.MUTE: msgid("mute %(number)s"),
    Verb.UNMUTE: msgid("unmute %(number)s"),
}
_OF_SOURCES = {
    Verb.MUTE: msgid("mute source %(name)s"),
    Verb.UNMUTE: msgid("unmute source %(name)s"),
}
_OF_WORDS = {
    Verb.MUTE: msgid("mute word %(name)s"),
    Verb.UNMUTE: msgid("unmute word %(name)s"),
}


def page(told: Told, language: str) -> Page:
    """Given what became of a reply, return the mail that says so, text alone."""
    tongue = speaking(language)
    if told.verb is Verb.HELP:
        return _page(_help(told, tongue), tongue)
    sentences = [*_sentences(told, tongue)]
    if told.undo:
        undo = tongue.isolate(_written(told.undo, tongue))
        sentences.append(tongue.gettext("To undo this, answer: %(command)s", command=undo))
    return _page(map(layout.wrap, sentences), tongue)


def _page(paragraphs: Iterable[str], tongue: Tongue) -> Page:
    closing = tongue.gettext("A program wrote this. It answers each mail once.")
    text = "\n\n".join([*paragraphs, layout.wrap(closing)]) + "\n"
    if tongue.right_to_left:
        text = layout.read_from_the_right(text)
    subject = tongue.gettext("Answer to your mail")
    return Page(subject, text, html="", numbers=(), discreet=subject)


def _help(told: Told, tongue: Tongue) -> Iterator[str]:
    """Yield what may be replied, after the line that is no command where there was one. It stands
    alone, so that no line end cuts a command out of it."""
    gettext = tongue.gettext
    if told.line:
        nothing = gettext("Nothing was changed: this first line of your mail is no command.")
        yield layout.wrap(nothing)
        yield f"“{tongue.isolate(told.line)}”"
    yield layout.wrap(gettext("The first line of your reply is the command."))
    told_of = commands(tongue, _EXAMPLE)
    width = max(layout.columns(command) for command, _ in told_of) + 3
    yield "\n".join(
        layout.wrap(meaning, f"  {command}{' ' * (width - layout.columns(command))}")
        for command, meaning in told_of
    )


def _sentences(told: Told, tongue: Tongue) -> list[str]:
    gettext = tongue.gettext
    if told.obstacle is Obstacle.NO_CHANGE:
        return [gettext(_CANNOT[told.verb])]
    if told.obstacle is not None:
        why = [gettext(_OBSTACLES[told.obstacle], numbers=_numbers(told.missing, tongue))]
        if told.words:
            listed = tongue.listed(map(tongue.isolate, told.words))
            why.append(gettext("These words are muted: %(words)s.", words=listed))
        return why
    done = _done(told, tongue)
    if told.missing:
        missing = _numbers(told.missing, tongue)
        done.append(
            gettext("The digest has no story with this number: %(numbers)s.", numbers=missing)
        )
    return done


def _done(told: Told, tongue: Tongue) -> list[str]:
    gettext = tongue.gettext
    day = tongue.whole_day(told.until, year=True) if told.until else ""
    refused = [gettext(_REFUSED)] if told.suspended else []
    if told.detail is not None:
        return [gettext(_DETAILS[told.detail])]
    if told.verb is Verb.STOP:
        return [
            gettext(
                "You will get no more mail. What comes is kept for you for seven days, should you "
                "want it again."
            )
        ]
    if told.verb is Verb.PAUSE:
        return [
            gettext(
                "You will get no mail until %(day)s. Then one digest tells what came meanwhile.",
                day=day,
            ),
            *_given_up(told, tongue),
            *refused,
        ]
    if told.verb is Verb.START:
        again = gettext("You will get mail again. The next digest tells what came meanwhile.")
        done = [*(refused or [again]), *_given_up(told, tongue)]
        if day:
            done.append(gettext("The people who run this have paused it until %(day)s.", day=day))
        return done
    if told.verb is Verb.WRONG:
        return [
            gettext(
                "Noted as not what you asked for: %(numbers)s.",
                numbers=_numbers(told.numbers, tongue),
            ),
            gettext(
                "The people who run this are shown which words led to it, not who said so. What "
                "you are sent does not change."
            ),
        ]
    what = tongue.isolate(told.source or told.word) or _numbers(told.numbers, tongue)
    done = [gettext((_WORDS if told.word else _MUTED)[told.verb], what=what)]
    if day:
        done.append(gettext("This holds until %(day)s.", day=day))
    return done


def _given_up(told: Told, tongue: Tongue) -> list[str]:
    """Say what a digest after a long stop does not tell."""
    if told.since is None:
        return []
    return [
        tongue.gettext(
            "What came before %(day)s, while you got no mail, is not sent. The people who run this "
            "can look it up for you.",
            day=tongue.whole_day(told.since, year=True),
        )
    ]


def _written(command: Command, tongue: Tongue) -> str:
    """Return a command as it is to be written in an answer."""
    if command.numbers:
        number = _numbers(command.numbers, tongue)
        return tongue.gettext(_OF_STORIES[command.verb], number=number)
    if command.word:
        return tongue.gettext(_OF_WORDS[command.verb], name=command.word)
    if command.source:
        return tongue.gettext(_OF_SOURCES[command.verb], name=command.source)
    return tongue.gettext(_COMMANDS[command.verb])


def _numbers(numbers: tuple[int, ...], tongue: Tongue) -> str:
    return tongue.listed(str(number) for number in numbers)
