"""Whether a feed leads to lists only (tags, authors, topics), which looks like news and is none."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from hrwatch.model.feeds import Entry

# One or two such entries may be what a small site had to tell.
AT_LEAST = 3
_NAMES = (
    "tag tags category categories cat author authors auteur auteurs autor autores topic topics "
    "theme themes thema themen tema temas section sections rubrique rubriques rubrik rubric "
    "keyword keywords label labels archive archives etiqueta etiquetas categoria categorias "
    "mot-cle mots-cles schlagwort kategorie kategori etiket konu yazar avtor рубрика тег теги "
    "автор тема категория وسم تصنيف كاتب"
)
_LISTS = frozenset(_NAMES.split())
# Under these many sites keep their articles, too: there two words are a headline.
_SECTIONS = (
    "section sections theme themes topic topics archive archives thema themen tema temas тема konu "
    "rubrique rubriques rubrik rubric рубрика"
)
_ALSO_OF_ARTICLES = frozenset(_SECTIONS.split())
_QUERY = re.compile(r"(?:cat|tag|author|category|tag_id|category_name|taxonomy|term)=[^&]*", re.I)
_PAGE = re.compile(r"(?:page/\d+/?|feed/?|index\.\w{2,5})$", re.I)
# A slug of many words, a number, or one with a long number in it is an article's, wherever it lies.
_MOST_WORDS = 4
_ARTICLE = re.compile(r"^\d+$|\d{4,}|\.(?:s?html?|php|aspx?)$", re.I)


def only_lists(entries: Iterable[Entry]) -> bool:
    """Given the entries of a document, say whether there are some and every one leads to a list."""
    told = list(entries)
    # What brings its own text is an article, wherever it leads: to a list that it writes about.
    return len(told) >= AT_LEAST and all(
        not entry.content and is_list(entry.permalink) for entry in told
    )


def is_list(permalink: str) -> bool:
    """Say whether an address is, by how it is written, that of a list and not of an article."""
    parts = urlsplit(permalink)
    path = unquote(parts.path)
    segments = [segment for segment in _PAGE.sub("", path).casefold().split("/") if segment]
    if not segments:
        return bool(_QUERY.fullmatch(parts.query))
    last = segments[-1]
    if last in _LISTS:
        return True
    words = sum(map(bool, re.split(r"[-_\s]", last)))
    if len(segments) == 1 or _ARTICLE.search(last) or words > _MOST_WORDS:
        return False
    return segments[-2] in (_LISTS if words == 1 else _LISTS - _ALSO_OF_ARTICLES)
