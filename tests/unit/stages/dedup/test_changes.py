"""What is a change of a story and what is not, text by text. Whole pages in many layouts stand in
tests/quality/test_changes.py."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch import text
from hrwatch.model.articles import Change
from hrwatch.stages.dedup import changes
from hrwatch.stages.dedup.changes import Told

TITLE = "Court in Arvenia hears of torture in custody"
FIRST = "Three people told a court in Arvenia on 3 March that police had tortured them."
SECOND = "Ivan Petrov was beaten for two days. The court did order his release, and 12 others stay."
THIRD = "The ministry says it knows of no complaint, and that every prisoner may write to a judge."
STORY = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
CHINESE = "三名男子星期二在首都被拘捕。\n警方在示威中打死12人，另有30人受伤。"
ARABIC = "قالت المنظمة إن الشرطة احتجزت ثلاثة رجال في العاصمة.\nقتل 12 شخصا في الاحتجاج."
THAI = "ตำรวจจับกุมชายสามคนในเมืองหลวงเมื่อวันอังคาร\nมีผู้เสียชีวิต 12 คนในการประท้วง"

NOISE_LINES = (
    "Updated 5 minutes ago",
    "Last updated: 22 November 2026, 14:05 GMT",
    "Published 2 March 2026 | Updated 3 March 2026",
    "2026-03-02 14:05",
    "1,234 views",
    "12 comments",
    "Shares: 56",
    "4 min read",
    "By Mira Okun",
    "Mira Okun | 2 March 2026 | 5 min read",
    "Photo: Mira Okun / Agency",
    "© The Wire 2026",
    "Tags: torture, prison, police",
    "#torture #prison",
    "Mis à jour le 2 mars 2026 à 14h05",
    "Publié le 2 mars 2026",
    "Lecture : 5 minutes",
    "Actualizado hace 5 minutos",
    "Publicado el 2 de marzo de 2026",
    "1.234 visitas",
    "Atualizado em 2 de março de 2026 às 14:05",
    "Aktualisiert am 2. März 2026 um 14:05 Uhr",
    "Lesezeit: 4 Minuten",
    "Обновлено 5 минут назад",
    "Опубликовано: 2 марта 2026, 14:05",
    "Просмотров: 1234",
    "Комментарии (12)",
    "Оновлено 2 березня 2026, 14:05",
    "Переглядів: 1234",
    "Абноўлена 2 сакавіка 2026",
    "Aktualizacja: 2 marca 2026, 14:05",
    "Güncelleme: 2 Mart 2026 14:05",
    "1234 görüntülenme",
    "آخر تحديث: 2 مارس 2026",
    "منذ 5 دقائق",
    "1234 مشاهدة",
    "آخرین به‌روزرسانی ۲ ژوئیه ۲۰۲۶",
    "بازدید: ۱۲۳۴",
    "更新时间：2026年3月2日 14:05",
    "阅读量：1234",
    "5分钟前更新",
    "标签：酷刑、监狱",
    "อัปเดตล่าสุด 2 มีนาคม 2569",
    "อ่าน 1,234 ครั้ง",
)

STORY_LINES = (
    "Updated: twelve people, not ten, were killed.",
    "This article was corrected on 3 March: the man is 24, not 42.",
    "12 people were killed.",
    "Arrests: 12",
    "Today the court freed him.",
    "Photos Show Torture Marks",
    "Text Messages Name Officers",
    "Обновлено: погибли двенадцать человек.",
    "قتل ثلاثة أشخاص",
    "今天三人被捕。",
    "วันนี้มีผู้เสียชีวิต 12 คน",
)


def _changed(before: str, after: str, titles: tuple[str, str] = (TITLE, TITLE)) -> Change | None:
    return changes.changed(Told(titles[0], before), Told(titles[1], after))


@pytest.mark.parametrize("line", NOISE_LINES)
def test_a_stamp_a_counter_or_a_signature_is_no_change_wherever_it_comes_and_goes(
    line: str,
) -> None:
    for with_it in (f"{line}\n{STORY}", f"{FIRST}\n{line}\n{THIRD}", f"{STORY}\n{line}"):
        without = "\n".join(one for one in with_it.split("\n") if one != line)
        assert _changed(without, with_it) is None
        assert _changed(with_it, without) is None


@pytest.mark.parametrize("line", STORY_LINES)
def test_a_line_that_tells_something_is_a_paragraph_added(line: str) -> None:
    assert _changed(STORY, f"{STORY}\n{line}") == Change(added=(line,))
    assert _changed(f"{STORY}\n{line}", STORY) == Change(removed=(line,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (STORY, f"{THIRD}\n\n{FIRST}\n\n{SECOND}"),
        (STORY, STORY.replace("\n\n", " ")),
        (STORY.replace("\n\n", " "), STORY),
        (STORY, STORY.replace(". ", ".\n")),
        (STORY, STORY.upper()),
        (STORY, STORY.replace(" ", "\u00a0")),
        (STORY, STORY.replace("people", "peo\u00adple")),
        ('He said "no" - twice...', "He said “no” — twice…"),
        ("It's the peoples' court.", "It’s the peoples’ court."),
        ("A health care worker.", "A healthcare worker."),
        ("Some 1,500 men.", "Some 1 500 men."),
        ("Éléonore est libre.", unicodedata.normalize("NFD", "Éléonore est libre.")),
        (STORY, f"{STORY}\n{FIRST}"),  # a quote pulled out
        (STORY, f"{TITLE}\n{STORY}"),  # the heading
        (STORY, f"{STORY}\n* * *"),
        (STORY, STORY.replace("release, and", "release, 882 views and")),
        (CHINESE, CHINESE.replace("\n", "")),
        (ARABIC, ARABIC.replace("رجال", "رِجال")),
    ],
)
def test_the_same_words_in_another_dress_are_no_change(before: str, after: str) -> None:
    assert _changed(before, after) is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("12 others", "14 others", ("12", "14")),
        ("did order", "did not order", ("did order", "did not order")),
        ("Ivan Petrov", "I. P.", ("Ivan Petrov", "I. P.")),
        ("3 March", "4 March", ("3", "4")),
        ("two days", "nine days", ("two", "nine")),
        ("says it knows of no complaint", "denies it", None),
        (" and 12 others stay", " and 1.2 others stay", ("12", "1.2")),
        (" The court did order his release, and 12 others stay.", "", None),
        ("12 others", "12% of others", ("12 others", "12% of others")),
    ],
)
def test_other_words_in_a_paragraph_are_told_as_they_stood_and_stand(
    old: str, new: str, told: tuple[str, str] | None
) -> None:
    assert old in STORY
    change = _changed(STORY, STORY.replace(old, new))

    assert change is not None
    assert (change.title, change.added, change.removed) == (None, (), ())
    assert len(change.replaced) == 1
    assert told is None or change.replaced == (told,)


@pytest.mark.parametrize(
    ("story", "old", "new", "told"),
    [
        (CHINESE, "12人", "14人", ("12", "14")),
        (ARABIC, "12 شخصا", "14 شخصا", ("12", "14")),
        (THAI, "12 คน", "14 คน", ("12", "14")),
        (THAI, "สามคน", "สี่คน", ("าม", "ี่")),
        (CHINESE, "被拘捕", "未被拘捕", ("都被", "都未被")),
    ],
)
def test_other_words_are_found_in_every_script(
    story: str, old: str, new: str, told: tuple[str, str]
) -> None:
    change = _changed(story, story.replace(old, new))

    assert change is not None
    assert change.replaced == (told,)


def test_a_paragraph_that_went_and_one_that_came_are_told_whole() -> None:
    new = "Nobody from the prison answered when the agency called there on Monday evening."

    assert _changed(STORY, STORY.replace(THIRD, new)) == Change(added=(new,), removed=(THIRD,))


def test_the_only_paragraph_with_another_figure_is_a_change() -> None:
    assert _changed("12 people died.", "14 people died.") == Change(replaced=(("12", "14"),))


def test_a_name_that_is_replaced_everywhere_is_told_once() -> None:
    often = "\n".join(f"{number}. Ivan Petrov spoke in hall {number}." for number in range(9))
    change = _changed(often, often.replace("Ivan Petrov", "I. P."))

    assert change == Change(replaced=(("Ivan Petrov", "I. P."),))


def test_a_moved_paragraph_with_another_word_is_that_word() -> None:
    moved = f"{THIRD.replace('no complaint', 'one complaint')}\n{FIRST}\n{SECOND}"

    assert _changed(STORY, moved) == Change(replaced=(("no", "one"),))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TITLE, f"{TITLE} | The Wire"),
        (TITLE, f"{TITLE} - The Wire"),
        (f"The Wire: news » {TITLE}", f"{TITLE}"),
        (f"{TITLE} – Arvenian Rights Watch", TITLE),
        (TITLE, TITLE.upper()),
        (TITLE, f"(3) {TITLE}"),
        (f"{TITLE} | 2 March 2026", f"{TITLE} | 3 March 2026"),
        (f"{TITLE} | Home", f"{TITLE} | World"),
    ],
)
def test_a_title_with_its_publisher_is_the_same_title(before: str, after: str) -> None:
    names = ("The Wire", "arw.example", "The Wire: news")

    assert changes.changed(Told(before, STORY, names=names), Told(after, STORY)) is None


@pytest.mark.parametrize(
    "after",
    [
        f"{TITLE}?",
        f"{TITLE} - two men freed",
        TITLE.replace("Arvenia", "Borduria"),
        TITLE.replace("hears", "does not hear"),
    ],
)
def test_a_title_that_says_something_else_is_a_change(after: str) -> None:
    assert _changed(STORY, STORY, (TITLE, after)) == Change(title=(TITLE, after))


def test_what_stands_around_the_story_is_no_change() -> None:
    box = "Our best stories of the week, every Friday in your mailbox."
    after = Told(TITLE, f"{STORY}\n{box}", furniture=frozenset({text.normalised(box)}))

    assert changes.changed(Told(TITLE, STORY), after) is None


def test_furniture_that_is_most_of_the_text_is_not_believed() -> None:
    lines = frozenset(map(text.normalised, STORY.replace("12", "14").split("\n")))
    after = Told(TITLE, STORY.replace("12", "14"), furniture=lines)

    assert changes.changed(Told(TITLE, STORY), after) == Change(replaced=(("12", "14"),))


def test_a_change_keeps_a_bounded_part_and_counts_the_rest() -> None:
    lines = [
        f"Prisoner {number} of {number * number} told his story. " * 40 for number in range(90)
    ]
    change = _changed(STORY, "\n".join([STORY, *lines]))

    assert change is not None
    assert (len(change.added), change.more_added) == (changes.MOST, 90 - changes.MOST)
    assert max(map(len, change.added)) <= changes.LONGEST_PARAGRAPH


def test_alike_tells_an_edited_article_from_another_one() -> None:
    def alike(before: str, after: str) -> float:
        return changes.alike(Told(TITLE, before), Told(TITLE, after))

    other = "The page that you look for is not there. Go to the front page, or write to the desk."
    assert alike(STORY, STORY) == 1.0
    assert alike(STORY, f"{THIRD}\n{FIRST}\n{SECOND}") > 0.9
    assert alike(STORY, STORY.replace("Ivan Petrov", "I. P.")) > 0.9
    assert 0.5 < alike(STORY, f"{FIRST}\n{THIRD}") < 0.8
    assert alike(STORY, other) < 0.1
    assert alike(CHINESE, CHINESE.replace("12", "14")) > 0.8
    assert alike(CHINESE, "本网站正在维护，请您稍后再来访问，谢谢您的理解与支持。") < 0.1
    assert (alike("", STORY), alike(STORY, "")) == (1.0, 0.0)


# What any two texts obey.
WORDS = ["Minsk", "not", "12", "3 March", "Иван", "三名男子", "قالت", "a", ".", "\n", "…", "views"]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=60).map(" ".join)


@given(told=TEXTS, title=TEXTS)
def test_a_text_is_no_change_of_itself(told: str, title: str) -> None:
    assert _changed(told, told, (title, title)) is None


@given(told=TEXTS, line=st.sampled_from(NOISE_LINES))
def test_a_text_with_noise_is_no_change_of_it(told: str, line: str) -> None:
    assert _changed(told, f"{told}\n{line}") is None
    assert _changed(f"{line}\n{told}", told) is None


@given(before=TEXTS, after=TEXTS)
def test_any_change_is_bounded_and_seen_from_both_sides(before: str, after: str) -> None:
    there, back = _changed(before, after), _changed(after, before)

    assert (there is None) == (back is None)
    assert 0.0 <= changes.alike(Told("", before), Told("", after)) <= 1.0
    if there is not None:
        kept = (there.added, there.removed, there.replaced)
        assert all(len(each) <= changes.MOST for each in kept)
        assert all(any(pair) for pair in there.replaced)


@given(lines=st.lists(TEXTS, max_size=8), order=st.randoms(use_true_random=False))
def test_paragraphs_in_another_order_are_no_change(lines: list[str], order: object) -> None:
    moved = list(lines)
    order.shuffle(moved)  # type: ignore[attr-defined]

    assert _changed("\n".join(lines), "\n".join(moved)) is None
