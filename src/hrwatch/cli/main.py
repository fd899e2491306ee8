"""The root command: options before the verb, exit codes, and nothing else."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import hrwatch
from hrwatch import logs
from hrwatch.cli import (
    backup,
    check,
    copy_archive,
    demo,
    doctor,
    export,
    feeds,
    import_,
    once,
    output,
    preview,
    run,
    search,
    show,
    status,
    trial,
)
from hrwatch.cli.place import Place
from hrwatch.errors import ConfigError, HrwatchError

USAGE_OR_CONFIGURATION = 2
INTERRUPTED = 130  # as shells tell it: 128 and SIGINT's number

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Watch human-rights news feeds; mail each subscriber what is new for them.",
    epilog="Exit: 0 done; 1 done, but a feed failed or a mail did not leave; "
    "2 bad configuration or usage, or another process holds the archive.",
)
app.command("run")(run.run)
app.command("once")(once.once)
app.command("check")(check.check)
app.add_typer(trial.app, name="try")
app.command("preview")(preview.preview)
app.command("status")(status.status)
app.command("feeds")(feeds.feeds)
app.command("search")(search.search)
app.command("show")(show.show)
app.command("export")(export.export)
app.add_typer(import_.app, name="import")
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("copy-archive")(copy_archive.copy_archive)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hrwatch {hrwatch.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        # Not typer's, but our own words for what may not be read: they say what to do.
        typer.Option(
            help="The operator's file.", metavar="FILE", show_default=False, readable=False
        ),
    ] = None,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            help="Where the archive and the mail files are.",
            metavar="DIR",
            show_default=False,
            readable=False,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Keep what stands before the verb."""
    logs.set_up(logging.WARNING)
    context.obj = Place(config, state_dir)


def main() -> None:
    """Run the command line and leave with the exit code of DESIGN: 0, 1 or 2; 130 after Ctrl-C."""
    os.umask(0o077)
    output.set_up()
    status = _run()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            output.unheard(stream)
        except OSError as error:
            status = output.unwritten(error, stream)
    sys.exit(status)


def _run() -> int | str | None:
    try:
        app()
    except SystemExit as ended:
        # typer and rich make an exit of 1 of it when the reader of a pipe went away, which is no
        # fault of ours (`hrwatch export | head`).
        return 0 if isinstance(ended.__context__, BrokenPipeError) else ended.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except ConfigError as error:
        for mistake in error.mistakes:
            output.complaint(str(mistake))
    except HrwatchError as error:
        output.complaint(f"hrwatch: {error}")
    except OSError as error:
        if not output.takes_no_more(error):
            raise
        return output.unwritten(error, sys.stdout)
    return USAGE_OR_CONFIGURATION
