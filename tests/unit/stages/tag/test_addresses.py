"""Contact lines. Every address is invented."""

import pytest

from hrwatch.stages.tag.addresses import contact_lines

STORY = "A nurse in Arvenia was jailed."


@pytest.mark.parametrize(
    "line",
    [
        "Contact: the press desk, Oslo",
        "Kontakt: Anna Beispiel, Wien",
        "Адрес: г. Минск, ул. Лесная",
        "Write to desk@example.org in Nairobi",
        "Tel. +254 20 555 0100, Nairobi",
        "14 Easton Row, London WC1X 0DW",
        "Suite 4, Washington, DC 20001",
        "P.O. Box 77, Kampala",
    ],
)
def test_a_contact_line_is_found_where_it_stands(line: str) -> None:
    text = f"{STORY}\n{line}\n{STORY}"
    assert [text[start:end] for start, end in contact_lines(text)] == [line]


def test_a_line_that_is_all_there_is_is_no_contact_line() -> None:
    assert not list(contact_lines("Kenya: nurse jailed. Details: desk@news.example"))


@pytest.mark.parametrize(
    "line",
    [
        "They lost all contact with Oslo.",
        "The address was broadcast in Kampala.",
        "In 2026 and 2027 nine people died in Kenya.",
        "He rang +254 20 555 0100 from Kenya. " * 9,
    ],
)
def test_a_sentence_or_a_paragraph_is_no_contact_line(line: str) -> None:
    assert not list(contact_lines(f"{STORY}\n{line}"))
