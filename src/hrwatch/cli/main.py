"""The root command: options before the verb, exit codes, and nothing else."""

import importlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

import hrwatch
from hrwatch import logs
from hrwatch.cli import output
from hrwatch.errors import ConfigError, HrwatchError

USAGE_OR_CONFIGURATION = 2
INTERRUPTED = 130  # as shells tell it: 128 and SIGINT's number

# Where each verb stands, in the order of `--help`.
VERBS = {
    "run": "run:run",
    "once": "once:once",
    "check": "check:check",
    "try": "trial:app",
    "preview": "preview:preview",
    "status": "status:status",
    "feeds": "feeds:feeds",
    "search": "search:search",
    "show": "show:show",
    "cite": "cite:cite",
    "export": "export:export",
    "import": "import_:app",
    "reply": "reply:reply",
    "retag": "retag:retag",
    "purge": "purge:purge",
    "unlink": "unlink:unlink",
    "outbox": "outbox:app",
    "erase": "erase:erase",
    "doctor": "doctor:doctor",
    "verify": "verify:verify",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "copy-archive": "copy_archive:copy_archive",
    "demo": "demo:demo",
}


class Verbs(Mapping[str, TyperCommand | TyperGroup]):
    """The verbs, each imported when it is asked for: what one needs, the others do not load."""

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        module, _, attribute = VERBS[name].partition(":")
        verb = getattr(importlib.import_module(f"hrwatch.cli.{module}"), attribute)
        if isinstance(verb, typer.Typer):
            group = typer.main.get_group(verb)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name)(verb)
        command = typer.main.get_command(alone)
        assert isinstance(command, TyperCommand)  # noqa: S101 - for the type; a group has two
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


class Root(TyperGroup):
    """`hrwatch` itself."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Verbs()  # type: ignore[assignment]  # nothing is ever added to it


app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Watch human-rights news feeds; mail each subscriber what is new for them.",
    epilog="Exit: 0 done; 1 done, but a feed failed or a mail did not leave; "
    "2 bad configuration or usage, or another process holds the archive.",
)


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
    from hrwatch.cli.place import Place  # noqa: PLC0415 - the configuration and the archive

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
