"""`hrwatch check`: reads the operator's file and tells every mistake, with its place."""

import typer

from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.config import Config
from hrwatch.errors import ConfigError
from hrwatch.text import counted

BAD = 2


def check(context: typer.Context) -> None:
    """Say whether the operator's file is good; every mistake on a line of its own."""
    try:
        config = place(context).config()
    except ConfigError as error:
        for mistake in error.mistakes:
            output.line(output.plain(str(mistake), limit=None))
        raise typer.Exit(BAD) from None
    for warning in config.warnings:
        output.line(output.plain(f"warning: {warning}", limit=None))
    if any(subscriber.pgp_key_file for subscriber in config.subscribers):
        _tell_unusable_keys(config)
    if config.mail.templates:
        _tell_mistakes_in_templates(config)
    enabled = sum(feed.enabled for feed in config.feeds)
    output.line(
        f"{output.plain(str(config.path))}: good. "
        f"{counted(len(config.feeds), 'feed')} ({enabled} enabled), "
        f"{counted(len(config.rules.keywords), 'keyword')}, "
        f"{counted(len(config.subscribers), 'subscriber')}."
    )


def _tell_mistakes_in_templates(config: Config) -> None:
    from hrwatch.wiring import template_mistakes  # noqa: PLC0415 - the parts, only for this

    if mistakes := template_mistakes(config):
        for mistake in mistakes:
            output.line(output.plain(mistake, limit=None))
        raise typer.Exit(BAD)


def _tell_unusable_keys(config: Config) -> None:
    from hrwatch.wiring import unusable_keys, utc_now  # noqa: PLC0415 - the parts, only for this

    for name, reason in unusable_keys(config, utc_now()):
        told = f"warning: {config.path}: subscriber {name}: {reason}; their mail is held meanwhile"
        output.line(output.plain(told, limit=None))
