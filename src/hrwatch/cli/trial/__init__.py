"""`hrwatch try`: one stage on your own input. Touches no archive and needs no configuration.

One JSON line an input, in their order; an input that fails gives `{"input", "error"}` instead.
"""

import typer

from hrwatch.cli.trial import documents, feeds, texts

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Run one stage on your own input; touches no archive.",
)
app.command("feed")(feeds.feed)
app.command("page")(documents.page)
app.command("tags")(texts.tags)
app.command("copies")(texts.copies)
