"""Floors on real pages and feeds: what is read of them, against gold labels and counts.

The pages and feeds belong to others and are not in this repository; see `tests/conftest.py`.
"""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

from builders import NOW
from conftest import Corpora
from hrwatch.errors import ExtractError, ParseError
from hrwatch.stages.extract.article import extract
from hrwatch.stages.parse import parse

# Bare trafilatura in its precise mode: .943; here .947.
F1_FLOOR = 0.94


def test_extraction_of_real_articles_stays_above_its_floor(
    corpora: Corpora, tmp_path: Path
) -> None:
    folder = corpora.unpack("articles-dev")
    (labels,) = folder.rglob("gold.jsonl")
    gold, extracted = {}, {}
    for line in labels.read_text().splitlines():
        page = json.loads(line)
        if page["ptype"] != "article":
            continue
        body = gzip.decompress((labels.parent / page["file"]).read_bytes())
        gold[page["id"]] = page["text"]
        try:
            url = page["url"] or "http://wire.example/"
            article = extract(body, url=url, content_type="text/html", with_metadata=False)
        except ExtractError:
            continue
        extracted[page["id"]] = article.text
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    (tmp_path / "extracted.json").write_text(json.dumps(extracted))
    told = subprocess.run(
        [sys.executable, corpora.folder / "score_extraction.py", "extracted.json", "gold.json"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    score = json.loads(told.stdout)
    assert score["pages"] > 300
    assert score["f1"] >= F1_FLOOR, score


def test_parse_of_real_feeds_gives_every_entry_that_has_something_in_it(corpora: Corpora) -> None:
    (manifest,) = corpora.unpack("feeds-dev").rglob("manifest.csv")
    missing = {}
    for row in csv.DictReader(manifest.read_text().splitlines()):
        expected = int(row["entries_feedparser"] or 0)
        body = (manifest.parent / row["file"]).read_bytes()
        try:
            feed = parse(body, url="http://wire.example/feed", content_type="", now=NOW)
        except ParseError as error:
            if expected:
                missing[row["file"]] = str(error)
            continue
        left_out = sum("cut off in the middle of an entry" in told for told in feed.warnings)
        left_out += sum(int(told.split()[0]) for told in feed.warnings if "nothing in them" in told)
        if len(feed.entries) + left_out < expected:
            missing[row["file"]] = f"{len(feed.entries)} of {expected}"
    assert missing == {}
