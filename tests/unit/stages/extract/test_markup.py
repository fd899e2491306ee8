"""Markup of feeds as plain text; every story in here is invented."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_entry
from hrwatch import text
from hrwatch.stages.extract import carries_full_text, plain

PARAGRAPH = "Three people told a court in Arvenia that they were tortured in police custody. "
APPEARED = "<p>The post <a href='x'>A court</a> appeared first on <a href='y'>Wire</a>.</p>"


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<div><div><p>One.</p></div></div>\n\n<p>\nTwo\nlines.\n</p>", "One.\n\nTwo lines."),
        ("One.<br>Two.<br/><br />Three.", "One.\nTwo.\n\nThree."),
        ("First line\nsecond line\n\nNext", "First line\nsecond line\n\nNext"),
        ("<b>One</b>\n<i>two</i>", "One\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("in<b>side</b> a word", "inside a word"),
        ("AT&amp;T &amp;quot;so&amp;quot; a&# 160;b", 'AT&T "so" a b'),
        ("&lt;p&gt;Escaped &amp;amp; once too often&lt;/p&gt;", "Escaped & once too often"),
        ("a &lt; b, 5 < 7 and x<y", "a < b, 5 < 7 and x<y"),
        ("<a href='x' title='a > b'>link</a>", "link"),
        ('<img alt="<b>" src="x">after', "after"),
        ("<http://wire.example/x> and <a@wire.example>",
         "<http://wire.example/x> and <a@wire.example>"),
        ("a<script>alert('<p>')</script>b<STYLE>p {}</style >c", "abc"),
        ("a<svg><title>t</title></svg><iframe src=x>old browser</iframe>b", "ab"),
        ("a<!-- no --><![if x]><?php no ?>b", "ab"),
        ("a<script>never closed", "a"),
        ("a<svg>never closed", "anever closed"),
        ("a<!-- never closed", "a"),
        ("a <b title='never closed>b</b> c", "a b c"),
        ("cut off in a <a href='http://wire.exa", "cut off in a"),
        ("<o:p>office</o:p> <custom-element>custom</custom-element>", "office custom"),
        ("<P>upper</P><P>case", "upper\n\ncase"),
        ("user\u202egnp.exe\x00", "usergnp.exe"),
        ("&#xD800;&#0;x", "\ufffd\ufffdx"),
    ],
)  # fmt: skip
def test_plain_known_markup_gives(markup: str, told: str) -> None:
    assert plain(markup) == told


FRAGMENTS = st.sampled_from(
    ["<p>", "</p>", "<br>", "<", ">", "</", "<a href=", "'", '"', "=", "<!--", "-->", "<script>",
     "</script>", "<svg>", "&lt;p&gt;", "&amp;", "&#xD800;", "&# 160;", "&", "\n", "\r", "\x00"]
)  # fmt: skip


@given(st.one_of(st.text(st.characters(codec=None)), st.lists(FRAGMENTS).map("".join)))
def test_plain_any_markup_gives_clean_text(markup: str) -> None:
    told = plain(markup)
    assert told == text.clean(told)
    told.encode()


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", '<a ="', "<a ='\" =\"' >", "<!--", "<!-- -->", "<script>", "<svg>", "<svg></svg >",
     "<div>", "&", "&amp;", "&# 1", "\n \n", "<!", "&lt;p&gt;", " =", "<a:", "a-", "9"],
)  # fmt: skip
def test_plain_long_hostile_markup_takes_linear_time(piece: str) -> None:
    """FACTS: nh3 is quadratic in nesting; this is not, in nothing that was thought of."""

    def seconds(characters: int) -> float:
        markup = "<a" + piece * (characters // len(piece))
        start = time.process_time()
        plain(markup)
        return time.process_time() - start

    # Were it quadratic, 20 times the length would take 400 times as long: seconds anywhere.
    assert seconds(400_000) < 60 * seconds(20_000) + 0.5


@pytest.mark.parametrize(
    ("content", "summary", "carries"),
    [
        (PARAGRAPH * 20, "", True),
        ("", PARAGRAPH * 20, True),
        ("<p>" + PARAGRAPH * 20 + "</p>", "teaser", True),
        (PARAGRAPH * 2, PARAGRAPH * 20, False),
        (PARAGRAPH * 2, "", False),
        ("", "", False),
        ("<img src='" + "x" * 5_000 + "'>", "", False),
        (PARAGRAPH * 20 + "and then…", "", False),
        (PARAGRAPH * 20 + "and then ...", "", False),
        (PARAGRAPH * 20 + "and then [&#8230;]", "", False),
        (PARAGRAPH * 20 + '<a href="x">Continue reading <span>the story</span> →</a>', "", False),
        (PARAGRAPH * 20 + "<p>[Read more]</p>", "", False),
        (PARAGRAPH * 20 + "<p>Lire la suite »</p>", "", False),
        (PARAGRAPH * 20 + "<p>Читать далее</p>", "", False),
        (PARAGRAPH * 20 + "and […]" + APPEARED, "", False),
        (PARAGRAPH * 20 + APPEARED, "", True),
        (PARAGRAPH * 20 + "« C’est ainsi », dit-elle. »", "", True),
    ],
)  # fmt: skip
def test_carries_full_text_is_long_and_not_cut_off(
    content: str, summary: str, carries: bool
) -> None:
    assert carries_full_text(an_entry(content=content, summary=summary)) is carries
