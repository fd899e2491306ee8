"""What stands around a story goes, and nothing of the story does; every text here is invented."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.extract import tidy
from hrwatch.stages.extract.tidy import tidied

FIRST = "Three people told a court in Arvenia on Monday that they were tortured in custody."
SECOND = (
    "The judge, who has presided over the trial since its beginning in the spring, adjourned the "
    "hearing until the twelfth, and asked the prosecution for the duty lists of the two stations; "
    "both had been asked for in March."
)
THIRD = "“Nobody read them to us,” said the sister of one of the three."
STORY = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"

LINES = {
    "a menu": "Select this search icon",
    "a heading of the menu": "Main menu",
    "a button in a list": "- Print Article",
    "a share button": "Facebook Share",
    "a row of buttons": "Facebook Twitter WhatsApp Email Print",
    "a row with words between": "Share on Facebook | Share via e-mail",
    "a row in Russian": "Поделиться ВКонтакте Одноклассники Telegram",
    "a row in Arabic": "شارك فيسبوك تويتر واتساب",
    "a request for money": "Donate now",
    "other news": "Other news",
    "a vow": "I will follow",
    "an invitation to read on": "Read more »",
    "the same in French": "Lire la suite…",
    "the same in Spanish": "Seguir leyendo",
    "the same in Belarusian": "Чытаць далей",
    "the same in Persian": "ادامه مطلب",
    "the same in Chinese": "阅读全文",
    "the same in Turkish": "Devamını oku",
    "a signpost": "Read also: Two ferries were late again",
    "a signpost in Ukrainian": "Читайте також: Два пороми знову запізнилися",
    "a signpost in Polish": "Zobacz także: Dwa promy znów się spóźniły",
    "a cookie notice": "We use cookies to make this site work better for you. Learn more.",
    "a cookie notice in German": "Wir verwenden Cookies, um diese Seite besser zu machen.",
    "a newsletter": "Sign up to our weekly newsletter and never miss a story.",
    "a newsletter in Spanish": "Suscríbete a nuestro boletín",
    "a channel": "Подпишитесь на наш канал в Telegram",
    "a channel of the house": "Follow us on X: https://x.example/house",
    "who owns it": "© 2026 The Quay Gazette",
    "whose rights": "The Quay Gazette. Todos los derechos reservados. 2026",
    "who wrote and edited": "(Reporting by Ada Quay in Nairobi; Editing by Ben Harbour)",
    "what the software adds": "The post Three people tell a court appeared first on Quay Gazette.",
    "a telephone": "Tel: +44 20 7946 0000",
    "an address in Britain": "Quay Gazette, 1 Harbour Lane, London, EC1Y 4ZZ, United Kingdom",
    "an address in Switzerland": "Rue du Quai 3, CH-1202 Genève",
    "a box": "PO Box 4170, Arventown, Arvenia",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("place", ["{0}\n{1}", "{1}\n\n{0}", "{0}\n\n{1}\n{0}"])
def test_tidied_line_around_the_story_goes(line: str, place: str) -> None:
    assert tidied(place.format(line, STORY)) == STORY


STAYS = {
    "a sentence with a network": "He wrote on Facebook that guards had beaten him.",
    "a heading of one network": "Telegram",
    "a question of an interview": "And then, what did they ask you?",
    "a sentence on rights": "Copyright law was used to silence the paper, its editor said.",
    "a law on cookies": "The law on cookies was used against the paper, its editor said.",
    "a call that is news": "Join the strike, the union told drivers in three towns.",
    "a contact that is news": "Contact between prisoners and their families was cut in May.",
    "what follows": "Follow-up talks were held in Geneva on the same day.",
    "a donation that is news": "Donate or leave, officials told shopkeepers in the old town.",
    "a heading with a colon": "What happened next: a curfew and forty arrests",
    "a photograph": "Photo: a woman holds a portrait of her son outside the court",
    "a post that appeared": "The post of ombudsman appeared first on a list that he kept.",
    "a cut": "Two of them were never seen again. According to the […]",
    "an hour": "By Monday they were gone.",
    "where it was": "By Lake Arven, near the border",
    "an address in a sentence": "They were held in a flat at EC1Y 4ZZ, in London.",
    "hashtags": "#Belarus #FreeThemAll",
    "a table": "| Arvenia | 12 | 3 |",
}


@pytest.mark.parametrize("line", STAYS.values(), ids=STAYS)
@pytest.mark.parametrize("place", ["{0}\n{1}", "{1}\n\n{0}"])
def test_tidied_line_that_tells_something_stays(line: str, place: str) -> None:
    told = place.format(line, STORY)
    assert tidied(told) == told


@pytest.mark.parametrize("line", ["By Ada Quay", "Par Ada Quay et Ben Harbour", "Автор: Ада Кей"])
def test_tidied_name_of_the_writer_goes_from_the_head_only(line: str) -> None:
    assert tidied(f"{line}\n{STORY}") == STORY
    assert tidied(f"{STORY}\n{line}") == f"{STORY}\n{line}"


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("Related stories", "- Two ferries were late again in Borland"),
        ("Читайте также:", "• Два парома опоздали"),
        ("À lire aussi", "- Deux navires en retard"),
    ],
)
def test_tidied_list_of_other_stories_goes_with_its_heading(head: str, item: str) -> None:
    assert tidied(f"{FIRST}\n\n{head}\n{item}\n{item[:-3]}\n\n{SECOND}") == f"{FIRST}\n\n{SECOND}"


def test_tidied_list_of_the_story_itself_stays() -> None:
    told = f"{FIRST}\n\nThe court named them:\n- Ada Quay, of Borland\n- Ben Harbour"
    assert tidied(told) == told


CONTACT = (
    "For more information, please contact:\nAda Quay, press officer\nGeneva, Switzerland\n"
    "+41 22 555 01 02 or press@quay.example"
)


def test_tidied_press_office_goes_down_to_its_last_telephone() -> None:
    assert tidied(f"{STORY}\n\n{CONTACT}") == STORY
    assert tidied(f"{FIRST}\n\n{CONTACT}\n\n{SECOND}") == f"{FIRST}\n\n{SECOND}"


def test_tidied_announcement_without_an_address_stays() -> None:
    told = f"{STORY}\n\nContact:\nThe brothers met twice, in a corridor of the court house."
    assert tidied(told) == told


def test_tidied_paragraph_told_twice_is_there_once() -> None:
    assert tidied(f"{FIRST}\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}\n\n{SECOND}") == STORY


def test_tidied_question_that_comes_again_stays() -> None:
    question = "What did you think of when the door was opened again?"
    told = "\n".join([question, FIRST, THIRD, SECOND, "No.", question, "Nothing."])
    assert tidied(told) == told


def test_tidied_end_of_a_summary_loses_the_invitation_only() -> None:
    assert tidied(f"{FIRST} Read more...") == FIRST
    assert tidied(f"{FIRST} [link] [comments]") == FIRST
    assert tidied(f"{FIRST} The post Court appeared first on Quay Gazette.") == FIRST


def test_tidied_text_of_boilerplate_alone_is_empty() -> None:
    assert tidied("Read more") == ""
    assert tidied("\n".join(LINES.values())) == ""


CHINESE = "法院审理酷刑案件时没有听取任何一名证人的证词"


@pytest.mark.parametrize(
    ("told", "once"),
    [
        ("Court hears of torture Court hears of torture", "Court hears of torture"),
        ("Court hears of torture - Court hears of torture", "Court hears of torture"),
        (CHINESE + CHINESE, CHINESE),
        ("New York, New York", "New York, New York"),
        ("Never again, never again", "Never again, never again"),
        ("Court hears of torture", "Court hears of torture"),
        ("", ""),
    ],
)
def test_title_told_twice_is_told_once(told: str, once: str) -> None:
    assert tidy.title(told) == once


def test_without_title_repeated_at_the_head_leaves_the_text() -> None:
    heading = "Court hears of torture"
    assert tidy.without_title(f"{heading}\n\nCOURT hears of torture!\n{STORY}", heading) == STORY
    assert tidy.without_title(STORY, heading) == STORY
    assert tidy.without_title(heading, heading) == heading
    assert tidy.without_title(STORY, "") == STORY


PIECES = st.one_of(
    st.sampled_from([*LINES.values(), *STAYS.values(), *CONTACT.split("\n"), FIRST, SECOND, ""]),
    st.sampled_from(["Related stories", "- an item", "Twitter", "By Ada Quay", "Contact:"]),
    st.text(alphabet="ab :.-@+0", max_size=20).map(str.strip),
)


@given(st.lists(PIECES, max_size=12).map("\n".join).map(str.strip))
def test_tidied_text_never_grows_and_a_second_run_changes_nothing(told: str) -> None:
    once = tidied(told)
    assert len(once) <= len(told)
    assert tidied(once) == once
    assert set(once.split("\n")) - {""} <= set(told.split("\n")) | {once.split("\n")[-1]}


SENTENCES = st.sampled_from([FIRST, SECOND, THIRD, *STAYS.values()])


@given(st.lists(SENTENCES, unique=True, min_size=1).map("\n\n".join))
def test_tidied_clean_text_stays_as_it_is(told: str) -> None:
    assert tidied(told) == told


@pytest.mark.parametrize(
    "piece",
    [
        "Contact:\n",
        "Related stories\n- x\n",
        "Facebook\n",
        "read more ",
        "The post ",
        "a@a.",
        "\n",
        "By Ada ",
        "[link] ",
    ],
)
def test_tidied_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        told = piece * (size // len(piece))
        started = time.process_time()
        tidied(told)
        return time.process_time() - started

    small, large = (min(seconds(size) for _ in range(3)) for size in (20_000, 160_000))
    assert large < 24 * small + 0.05  # eight times the text
