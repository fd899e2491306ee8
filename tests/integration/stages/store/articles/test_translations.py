"""Which archived pages are named as translations, looked up both ways; all stories invented."""

from builders import NOW, a_feed, a_record, an_article, an_entry
from hrwatch.model.articles import Copy, CopyKind, Record
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, translations
from postgres import Place

SITE = "http://wire.example"


def page(name: str, language: str, *names: str, **changes: object) -> Record:
    entry = an_entry(guid=name, permalink=f"{SITE}/{name}", title=f"Story {name}")
    article = an_article(url=f"{SITE}/{name}", language=language, translations=names)
    told = {"entry": entry, "article": article, "language": language, "text": f"Text {name}"}
    return a_record(name, **(told | changes))


def test_counterparts_are_found_by_whom_they_name_and_by_their_own_page(place: Place) -> None:
    copy = Copy("english", CopyKind.TRANSLATION, 1.0)
    with place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        english = page("english", "en", f"{SITE}/french", f"{SITE}/russian")
        spanish = page("spanish", "es", copy=copy, story="english")
        archive.write_now(records.add, (english, spanish, page("other", "en")))

        def found(archive: Archive, permalink: str, *named: str) -> list[str]:
            with archive.reading() as connection:
                return [
                    one.record
                    for one in translations.counterparts(
                        connection, permalinks={permalink}, named=named
                    )
                ]

        assert found(archive, f"{SITE}/french") == ["english"]
        assert found(archive, f"{SITE}/german") == []
        assert found(archive, f"{SITE}/german", f"{SITE}/spanish") == ["english", "spanish"]
        with archive.reading() as connection:
            (one,) = translations.counterparts(connection, permalinks=[f"{SITE}/french"], named=[])
            kept = records.get(connection, "english")
        assert isinstance(kept, Record)
        assert kept.article == english.article
        assert one.translations == (f"{SITE}/french", f"{SITE}/russian")
        assert one.feed_address == a_feed().url
        assert one.told_in == (("es", f"{SITE}/spanish"),)
