"""`kaifang catalog`: take in lists of entries, departments' sheets or other portals' lists."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import DomainError
from portal.cli.common import cli_language, explain, open_house, operator, progress, say

if TYPE_CHECKING:
    from catalog.adopting import ImportReport

SHOWN_VALUES = 30
"""Kinds of dropped values that the screen shows; the report file has every finding."""
REPORT_HEADERS = ("文件 file", "单元格 cell", "行 row", "列 column", "代码 code", "说明 finding")
_FIGURES = ("read", "drafted", "adopted", "updated", "merged", "refused", "departments")
_HEADS = {
    "zh": ("读取", "新草稿", "直接发布", "更新", "合并", "拒绝", "新建部门"),
    "en": ("read", "drafts", "adopted", "updated", "merged", "refused", "departments created"),
}


@click.group()
def catalog() -> None:
    """目录导入 · Catalog imports."""


@catalog.command("import")
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@click.option(
    "--adopt", is_flag=True, help="原平台已公开的直接发布 · Publish entries that are already public elsewhere."
)
@click.option("--create-departments", is_flag=True, help="新建名单外的部门 · Create departments that are unknown.")
@click.option("--region", help="清单所属行政区,如“连云港市” · The list's own region, where its names leave it out.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="逐行写出全部说明(CSV) · Write every finding by row to a CSV file.",
)
def import_files(
    files: tuple[Path, ...], adopt: bool, create_departments: bool, region: str | None, report: Path | None
) -> None:
    """导入目录清单(xlsx、csv、json),列名按别名识别;未列出的目录不受影响 · Import lists of entries."""
    from catalog.adopting import MAX_ROWS, import_catalog
    from catalog.sheet.reading import read_sheet

    done: list[tuple[Path, ImportReport]] = []
    failed = False
    with open_house() as house:
        for file in files:
            try:
                reading = read_sheet(file, max_rows=MAX_ROWS)
                with progress(file.name, file.name) as advance, house.database.work() as session:
                    one = import_catalog(
                        session,
                        reading,
                        adopt=adopt,
                        create_departments=create_departments,
                        region=region,
                        by=operator(),
                        now=house.now(),
                        file_name=file.name,
                        on_progress=advance,
                    )
            except DomainError as error:
                failed = True
                click.echo(f"{file.name}: {explain(error)}", err=True)
                continue
            done.append((file, one))
            _print(file, one)
    if len(done) > 1:
        _print_table(done)
    if report is not None:
        _write_report(report, done)
    if failed:
        raise SystemExit(1)


def _print(file: Path, report: ImportReport) -> None:
    language = cli_language()
    counts = report.counts()
    figures = ", ".join(f"{head} {counts[name]}" for head, name in zip(_HEADS[language], _FIGURES, strict=True))
    click.echo(f"{file.name}: {figures}")
    for code, count in report.note_counts.most_common():
        click.echo(f"  {count:>6} × {_explain(report, code)}")
    dropped = report.dropped.most_common()
    if dropped:
        say("  没有导入的内容:", "  not taken:")
    for (column, value), count in dropped[:SHOWN_VALUES]:
        click.echo(f"  {count:>6} × {column + ': ' if column else ''}{value}")
    if len(dropped) > SHOWN_VALUES:
        say(f"  ……另有 {len(dropped) - SHOWN_VALUES} 种", f"  … and {len(dropped) - SHOWN_VALUES} kinds more")


def _explain(report: ImportReport, code: str) -> str:
    from portal.messages import problem_text

    note = next(note for note in report.notes if note.code == code)
    place = f"{note.label(cli_language())} " if note.label() else ""
    return place + problem_text(note.as_problem(), cli_language())


def _print_table(done: list[tuple[Path, ImportReport]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", *_HEADS[cli_language()])
    for file, report in done:
        counts = report.counts()
        table.add_row(file.name, *(str(counts[name]) for name in _FIGURES))
    totals = [sum(report.counts()[name] for _file, report in done) for name in _FIGURES]
    table.add_row("∑", *(str(total) for total in totals), style="bold")
    Console().print(table)


def _write_report(path: Path, done: list[tuple[Path, ImportReport]]) -> None:
    from portal.messages import problem_text

    language = cli_language()
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(REPORT_HEADERS)
        for file, report in done:
            for note in report.notes:
                text = problem_text(note.as_problem(), language)
                writer.writerow((file.name, note.cell, note.row or "", note.label(language), note.code, text))
