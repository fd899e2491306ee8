"""The operator's own templates: what they may do, and what is told of a mistake in one."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import a_match, a_subscriber
from hrwatch.errors import ComposeError
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Page
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.render import MAIL_LIMIT, mistakes, render
from hrwatch.stages.digest.specimen import specimens
from hrwatch.stages.digest.templating import HTML, TEXT
from hrwatch.stages.digest.view import Sheet
from hrwatch.stages.digest.wording import Wording

OURS = Path(__file__).parents[4] / "src/hrwatch/stages/digest/templates"


def written(folder: Path | None) -> Page:
    composition = compose(
        a_subscriber(),
        (a_match(),),
        coverage=Coverage(1, 1, ()),
        window=None,
        now=datetime(2026, 11, 22, 7, tzinfo=UTC),
        stories={},
        feeds={},
        labels={},
        version="1.0",
    )
    (page,) = render(composition, "d" * 24, folder).pages
    return page


def folder_with(folder: Path, name: str, body: str) -> Path:
    (folder / name).write_text(body, encoding="utf-8")
    return folder


def test_own_template_stands_in_for_ours_and_the_other_stays(tmp_path: Path) -> None:
    own = "{{ wording.counts() }} {% for s in page.stretches[0].full %}{{ s.title }}{% endfor %}"
    page = written(folder_with(tmp_path, TEXT, own))

    assert page.text == "1 new story. Court in Arvenia hears of torture in custody"
    assert page.html == written(None).html
    assert page.subject == written(None).subject


def test_our_own_templates_work_in_the_sandbox_too(tmp_path: Path) -> None:
    for name in (TEXT, HTML):
        folder_with(tmp_path, name, (OURS / name).read_text(encoding="utf-8"))

    assert mistakes(tmp_path) == ()
    assert written(tmp_path) == written(None)


def test_own_html_template_escapes_what_feeds_say(tmp_path: Path) -> None:
    page = (
        written(
            folder_with(tmp_path, HTML, "{{ '<b>' ~ page.number }}{% include 'more.html.j2' %}")
        )
        if (folder_with(tmp_path, "more.html.j2", "{{ '<i>' }}"))
        else None
    )

    assert page is not None
    assert page.html == "&lt;b&gt;1&lt;i&gt;"


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        (TEXT, "fine\n{{ stroy.title }}", "digest.txt.j2:2: 'stroy' is undefined"),
        (HTML, "{% for x in %}", "digest.html.j2:1: Expected an expression"),
        (TEXT, "\n\n{{ page.nunber }}", "digest.txt.j2:3: 'hrwatch.stages.digest.view.Sheet"),
        (TEXT, "\n{{ 1 // 0 }}", "digest.txt.j2:2: integer division or modulo by zero"),
        (TEXT, "{% include '../../etc/passwd' %}", "digest.txt.j2:1: "),
        (TEXT, "{{ ().__class__ }}", "digest.txt.j2:1: access to attribute '__class__'"),
        (TEXT, "{{ tongue.translations.install() }}", "digest.txt.j2:1: access to attribute"),
        (TEXT, "{{ {}.update(a=1) }}", "digest.txt.j2:1: access to attribute 'update'"),
        (HTML, "{{ 'x' * 200000 }}", "would have more than"),
        (HTML, "{% if page.of > 1 %}{{ oops }}{% endif %}", "digest.html.j2:1: 'oops' is"),
        (TEXT, "{% if occasion.kind == 'urgent' %}{{ oops }}{% endif %}", "digest.txt.j2:1: 'o"),
    ],
)
def test_mistake_in_a_template_is_told_with_its_file_and_line(
    tmp_path: Path, name: str, body: str, told: str
) -> None:
    (only,) = mistakes(folder_with(tmp_path, name, body))

    assert told in only
    assert str(tmp_path) in only or "would have" in only


def test_mistakes_in_both_templates_are_told_at_once(tmp_path: Path) -> None:
    folder_with(tmp_path, TEXT, "{{ one }}")
    found = mistakes(folder_with(tmp_path, HTML, "{{ two }}"))

    assert sorted(mistake.rpartition(": ")[2] for mistake in found) == [
        "'one' is undefined",
        "'two' is undefined",
    ]


def test_broken_template_ends_the_digest_instead_of_falling_back(tmp_path: Path) -> None:
    folder_with(tmp_path, TEXT, "{{ stroy }}")

    with pytest.raises(ComposeError, match=r"digest\.txt\.j2:1: 'stroy' is undefined"):
        written(tmp_path)


def test_folder_without_templates_is_told(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path / "nowhere")

    assert "holds neither digest.txt.j2 nor digest.html.j2" in found


def test_template_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / TEXT).write_bytes(b"\xff\xfe{{")
    (found,) = mistakes(tmp_path)

    assert found.startswith(f"{tmp_path / TEXT}: ")


def test_long_template_keeps_the_limit_by_more_pages(tmp_path: Path) -> None:
    body = "{{ 'x' * 30000 }}\n" + (OURS / TEXT).read_text(encoding="utf-8")
    page = written(folder_with(tmp_path, TEXT, body))

    assert len(page.text) + len(page.html) <= MAIL_LIMIT


@pytest.mark.parametrize("text_only", [False, True])
def test_specimens_hold_what_only_a_digest_of_many_pages_tells(text_only: bool) -> None:
    *_, long = specimens()
    reader = replace(long.subscriber, text_only=text_only)
    first, *others = render(replace(long, subscriber=reader), "").pages

    assert "more groups: " in first.text
    assert "more stand at the end of this digest" in first.text
    assert any("happened,\ncontinued)" in page.text for page in others)


def test_manual_names_what_a_template_sees_and_nothing_else() -> None:
    manual = (OURS.parents[4] / "docs" / "operating.md").read_text(encoding="utf-8")
    section = manual.partition("### Templates of your own")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)`.*? \| (.*) \|$", section, re.MULTILINE))
    composition = specimens()[0]
    wording = Wording(composition)
    seen = {
        "wording": wording,
        "bylines": wording.bylines,
        "fates": wording.fates,
        "reports": wording.reports,
    }

    for value, what in seen.items():
        told = set(re.findall(r"`(\w+)\(", rows[value]))
        assert told
        assert told <= {name for name in dir(what) if not name.startswith("_")}
        template = "".join(file.read_text(encoding="utf-8") for file in OURS.iterdir())
        assert set(re.findall(rf"\b{value}\.(\w+)", template)) <= told
    for name in re.findall(r"`page\.(\w+)`", rows["page"]):
        assert hasattr(Sheet, name)
