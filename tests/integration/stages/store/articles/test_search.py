"""Search in a real archive: it finds what `query.matches` says yes to, in every script."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, a_record, a_tag, an_entry
from hrwatch.model.articles import Record
from hrwatch.model.tags import Relation
from hrwatch.query import (
    And,
    Field,
    FieldName,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Until,
    Word,
    matches,
    parse,
)
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.articles.search import find
from postgres import ENGINES, Place, Places

# Invented headlines: the same few words in different company, of scripts with and without spaces.
TITLES = (
    "Water cannon used at march",
    "March ends without water",
    "Пытки в тюрьме Арвении",
    "В Арвении освобождён журналист",
    "阿文尼亚警方实施酷刑",
    "北京の裁判所、拷問を認める",
    "مُحاكمة صحفي في أرفينيا",
    "محاكمة ثانية لصحفي",
    "अर्वेनिया में यातना के आरोप",
    "ทรมานในเรือนจำอาร์เวเนีย",
    "État d'urgence : l'armée déployée",
    "Quotes \" and ' and * and ( AND ) OR NOT NEAR(x) {title}: ^start -minus",
)
TEXTS = (
    "Police beat marchers; water was cut. Three people were held.",
    "Суд в Арвении приговорил журналиста. Адвокат говорит о пытках.",
    "警方拘留三名记者。酷刑 torture 指控。",
    "यातना के शिकार लोगों ने गवाही दी।",
    "ตำรวจ ทรมาน ผู้ต้องขัง",
    "",
)
TAGS = (
    a_tag("BY"),
    a_tag("BY", relation=Relation.MENTION),
    a_tag("CN-XJ"),
    a_tag("torture"),
    a_tag("torture", relation=Relation.MENTION),
    a_tag("press-freedom"),
)
LANGUAGES = ("en", "ru", "zh-Hans", "zh", "")


def dated(number: int) -> datetime | None:
    """Two a day, one of them at midnight; each fifth has no date."""
    day = (NOW - timedelta(number // 2)).replace(hour=0)
    return None if number % 5 == 4 else day + timedelta(hours=number % 2 * 23, minutes=number % 2)


def invented(number: int) -> Record:
    title = TITLES[number % len(TITLES)]
    return a_record(
        f"record{number:04}",
        feed=("wire", "desk.2")[number % 2],
        entry=an_entry(guid=f"g{number}", title=title, published_at=dated(number)),
        text=TEXTS[number * 7 % len(TEXTS)],
        language=LANGUAGES[number % len(LANGUAGES)],
        tags=tuple(tag for bit, tag in enumerate(TAGS) if number * 37 >> bit & 1),
    )


RECORDS = tuple(invented(number) for number in range(72))


@pytest.fixture(scope="module", params=ENGINES)
def archive(
    request: pytest.FixtureRequest,
    module_places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Archive]:
    place = module_places.make(request.param, tmp_path_factory.mktemp("search"))
    with place.open() as opened:
        opened.write_now(records.add, RECORDS)
        yield opened


def found(archive: Archive, node: Node, limit: int = 1_000) -> list[str]:
    with archive.reading() as connection:
        return [one.record for one in find(connection, node, limit=limit)]


def walked(node: Node) -> set[str]:
    return {
        record.id
        for record in RECORDS
        if matches(
            node,
            title=record.title,
            text=record.text,
            tags=record.tags,
            language=record.language,
            feed=record.feed,
            told_at=record.entry.published_at or record.first_seen_at,
        )
    }


words = st.sampled_from(sorted({word for text in TITLES + TEXTS for word in text.split()}))
pieces = st.sampled_from([*TITLES, *TEXTS]).flatmap(
    lambda text: st.tuples(st.integers(0, len(text)), st.integers(1, 12)).map(
        lambda cut: text[cut[0] : cut[0] + cut[1]]
    )
)
leaves = st.one_of(
    words.map(Word),
    pieces.map(Phrase),
    pieces.map(Prefix),
    st.text(max_size=3).map(Prefix),
).filter(lambda node: bool(node.words))
sides = st.lists(leaves, min_size=1, max_size=3).map(tuple)
pairs = st.builds(Near, sides, sides, st.integers(1, 6))
days = st.integers(-1, 40).map(lambda back: (NOW - timedelta(back)).date())
fields = st.one_of(
    days.map(Since),
    days.map(Until),
    st.builds(Field, st.just(FieldName.COUNTRY), st.sampled_from([("BY",), ("CN-XJ", "RU")])),
    st.builds(Field, st.just(FieldName.KEYWORD), st.sampled_from([("torture",), ("BY",)])),
    st.builds(Field, st.just(FieldName.MENTIONS), st.sampled_from([("torture",), ("BY", "RU")])),
    st.builds(Field, st.just(FieldName.LANGUAGE), st.sampled_from([("zh",), ("z",), ("en", "ru")])),
    st.builds(Field, st.just(FieldName.FEED), st.sampled_from([("wire",), ("desk.2", "x")])),
)
nodes = st.recursive(
    leaves | pairs | fields,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(node=nodes)
def test_find_any_query_finds_what_the_walk_says_yes_to(archive: Archive, node: Node) -> None:
    assert set(found(archive, node)) == walked(node)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("water", 18),
        ('"water cannon"', 6),
        ("cannon -march", 0),
        ("пытки", 6),
        ("пытк*", 18),
        ("освобожден", 6),
        ("酷刑", 18),
        ("刑酷", 0),
        ("拷問", 6),
        ("محاكمة", 12),
        ("यातना", 18),
        ("यतन", 0),
        ("ทรมาน", 18),
        ("etat", 6),
        ("l'armée", 6),
        ("minus", 6),
        ('"AND OR NOT NEAR"', 6),
        ('"x title start"', 6),
        ("march ~1 cannon", 0),
        ("march ~2 cannon", 6),
        ("cannon ~2 march", 6),
        ('"water cannon" ~3 mar*', 6),
        ("(march OR beat) ~2 (cannon OR police)", 12),
        ("(march OR beat) ~2 (cannon OR police) -water", 0),
        ("журналист ~1 арвении", 6),
        ("酷刑 ~3 警方", 6),
        ("three ~50 march", 0),
    ],
)
def test_find_words_of_any_script_finds_them(archive: Archive, query: str, expected: int) -> None:
    node = parse(query)
    assert set(found(archive, node)) == walked(node)
    assert len(found(archive, node)) == expected


@pytest.mark.parametrize(
    "query",
    [
        " ".join(["a"] * 900),
        " OR ".join(["a"] * 400),
        "-a " * 600,
        "-(a feed:x) " * 150,
        "feed:x " * 250,
        "feed:x OR " * 180 + "a",
        "country:" + ",".join(["BY"] * 600),
        "mentions:" + ",".join(f"k{n}" for n in range(320)),
        "(" * 20 + "a" + " b OR c)" * 20,
        "-(" * 10 + "a b" + " OR c d)" * 10,
        "NOT " * 19 + "(a OR feed:x)",
        "(a OR b OR c OR d OR e) ~50 (f OR g OR h OR i OR j OR k) " * 30,
        "a ~50 b OR " * 170 + "c",
        f'"{"b " * 20}" ~50 "{"c " * 20}"',
    ],
)
def test_find_longest_queries_are_answered(archive: Archive, query: str) -> None:
    node = parse(query)
    assert set(found(archive, node)) == walked(node)


ENDLESS = "x" * 3_000
EVERY_WORD_ANOTHER = " ".join(f"слово{number:06}" for number in range(90_000))


@pytest.mark.parametrize(
    ("text", "query", "is_found"),
    [
        ("的 " * 40_000 + "酷刑" + "的" * 300, "酷刑", True),
        ("的酷" * 300 + "刑的" * 300 + "酷的刑", "刑酷", False),
        ("the " * 30_000 + "water cannon was there", '"water cannon"', True),
        ("water the " * 30_000 + "cannon", '"water cannon"', False),
        (f"one {ENDLESS} two", ENDLESS[:1_990], False),
        (f"one {ENDLESS} two", f"{ENDLESS[:1_990]}*", True),
        (f"one {ENDLESS} two", "two -one", False),
        (f"one {ENDLESS} two", "two -three", True),
        (f"one {ENDLESS} two", "(three OR two) on*", True),
        (EVERY_WORD_ANOTHER, "слово089999", True),
        (EVERY_WORD_ANOTHER, '"слово000001 слово000002"', True),
        (EVERY_WORD_ANOTHER, "слово090000", False),
        ("plain", "ф" * 1_990, False),
        ("plain", "ф" * 1_990 + "*", False),
        ("plain", "-" + "ф" * 1_990, True),
    ],
    ids=lambda value: str(value)[:20],
)
def test_find_in_texts_beyond_what_an_index_counts(
    place: Place, text: str, query: str, is_found: bool
) -> None:
    record = a_record(text=text)
    with place.open() as archive:
        archive.write_now(records.add, (record,))
        assert found(archive, parse(query)) == [record.id] * is_found


def test_find_phrase_does_not_run_from_title_into_text(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (a_record(title="Water", text="Cannon there."),))
        assert found(archive, parse('"water cannon"')) == []
        assert len(found(archive, parse("water cannon"))) == 1


def test_find_pair_stands_in_the_title_or_in_the_text(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (a_record(title="Water", text="Cannon there."),))
        assert found(archive, parse("water ~50 cannon")) == []
        assert len(found(archive, parse("there ~50 cannon"))) == 1


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ('"tear gas" ~1 "gas mask"', True),  # they overlap
        ('"gas mask" ~1 "tear gas"', True),
        ('"tear ga*" ~1 "gas mask"', True),
        ('"tear gas ma*" ~1 "gas m*"', True),
        ('"tear gaz*" ~1 "gas mask"', False),
        ("gas ~1 gas*", True),
        ("ga* ~1 gas", True),
        ("tear ~1 mask", True),
        ("crowd ~1 tear", False),
        ("crowd ~49 end", False),
        ("crowd ~50 end", True),
        ("end ~50 crowd", True),
        ("en* ~50 crow*", True),
        ("a.b ~1 tear", False),
        ('"tear gas mask" ~50 end', False),
    ],
)
def test_find_pairs_as_far_apart_as_they_may_be(place: Place, query: str, is_found: bool) -> None:
    text = "Tear gas mask. " + "Nothing. " * 5 + "Crowd " + "nobody " * 50 + "end."
    record = a_record(text=text)
    with place.open() as archive:
        archive.write_now(records.add, (record,))
        assert found(archive, parse(query)) == [record.id] * is_found
        assert (
            matches(
                parse(query),
                title=record.title,
                text=text,
                tags=(),
                language="",
                feed="",
                told_at=NOW,
            )
            is is_found
        )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since:2026-02-27", ["new", "undated"]),
        ("until:2026-02-27", ["old", "undated"]),
        ("since:2026-02-27 until:2026-02-27", ["undated"]),
        ("since:2026-02-28", ["new"]),
        ("-since:2026-02-27", ["old"]),
        ("since:2026-03-02", []),
        ("until:2026-02-20", []),
    ],
)
def test_find_dates_are_whole_days_of_utc(place: Place, query: str, expected: list[str]) -> None:
    def told(name: str, published: datetime | None, seen: datetime) -> Record:
        entry = an_entry(guid=name, published_at=published)
        return a_record(name, entry=entry, first_seen_at=seen)

    midnight = NOW.replace(hour=0)
    new = (
        told("old", midnight - timedelta(days=3, microseconds=1), NOW),
        told("undated", None, midnight - timedelta(days=3)),
        told("new", midnight - timedelta(seconds=1), NOW),
    )
    with place.open() as archive:
        archive.write_now(records.add, new)
        assert sorted(found(archive, parse(query))) == expected


def test_find_gives_the_newest_first_and_no_more_than_asked_for(archive: Archive) -> None:
    ranked = sorted(
        RECORDS,
        key=lambda record: (record.entry.published_at or record.first_seen_at, record.id),
        reverse=True,
    )
    assert found(archive, parse("-nothing"), limit=10) == [record.id for record in ranked[:10]]


def test_find_undated_record_stands_where_it_was_first_seen(place: Place) -> None:
    def dated(name: str, published: int | None, seen: int) -> Record:
        at = NOW - timedelta(published) if published is not None else None
        entry = an_entry(guid=name, published_at=at)
        return a_record(name, entry=entry, first_seen_at=NOW - timedelta(seen))

    with place.open() as archive:
        archive.write_now(
            records.add, (dated("old", 5, 0), dated("undated", None, 2), dated("new", 1, 1))
        )
        assert found(archive, parse("arvenia")) == ["new", "undated", "old"]


def test_find_looks_at_the_latest_version_only(place: Place) -> None:
    first = a_record("record1", text="An invented march.")
    edited = a_record("record1", version=2, text="An invented strike.")
    with place.open() as archive:
        archive.write_now(records.add, (first,))
        archive.write_now(records.add, (edited,))
        assert found(archive, parse("march")) == []
        assert found(archive, parse("strike")) == ["record1"]


@pytest.mark.parametrize(
    ("text", "query", "snippet"),
    [
        ("Short and whole.", "whole", "Short and whole."),
        ("one " * 300 + "needle " + "two " * 300, "needl*", "needle"),
        ("一" * 500 + "酷刑" + "二" * 500, "酷刑", "酷刑"),
        ("one " * 300, "arvenia", "one one"),
        ("a\nb", "-c", "a b"),
    ],
)
def test_find_snippet_shows_what_was_searched_for(
    place: Place, text: str, query: str, snippet: str
) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (a_record(text=text),))
        with archive.reading() as connection:
            (one,) = find(connection, parse(query), limit=5)
    assert snippet in one.snippet
    assert len(one.snippet) <= 242
    assert one.snippet.endswith("…") == (len(text) > 240)
    assert (one.title, one.feed, one.story) == (a_record().title, "wire", a_record().story)
