"""The invented publications: read from `stories/*.toml`, each with what it has published so far."""

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Story:
    """One story on one publication's site."""

    slug: str
    path: str  # of its page, on the newsroom's server
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    gone: bool = False  # the feed links to a page that is not there

    @property
    def summary(self) -> str:
        """What the feed says of it."""
        return self.paragraphs[0]


@dataclass(frozen=True, slots=True)
class Publication:
    """One publisher with one feed."""

    name: str  # as in feeds.yaml
    publisher: str
    language: str
    format: str  # rss20, atom10 or rdf
    encoding: str
    layout: str  # of its pages: plain or busy
    full_text: bool  # the feed carries the whole text
    status: int  # of the feed's answer
    slow: bool  # its server takes its time to give the feed
    stories: tuple[Story, ...]  # the newest first


def publications(now: datetime, round_number: int) -> tuple[Publication, ...]:
    """Return what is published at `now`, in round 1 or after round 2 has begun."""
    folder = resources.files("hrwatch.demo") / "stories"
    files = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }
    return tuple(_publication(name, told, files, now, round_number) for name, told in files.items())


def _publication(
    name: str, told: dict[str, Any], files: dict[str, Any], now: datetime, round_number: int
) -> Publication:
    stories = (
        _story(name, story, files, now, round_number)
        for story in told.get("stories", ())
        if story.get("round", 1) <= round_number
    )
    return Publication(
        name=name,
        publisher=told["publisher"],
        language=told["language"],
        format=told["format"],
        encoding=told.get("encoding", "utf-8"),
        layout=told.get("layout", "plain"),
        full_text=told.get("full_text", False),
        status=told.get("status", 200),
        slow=told.get("slow", False),
        stories=tuple(sorted(stories, key=lambda story: story.published_at, reverse=True)),
    )


def _story(
    name: str, told: dict[str, Any], files: dict[str, Any], now: datetime, round_number: int
) -> Story:
    published_at = (now - timedelta(hours=told["hours_ago"])).replace(microsecond=0)
    path = f"/{name}/{told['slug']}"
    if "copy_of" in told:  # the text of another publication, word for word
        publication, _, slug = told["copy_of"].partition("/")
        original = next(s for s in files[publication]["stories"] if s["slug"] == slug)
        if told.get("links_to_original"):
            path = f"/{told['copy_of']}"
        told = told | {"title": original["title"], "text": original["text"]}
    story = Story(
        slug=told["slug"],
        path=path,
        title=told["title"],
        paragraphs=_paragraphs(told["text"]),
        published_at=published_at,
        updated_at=published_at,
        gone=told.get("page") == "gone",
    )
    if round_number > 1 and (corrected := told.get("corrected")):
        return replace(
            story,
            title=corrected["title"],
            paragraphs=_paragraphs(corrected["text"]),
            updated_at=now.replace(microsecond=0),
        )
    return story


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
