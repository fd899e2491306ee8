"""`hrwatch try tags` and `try copies` on files: every line gets its answer, whatever is in it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from hrwatch.cli.trial import texts

STORY = (
    "An invented court in the town of Arvenia heard an invented case about a letter that nobody "
    "ever wrote, and sent it back to those who had not asked."
)


def _try_copies(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, str]]]:
    """Return the exit code and what was printed, line by line."""
    status = 0
    try:
        texts.copies([str(path)])
    except typer.Exit as ended:
        status = ended.exit_code
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _write(path: Path, *lines: dict[str, object] | bytes) -> Path:
    written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(written))
    return path


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (rb'{"id":"\ud800"}', "half a character"),
        (rb'{"id":1,"title":"\ud800","text":""}', "half a character"),
        (b'{"id":"\xff"}', "the byte 0xFF at 8 is not UTF-8; save the file as UTF-8"),
        (b"not json", "is no JSON from character 1 on; write one object on each line, such as"),
        (b'{"id": "1", }', "is no JSON from character 13 on; write one object"),
        (b"{'id': '1'}", "is no JSON from character 2 on; write one object"),
        (b'["a", "list"]', "is JSON, but no object; write one object"),
        (b"7", "is JSON, but no object"),
        (b'{"id": %s}' % (b"7" * 5000), "holds a number of thousands of digits"),
        (b'{"title": 7}', "'title' must be a text: put it between double quotes"),
        (b'{"published": "yesterday"}', "'published' must be a time such as"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_try_copies_bad_line_gets_its_error_and_the_next_go_on(
    bad: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "in.jsonl", {"id": "before"}, bad, b"", {"id": "after"})

    status, printed = _try_copies(path, capsys)

    assert status == 1
    assert [line.get("id") for line in printed] == ["before", None, "after"]
    assert printed[1]["input"] == f"{path}:2"
    assert reason in printed[1]["error"]


def test_try_tags_bad_line_gets_its_error_and_the_next_go_on(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "in.jsonl",
        b'\xef\xbb\xbf{"id": "marked", "title": "Belarus", "lang": "en"}',
        b'{"id":"\xff"}',
        {"id": "after", "title": "Norway", "lang": "en"},
    )

    ended = subprocess.run(
        [sys.executable, "-m", "hrwatch", "try", "tags", str(path)],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )

    first, second, third = map(json.loads, ended.stdout.splitlines())
    assert ended.returncode == 1
    assert (first["countries"], third["countries"]) == (["BY"], ["NO"])
    assert second["input"] == f"{path}:2"


def test_try_tags_categories_count_as_a_trusted_publishers(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "in.jsonl",
        {"id": "with", "title": "A report", "lang": "en", "categories": ["News", "Peru"]},
        {"id": "without", "title": "A report", "lang": "en", "categories": None},
        {"id": "wrong", "title": "A report", "categories": "Peru"},
    )

    ended = subprocess.run(
        [sys.executable, "-m", "hrwatch", "try", "tags", str(path)],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    said, silent, wrong = map(json.loads, ended.stdout.splitlines())
    assert (said["countries"], silent["countries"]) == (["PE"], [])
    (evidence,) = said["tags"][0]["evidence"]
    assert (evidence["rule"], evidence["field"], evidence["offset"]) == (
        "feed:category",
        "categories",
        1,
    )
    assert "'categories' must be a list of texts" in wrong["error"]


@pytest.mark.parametrize(
    ("published", "original"),
    [
        ({"a": "2026-03-02", "b": "2026-03-01"}, "b"),
        ({"a": "2026-03-01", "b": "2026-03-02"}, "a"),
        ({"a": "2026-03-01T12:00:00+02:00", "b": "2026-03-01T11:00:00Z"}, "a"),
        ({"a": "2026-03-01T12:00:00", "b": "2026-03-01T11:59:00Z"}, "b"),
        ({"a": None, "b": "2026-03-01"}, "b"),
        ({"a": None, "b": None}, "a"),
        ({"a": "2026-03-01", "b": "2026-03-01"}, "a"),
    ],
)
def test_try_copies_original_is_the_text_published_first(
    published: dict[str, str | None],
    original: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [{"id": name, "text": STORY, "published": at} for name, at in published.items()]

    status, printed = _try_copies(_write(tmp_path / "in.jsonl", *lines), capsys)

    assert status == 0
    assert [line["id"] for line in printed] == ["a", "b"]
    assert {line["story"] for line in printed} == {original}
    copied = {line["id"]: line["copy_of"] for line in printed}
    assert copied == {"a": None, "b": None} | {({"a", "b"} - {original}).pop(): original}


def test_try_copies_texts_too_short_to_judge_are_copies_of_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [{"id": str(number), "text": "Read the statement here"} for number in range(3)]

    _, printed = _try_copies(_write(tmp_path / "in.jsonl", *lines), capsys)

    assert [(line["story"], line["copy_of"]) for line in printed] == [
        ("0", None),
        ("1", None),
        ("2", None),
    ]


@pytest.mark.parametrize("text", ["short", STORY], ids=["too short", "all the same"])
def test_try_copies_many_texts_take_time_by_their_number(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "in.jsonl", *({"id": n, "text": text} for n in range(20_000)))
    begun = time.process_time()

    _, printed = _try_copies(path, capsys)

    assert len(printed) == 20_000
    assert time.process_time() - begun < 8  # each held against all would take minutes


def test_try_copies_file_that_is_missing_is_told_among_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "in.jsonl", {"id": "there"})

    with pytest.raises(typer.Exit):
        texts.copies([str(tmp_path / "missing"), str(path)])

    missing, there = map(json.loads, capsys.readouterr().out.splitlines())
    assert missing == {"input": str(tmp_path / "missing"), "error": "does not exist"}
    assert there["id"] == "there"
