"""`kaifang data diff`: what changed between two files, in a sentence, a table or a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import DomainError
from datasets.formats import FORMATS
from portal.cli.common import cli_language, explain, say
from portal.cli.data_printing import print_json, print_table, printable
from portal.cli.data_query import TABLE, write_answer
from portal.cli.data_reading import FILE, open_workbench, reading_progress, takes_reading

if TYPE_CHECKING:
    from datasets.ingest.reading import ReadOptions
    from datasets.query.engine import RowPage
    from datasets.workbench import DifferenceTable

SAME, DIFFERENT, TROUBLE = 0, 1, 2
"""Exit statuses, as those of `diff`."""
SHOWN_ROWS = 20
COUNTS: dict[str, tuple[str, str]] = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "changed": ("修改", "changed"),
    "unchanged": ("不变", "unchanged"),
}
"""Counts of a difference, as they are told."""
LISTS: dict[str, tuple[str, str]] = {
    "columns_added": ("新增的列", "new columns"),
    "columns_removed": ("去掉的列", "columns gone"),
}


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--key", "key", help="区分各行的列,逗号隔开;不写则自动判断 · Columns that tell rows apart.")
@click.option("--rows", type=click.IntRange(0, 10_000), default=SHOWN_ROWS, show_default=True, help="显示几行 · Rows.")
@click.option("--format", "format_key", help=f"{TABLE}、{'、'.join(FORMATS)} · Format; from the ending of --output.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 · File to write.")
@takes_reading
def diff(
    old: Path,
    new: Path,
    *,
    key: str | None,
    rows: int,
    format_key: str | None,
    output: Path | None,
    options: ReadOptions,
    kept_in: Path | None,
) -> None:
    """比较两个文件:增删改的行和列 · Compare two files: rows and columns added, removed, changed.

    读取选项对两个文件都有效。退出码:0 相同,1 不同,2 出错 · Options of reading hold for both files. Exit status: 0 same,
    1 different, 2 trouble.
    """
    chosen = format_key or (output.suffix.removeprefix(".").lower() if output else TABLE)
    if chosen == TABLE and output:
        raise click.UsageError("--output 需要文件格式 · --output needs a file format (--format)")
    try:
        with open_workbench(kept_in) as bench:
            with reading_progress() as advance:
                was, now = (bench.read(file, options=options, on_progress=advance) for file in (old, new))
            changes = bench.diff(was, now, key=key.split(",") if key else None)
            show(changes, chosen, output, rows)
    except DomainError as error:
        click.echo(explain(error), err=True)
        sys.exit(TROUBLE)
    sys.exit(SAME if changes.difference.is_empty else DIFFERENT)


def show(changes: DifferenceTable, format_key: str, output: Path | None, rows: int) -> None:
    """The difference as asked: JSON without a file are the counts with the first rows, other formats all rows."""
    if format_key == "json" and output is None:
        page = _first_rows(changes, rows)
        keys = [column.key for column in page.columns] if page else []
        found = [dict(zip(keys, row, strict=True)) for row in page.rows] if page else []
        print_json({**changes.difference.as_dict(), "is_empty": changes.difference.is_empty, "rows": found})
    elif format_key == TABLE:
        print_difference(changes, rows)
    else:
        write_answer(changes, [], format_key, output, "utf-8-sig")


def print_difference(changes: DifferenceTable, rows: int) -> None:
    """A sentence, the counts, then the first rows that differ."""
    from portal.pages.differences import sentence_of

    difference, language = changes.difference, cli_language()
    side = 1 if language == "en" else 0
    click.echo(printable(sentence_of(difference, language)))
    click.echo("  ".join(f"{words[side]} {getattr(difference, name):,}" for name, words in COUNTS.items()))
    if difference.key:
        names = printable("、".join(difference.key))
        say(f"按“{names}”区分各行", f"rows are told apart by {names}")
    else:
        say("没有能区分各行的列,按整行比较", "no columns tell the rows apart; they were compared whole")
    for name, words in LISTS.items():
        if names := getattr(difference, name):
            click.echo(printable(f"{words[side]}: {'、'.join(names)}"))
    for name, former, later in difference.columns_retyped:
        click.echo(printable(f"{name}: {former} → {later}"))
    if difference.changed_cells:
        cells = "、".join(f"{name} {count:,}" for name, count in difference.changed_cells.items())
        click.echo(printable(f"{('各列修改的行数', 'rows changed by column')[side]}: {cells}"))
    page = _first_rows(changes, rows)
    if page:
        click.echo()
        print_table([column.name for column in page.columns], page.rows)
        if page.total > len(page.rows):
            say(f"前 {len(page.rows):,} 行,共 {page.total:,} 行", f"first {len(page.rows):,} of {page.total:,} rows")


def _first_rows(changes: DifferenceTable, rows: int) -> RowPage | None:
    return changes.rows(limit=rows, as_text=True) if rows and changes.row_count else None
