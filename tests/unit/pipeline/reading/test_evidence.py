"""What was captured is read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_response, an_entry
from hrwatch import text
from hrwatch.errors import ArchiveDamaged
from hrwatch.model.feeds import Entry, Redirect
from hrwatch.pipeline.reading import evidence
from hrwatch.stages.store.evidence.bodies import pack, unpack

words = st.text(max_size=40).map(text.clean)
entries = st.builds(
    an_entry,
    guid=words,
    permalink=words,
    title=words,
    summary=words,
    content=words,
    authors=st.lists(words, max_size=3).map(tuple),
    categories=st.lists(words, max_size=3).map(tuple),
    published_at=st.none() | st.just(NOW),
    updated_at=st.none() | st.just(NOW),
    whole_day=st.booleans(),
    published_offset=st.none() | st.integers(-900, 900),
)


@given(entries)
def test_entry_comes_back_from_its_capture(entry: Entry) -> None:
    capture, packed = evidence.entry_capture(entry, record="r", feed="wire", now=NOW)

    assert (capture.body_sha256, capture.body_size) == (packed.sha256, packed.size)
    assert evidence.entry_of(unpack(packed.compressed, packed.size)) == entry


def test_page_comes_back_from_its_capture() -> None:
    page = a_response(
        b"<p>Invented.</p>",
        headers=(("Content-Type", "text/html"),),
        redirects=(Redirect("http://wire.example/go", 301),),
        certificate_sha256="c" * 64,
    )

    capture = evidence.page_capture(page, pack(page.body), record="r", feed="wire")

    assert evidence.page_of(capture, page.body) == page


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"title": 1}', b"\xff"])
def test_entry_that_is_none_is_told_as_damage(body: bytes) -> None:
    with pytest.raises(ArchiveDamaged):
        evidence.entry_of(body)


def test_entry_of_a_later_hrwatch_is_read_as_far_as_it_is_known() -> None:
    body = b'{"guid":"1","permalink":"","title":"T","added_later":[1]}'

    assert evidence.entry_of(body) == Entry(guid="1", permalink="", title="T")
