"""Floors on real pages: what is read of them, against gold labels.

The pages belong to others and are not in this repository; see `tests/conftest.py`.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from conftest import Corpora
from hrwatch import text
from hrwatch.errors import ExtractError
from hrwatch.stages.extract.article import extract
from hrwatch.stages.extract.tidy import tidied

# Bare trafilatura in its precise mode: .943; fallback to the ordinary one: .947; tidied: .949.
F1_FLOOR = 0.945

# Of the characters of the labelled texts, which are clean: repeats and notices all the same, .0013.
LOST_AT_MOST = 0.002


def test_tidied_labelled_texts_lose_next_to_nothing(corpora: Corpora) -> None:
    (labels,) = corpora.unpack("articles-dev").rglob("gold.jsonl")
    pages = map(json.loads, labels.read_text().splitlines())
    told = [text.clean(page["text"] or "") for page in pages if page["ptype"] == "article"]
    left = [tidied(one) for one in told]
    assert [tidied(one) for one in left] == left
    size, kept = (sum(map(len, texts)) for texts in (told, left))
    assert size > 1_000_000
    assert (size - kept) / size <= LOST_AT_MOST


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
