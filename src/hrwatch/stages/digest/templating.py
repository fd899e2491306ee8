"""The templates of a digest, ours or the operator's; the only home of jinja2. Used by render.

The operator's run in a sandbox: a template of theirs sees what it is given, changes none of it, and
reaches no file beyond its folder. A mistake in one is told with its place.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from pathlib import Path
from traceback import extract_tb
from urllib.parse import urlsplit

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from hrwatch.errors import ComposeError
from hrwatch.stages.digest import names
from hrwatch.stages.digest.layout import columns, runs_right_to_left, wrap
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.view import Piece

TEXT, HTML = "digest.txt.j2", "digest.html.j2"
_PLAIN = (str, int, float, tuple, list, dict, date, datetime, Enum, Markup)


def write(name: str, language: str, folder: Path | None, values: Mapping[str, object]) -> str:
    """Given a template's name, the language of the mail, the operator's folder, if there is one,
    and what is told, return it as written; raise ComposeError where a template of theirs cannot be
    used."""
    environment = _environment(language, folder)
    if folder is None:
        return environment.get_template(name).render(values)
    if not any((folder / known).is_file() for known in (TEXT, HTML)):
        raise ComposeError(f"{folder}: mail.templates holds neither {TEXT} nor {HTML}")
    try:
        return environment.get_template(name).render(values)
    except Exception as error:  # whatever a template of theirs does is theirs to mend
        raise ComposeError(_told(error, folder / name)) from error


class _Sandbox(ImmutableSandboxedEnvironment):
    """Templates see plain values and hrwatch's own, and nothing of the libraries below."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Say whether a template may look at an attribute."""
        ours = type(obj).__module__.startswith(("hrwatch.", "jinja2."))
        return (ours or isinstance(obj, _PLAIN)) and super().is_safe_attribute(obj, attr, value)


@cache
def _environment(language: str, folder: Path | None) -> Environment:
    """Return the templates with everything that depends on the language of the mail. What
    `gettext` fills into a sentence is escaped like everything else that is shown (newstyle)."""
    tongue = speaking(language)
    ours = PackageLoader("hrwatch.stages.digest")
    loader: BaseLoader = ChoiceLoader([FileSystemLoader(folder), ours]) if folder else ours
    environment = (_Sandbox if folder else Environment)(
        extensions=["jinja2.ext.i18n"],
        loader=loader,
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "wrap": partial(wrap, addresses_alone=tongue.right_to_left),
        "isolate": tongue.isolate,
        "columns": columns,
        "marked": _marked,
        "plain": _plain,
        "site": _site,
    }
    environment.globals |= {
        "tongue": tongue,
        "isolate": tongue.isolate,
        "is_right_to_left": _is_right_to_left,
    }
    environment.install_gettext_translations(tongue.translations, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    return environment


def _told(error: Exception, asked: Path) -> str:
    """Return what is wrong in a template of the operator's: "FILE:LINE: what"."""
    what = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or asked}:{error.lineno}: {error.message or what}"
    inside = [
        frame
        for frame in extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(asked.parent)
    ]
    return f"{inside[-1].filename}:{inside[-1].lineno}: {what}" if inside else f"{asked}: {what}"


def _marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)


def _plain(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _site(link: str) -> str:
    """Return whose address it is, as people call it: "amnesty.org"."""
    try:
        return (urlsplit(link).hostname or link).removeprefix("www.")
    except ValueError:  # "http://[", which the feed calls an address
        return link


def _is_right_to_left(value: str, language: str) -> bool:
    return names.is_right_to_left(language) or runs_right_to_left(value)
