"""`kaifang catalog`: take in a list of entries, a department's sheet or another portal's list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.cli.common import cli_language, open_house, operator, progress, say

if TYPE_CHECKING:
    from catalog.adopting import ImportReport

SHOWN_NOTES = 40


@click.group()
def catalog() -> None:
    """目录导入 · Catalog imports."""


@catalog.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--adopt", is_flag=True, help="原平台已公开的直接发布 · Publish entries that are already public elsewhere."
)
@click.option("--create-departments", is_flag=True, help="新建名单外的部门 · Create departments that are unknown.")
def import_file(file: Path, adopt: bool, create_departments: bool) -> None:
    """导入目录清单(xlsx、csv、json),列名按别名识别;未列出的目录不受影响 · Import a list of entries."""
    from catalog.adopting import MAX_ROWS, import_catalog
    from catalog.sheet.reading import read_sheet

    reading = read_sheet(file, max_rows=MAX_ROWS)
    with open_house() as house, progress("导入目录", "importing") as advance, house.database.work() as session:
        report = import_catalog(
            session,
            reading,
            adopt=adopt,
            create_departments=create_departments,
            by=operator(),
            now=house.now(),
            file_name=file.name,
            on_progress=advance,
        )
    _print(report)


def _print(report: ImportReport) -> None:
    from portal.messages import problem_text

    counts = report.counts()
    say(
        "读取 {read} 条:新草稿 {drafted},直接发布 {adopted},更新 {updated},合并 {merged},拒绝 {refused};"
        "新建部门 {departments}".format(**counts),
        "read {read}: drafts {drafted}, adopted {adopted}, updated {updated}, merged {merged}, refused {refused}; "
        "departments created {departments}".format(**counts),
    )
    for note in report.notes[:SHOWN_NOTES]:
        click.echo(f"  {note.cell} {problem_text(note.as_problem(), cli_language())}")
    more = sum(report.note_counts.values()) - min(len(report.notes), SHOWN_NOTES)
    if more > 0:
        say(f"  ……另有 {more} 条", f"  … and {more} more")
