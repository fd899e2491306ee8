"""Translations from the page to the story: two polls of one publisher; the story is invented."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders import a_feed
from fakes import Clock
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.workers import Workers
from loopback import an_answer, serving
from parts import the_parts

ENGLISH = (
    "The harbour council of an invented coast has said that nobody asked the fishermen before the "
    "new wall was built, and that the boats which lay behind it were taken away at night without "
    "a word to those who own them."
)
FRENCH = (
    "Le conseil du port d'une côte inventée a déclaré que personne n'avait consulté les pêcheurs "
    "avant la construction du nouveau mur, et que les bateaux qui se trouvaient derrière avaient "
    "été emportés de nuit sans un mot à leurs propriétaires."
)


def a_page(language: str, title: str, text: str, links: str) -> Any:
    page = (
        f'<html lang="{language}"><head><title>{title}</title>{links}</head>'
        f"<body><article><h1>{title}</h1><p>{text}</p><p>{text}</p></article></body></html>"
    )
    return an_answer(page.encode(), content_type="text/html; charset=utf-8")


def a_document(title: str, link: str) -> Any:
    return an_answer(
        f"<rss version='2.0'><channel><item><title>{title}</title><link>{link}</link></item>"
        "</channel></rss>".encode()
    )


def test_poll_of_a_publishers_french_feed_finds_what_it_translates(tmp_path: Path) -> None:
    clock = Clock()
    answers: dict[str, Any] = {}

    async def main() -> None:
        async with serving(answers) as server:
            link = (
                f'<link rel="alternate" hreflang="fr" href="{server.url("/fr/mur")}?utm_source=x">'
            )
            answers["/en"] = a_document("A wall in the harbour", server.url("/en/wall"))
            answers["/en/wall"] = a_page("en", "A wall in the harbour", ENGLISH, link)
            answers["/fr"] = a_document("Un mur dans le port", server.url("/fr/mur"))
            answers["/fr/mur"] = a_page("fr", "Un mur dans le port", FRENCH, "")
            told = [a_feed(name=name, url=server.url(f"/{name}")) for name in ("en", "fr")]
            settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
            fetcher = Fetcher(settings, clock=clock, version="1.0")
            with Archive.open(
                "archive.db", directory=tmp_path, writing=True, clock=clock
            ) as archive:
                parts = the_parts(
                    tmp_path,
                    archive=archive,
                    fetcher=fetcher,
                    workers=Workers(0, Rules(), HopLimits()),
                    clock=clock,
                )
                await archive.write(feeds.sync, told, clock())
                for feed in told:
                    await poll.poll_feed(parts, feed)
                with archive.reading() as connection:
                    english, french = records.stream(connection)
                await parts.workers.close()
            await fetcher.aclose()

        assert english.article is not None
        assert english.article.translations == (server.url("/fr/mur"),)
        assert (english.language, french.language) == ("en", "fr")
        assert french.copy == Copy(english.id, CopyKind.TRANSLATION, 1.0)
        assert french.story == english.id

    asyncio.run(main())
