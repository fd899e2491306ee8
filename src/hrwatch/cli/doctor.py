"""`hrwatch doctor`: looks at everything the daemon rests on, and says what to do."""

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.place import FAILED, Place, place
from hrwatch.doctor import examination
from hrwatch.doctor.findings import Finding, Verdict, trouble
from hrwatch.errors import ConfigError
from hrwatch.wiring import utc_now

BAD = 2


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Look at everything hrwatch rests on; nothing is changed, and no mail is sent."""
    where = place(context)
    verdicts = set()
    bad_configuration = False
    try:
        findings = _healthy(where)
    except ConfigError as error:
        bad_configuration = True
        findings = _with_bad_file(where, error)
    for name, finding in findings:
        verdicts.add(finding.verdict)
        if as_json:
            output.json_line(
                {
                    "check": name,
                    "verdict": finding.verdict,
                    "told": finding.told,
                    "remedy": finding.remedy,
                }
            )
        else:
            _print(name, finding)
    if bad_configuration:
        raise typer.Exit(BAD)
    if Verdict.TROUBLE in verdicts:
        raise typer.Exit(FAILED)


def _healthy(where: Place) -> Iterator[tuple[str, Finding]]:
    config = where.config()
    patient = examination.Patient(config, where.state_directory(), os.geteuid(), utc_now())
    return examination.examine(patient)


def _with_bad_file(where: Place, error: ConfigError) -> Iterator[tuple[str, Finding]]:
    for mistake in error.mistakes:
        yield "configuration", trouble(str(mistake), "")
    yield from examination.without_configuration(where.state_directory(), os.geteuid())


def _print(name: str, finding: Finding) -> None:
    output.line(f"{finding.verdict:9}{name:17}{output.plain(finding.told)}")
    if finding.remedy:
        output.line(f"{'':26}{output.plain(finding.remedy)}")
