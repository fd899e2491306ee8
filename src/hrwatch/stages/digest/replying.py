"""What a subscriber may reply, as a digest tells it. Pure; used by render.

Only commands that are understood stand here, in the mail's language: tests hand each to the reader
of replies.
"""

from hrwatch.stages.digest.tongue import Tongue


def commands(tongue: Tongue, number: int | None) -> tuple[tuple[str, str], ...]:
    """Given a number that stands on the page, or none, return commands and what they do."""
    gettext = tongue.gettext
    of_a_story = (
        (
            gettext("wrong %(number)s", number=number),
            gettext("story %(number)s does not belong here", number=number),
        ),
        (
            gettext("mute %(number)s", number=number),
            gettext("no more of story %(number)s", number=number),
        ),
    )
    return (
        *(of_a_story if number else ()),
        (gettext("mute source NAME 7 days"), gettext("nothing of one publisher for a while")),
        (gettext("mute word WORD 30 days"), gettext("nothing that this word alone finds")),
        (gettext("less"), gettext("titles only")),
        (gettext("more"), gettext("longer extracts")),
        (gettext("pause 14 days"), gettext("no mail for a while")),
        (gettext("stop"), gettext("no mail any more")),
    )
