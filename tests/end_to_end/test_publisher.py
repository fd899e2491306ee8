"""What a publisher says of its entries, and text put right before it is tagged: from a feed on
loopback to the digest. Every story is invented."""

from pathlib import Path

from loopback import an_answer
from newsdesk import Desk, a_reader, at_the_desk, told

TITLE = " ".join(["Guard&amp;#8217;s trial&# 160;opens in the capital"] * 2)
STORY = "The court heard three former prisoners on Monday. Their lawyer asked for the duty lists."
PAGE = f"""<html lang="en"><head><title>Trial</title></head><body><article>
<h1>Guard’s trial opens in the capital</h1><p>By Ada Quay</p><p>Facebook Twitter WhatsApp Print</p>
<p>{STORY}</p><p>A cousin said: â€œnobody toldâ€\x9d us why he was taken there, or when.</p>
<p>Read also: Two ferries late again in Poland</p><p>Select this search icon</p>
<p>For more information, please contact:<br>Ada Quay, Warsaw<br>+48 22 555 01 02</p>
</article></body></html>"""
FEED = """<rss version="2.0" xmlns:own="https://own.example/"><channel><title>Own</title>
<item><title>{title}</title><guid>1</guid><link>{link}</link><description>In short.</description>
<own:topics><own:id name="Prisons and policing"/></own:topics><category>Torture</category></item>
</channel></rss>"""


def test_digest_of_a_trusted_feed_tells_what_its_publisher_says(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        link = desk.server.url("/story")
        desk.answers["/story"] = an_answer(PAGE.encode(), Content_Type="text/html; charset=utf-8")
        desk.answers["/own"] = an_answer(FEED.format(title=TITLE, link=link).encode())
        own = {
            "name": "own",
            "url": desk.server.url("/own"),
            "countries": ["BY"],
            "trust_categories": True,
            "categories": {"Prisons and policing": "arbitrary-detention"},
        }
        reader = a_reader(countries=["BY"], keywords=["torture", "arbitrary-detention"])
        desk.configure(feeds=[own], subscribers=[reader])

        ended = await desk.run("once")
        (record,) = await desk.records()
        shown = (await desk.run("show", str(record["id"]))).out

        assert ended.status == 0, ended.complaints
        assert record["title"] == "Guard’s trial opens in the capital"
        assert record["countries"] == ["BY"]
        assert record["keywords"] == ["arbitrary-detention", "torture"]
        text = str(record["text"])
        assert text.startswith(STORY)
        assert text.endswith("“nobody told” us why he was taken there, or when.")

        (mail,) = desk.mails()
        words = " ".join(told(mail).split())
        assert "Guard’s trial opens in the capital" in words
        assert '"Torture" (the publisher\'s category)' in words
        assert '"Prisons and policing" (the publisher\'s category)' in words
        seen_in = '"court" (text), "the capital" (title)'
        assert f"Country: Belarus, {seen_in} (taken for the feed's country)." in words

        assert "'Torture', a category of the publisher (feed:category)" in shown
        assert "'court' at text 4, taken for the feed's country" in shown
        assert "The *court*[BY] heard three former prisoners" in shown
        assert "categories: Prisons and policing, Torture\n" in shown

    at_the_desk(tmp_path, test, inside=True)


def test_retag_of_a_feed_that_is_trusted_now_finds_its_categories(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.answers["/own"] = an_answer(FEED.format(title="A report", link="").encode())
        own: dict[str, object] = {"name": "own", "url": desk.server.url("/own")}
        desk.configure(feeds=[own])
        await desk.run("once")
        (before,) = await desk.records()

        desk.configure(feeds=[own | {"trust_categories": True}])
        ended = await desk.run("retag")
        (after,) = await desk.records()

        assert ended.status == 0, ended.complaints
        assert (before["keywords"], after["keywords"]) == ([], ["torture"])

    at_the_desk(tmp_path, test, inside=True)
