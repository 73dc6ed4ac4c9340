"""`kaifang harvest-test`: pull a running portal the way the city platform does."""

from __future__ import annotations

import sys

import click

from portal.cli.common import cli_language


@click.command()
@click.argument("url")
def harvest_test(url: str) -> None:
    """对 URL 的门户做一次全量和一次增量采集 · Replay a full and an incremental pull against the portal at URL."""
    from portal.harvest_test import harvest

    report = harvest(url)
    for line in report.lines(cli_language()):
        click.echo(line)
    if not report.is_good:
        sys.exit(1)
