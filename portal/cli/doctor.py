"""`kaifang doctor`: is everything as it must be, and what to do where it is not."""

from __future__ import annotations

import sys

import click

from portal.cli.common import cli_language, open_house, progress

MARKS = {"good": "✓", "warn": "!", "bad": "✗"}


@click.command()
@click.option("--settings", "show_settings", is_flag=True, help="列出全部设置 · List all settings and their meaning.")
@click.option("--deep", is_flag=True, help="逐个核对文件摘要 · Read every file and compare its digest.")
def doctor(show_settings: bool, deep: bool) -> None:
    """检查配置、存储、数据库、任务与数据一致性 · Check settings, disk, database, jobs and data."""
    from portal.doctor import check_files, check_house

    is_english = cli_language() == "en"
    with open_house(migrated=False) as house:
        if show_settings:
            _print_settings(house.settings, is_english=is_english)
            return
        findings = check_house(house)
        if deep:
            with progress("核对文件", "reading files") as advance:
                findings += check_files(house, advance=advance)
    for finding in findings:
        click.echo(f"{MARKS[finding.tone]} {finding.en if is_english else finding.zh}")
    if any(finding.tone == "bad" for finding in findings):
        sys.exit(1)


def _print_settings(settings: object, *, is_english: bool) -> None:
    from portal.settings import SETTINGS, Settings, shown_settings

    assert isinstance(settings, Settings)
    shown = shown_settings(settings)
    for row in SETTINGS:
        click.echo(f"{row.name}={shown[row.name]}\n    {row.en if is_english else row.zh}")
