"""What the commands about data files share: how to read a file, where its rows are kept, how far the reading is."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.cli.common import cli_language

if TYPE_CHECKING:
    from datasets.sandbox import Progress
    from datasets.workbench import Workbench

Command = Callable[..., Any]

DELIMITERS = {"tab": "\t", "\\t": "\t"}
"""Words for a delimiter that is hard to type."""
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

READ_OPTIONS = (
    click.option("--sheet", help="工作表、图层或列表的名称 · Sheet, layer or list to read."),
    click.option("--encoding", help="文字编码,如 gb18030 · Encoding of the text."),
    click.option("--delimiter", help="分隔符,制表符写 tab · Delimiter; tab for TAB."),
    click.option("--header-row", type=click.IntRange(min=1), help="表头从第几行开始 · First row of the header."),
    click.option("--header-rows", type=click.IntRange(min=1), help="表头有几行 · Rows of the header."),
    click.option("--no-header", is_flag=True, help="没有表头,列名由系统编号 · There is no header."),
    click.option(
        "--no-cache", is_flag=True, help="不保留读入的数据,下次重新读取 · Keep nothing: the next time it is read again."
    ),
)
"""How a file is to be read where that shall not be found out."""


def takes_reading(command: Command) -> Command:
    """Add READ_OPTIONS to a command; it is called with `options` (ReadOptions) and `kept_in` (folder or None)."""

    @functools.wraps(command)
    def called(
        *arguments: Any,
        sheet: str | None,
        encoding: str | None,
        delimiter: str | None,
        header_row: int | None,
        header_rows: int | None,
        no_header: bool,
        no_cache: bool,
        **rest: Any,
    ) -> Any:
        from datasets.ingest.reading import ReadOptions

        options = ReadOptions(
            encoding=encoding,
            delimiter=DELIMITERS.get(delimiter, delimiter) if delimiter else None,
            sheet=sheet,
            header_row=header_row,
            header_row_count=header_rows,
            has_header=False if no_header else None,
        )
        return command(*arguments, options=options, kept_in=None if no_cache else find_cache_folder(), **rest)

    for option in reversed(READ_OPTIONS):
        called = option(called)
    return called


def find_cache_folder() -> Path | None:
    """`kaifang/tables` in the user's cache folder (XDG_CACHE_HOME, else ~/.cache); None where it cannot be made."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = root / "kaifang" / "tables"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@contextmanager
def open_workbench(kept_in: Path | None) -> Iterator[Workbench]:
    """A workbench whose row stores are kept in that folder, or nowhere."""
    from datasets.workbench import Workbench

    with Workbench(kept_in) as bench:
        yield bench


@contextmanager
def reading_progress() -> Iterator[Progress]:
    """A bar on standard error where that is a terminal: stage, share of all the work, rows, time."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from datasets.ingest.stages import STAGES

    side = "en" if cli_language() == "en" else "zh"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Bar(*columns, transient=True, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(getattr(STAGES["checking"], side), total=1.0, rows="")

        def advance(step: dict[str, Any]) -> None:
            stage = STAGES.get(str(step.get("stage")))
            if stage is not None:
                bar.update(
                    task,
                    description=getattr(stage, side),
                    completed=stage.whole_share(float(step.get("share") or 0)),
                    rows=_count_rows(step.get("rows")),
                )

        yield advance


def _count_rows(rows: int | None) -> str:
    if not rows:
        return ""
    return f"{rows:,} rows" if cli_language() == "en" else f"{rows:,} 行"
