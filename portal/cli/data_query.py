"""`kaifang data query`: rows, groups and exports of a file, asked as an address asks them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import click

from datasets.formats import ENCODINGS, FORMATS, WHOLE_ENCODING
from datasets.query.grouping import BUCKETS, MEASURES
from datasets.query.operators import OPERATORS, VALUE_EXAMPLES
from portal.cli.common import say
from portal.cli.data_printing import print_table
from portal.cli.data_reading import FILE, open_workbench, reading_progress, takes_reading

if TYPE_CHECKING:
    from datasets.ingest.reading import ReadOptions
    from datasets.query.engine import RowPage
    from datasets.workbench import Table

TABLE = "table"
"""The format of a page on the terminal."""
SHOWN_ROWS = 20
BINARY = frozenset({"xlsx", "parquet"})


class QueryCommand(click.Command):
    """A command whose help ends with everything that can be asked, from the tables of the engine."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists."""
        for heading, rows in list_vocabulary():
            with formatter.section(heading):
                formatter.write_dl(rows)


def list_vocabulary() -> list[tuple[str, list[tuple[str, str]]]]:
    """Heading → (word, what it means) of operators, measures, buckets and formats."""
    return [
        (
            "比较 · Operators (列__比较=值)",
            [
                (f"列__{one.key}", f"{one.sign} {one.zh} · {one.en}: {VALUE_EXAMPLES[one.values][1]}")
                for one in OPERATORS.values()
            ],
        ),
        ("统计 · Measures (--measure)", [(one.key, f"{one.zh} · {one.en}") for one in MEASURES.values()]),
        (
            "时间段 · Buckets (--group 列:时间段)",
            [(one.key, f"{one.zh} · {one.en}: {one.example}") for one in BUCKETS.values()],
        ),
        ("格式 · Formats (--format)", [(one.key, f"{one.use_zh} · {one.use_en}") for one in FORMATS.values()]),
    ]


def read_parameters(parameters: Iterable[str]) -> list[tuple[str, str]]:
    """`name=value` as it stands; what begins with "?" is the query of an address, percent-encoded."""
    pairs: list[tuple[str, str]] = []
    for parameter in parameters:
        if parameter.startswith("?"):
            pairs += parse_qsl(parameter[1:], keep_blank_values=True)
            continue
        name, sign, value = parameter.partition("=")
        if not sign:
            raise click.UsageError(f"{parameter!r}: 应写成 名称=值 · write name=value")
        pairs.append((name, value))
    return pairs


def _or_group(text: str) -> str:
    """Alternatives as they are typed, made an encoded query: what is encoded already stays."""
    return urlencode(parse_qsl(text, keep_blank_values=True))


SHORTHANDS: tuple[tuple[str, str, str], ...] = (
    ("words", "_q", "每个词都要在行中出现 · Words that must stand in the row."),
    ("or_groups", "_or", "其中至少一条成立,如 'a=1&b__ge=3' · Conditions of which one must hold."),
    ("columns", "_columns", "只要这些列,逗号隔开 · Columns of the answer."),
    ("sort", "_sort", "排序,前加 - 为降序 · Order; - for descending."),
    ("groups", "_group", "分组的列,可带时间段 · Columns to group by."),
    ("measures", "_measure", "每组统计什么,如 sum:金额 · What is counted of each group."),
)
"""Name in the program, parameter that it stands for, help."""
FLAGS = {"words": "-q", "or_groups": "--or", "groups": "--group", "measures": "--measure"}


def _takes_shorthands(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, parameter, about in reversed(SHORTHANDS):
        flag = FLAGS.get(name, f"--{name}")
        command = click.option(flag, name, multiple=True, help=f"{about} ({parameter})")(command)
    return command


@click.command(cls=QueryCommand)
@click.argument("file", type=FILE)
@click.argument("parameters", nargs=-1)
@_takes_shorthands
@click.option("--limit", type=click.IntRange(min=1), help="最多几行;表格默认 20,文件默认全部 · Rows at most. (_limit)")
@click.option("--offset", type=click.IntRange(min=0), help="跳过几行,只用于表格 · Rows to pass over. (_offset)")
@click.option("--format", "format_key", help=f"{TABLE}、{'、'.join(FORMATS)} · Format; from the ending of --output.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 · File to write.")
@click.option(
    "--output-encoding",
    default=WHOLE_ENCODING,
    show_default=True,
    help=f"CSV: {', '.join(ENCODINGS)} · Encoding of CSV.",
)
@takes_reading
def query(
    file: Path,
    parameters: tuple[str, ...],
    *,
    limit: int | None,
    offset: int | None,
    format_key: str | None,
    output: Path | None,
    output_encoding: str,
    options: ReadOptions,
    kept_in: Path | None,
    **shorthands: Sequence[str],
) -> None:
    """对 FILE 的行提问:筛选、排序、分组、导出 · Ask the rows of FILE: filter, sort, group, export.

    PARAMETERS 与网页地址相同,如 '街道=胜阳港街道' '级别__ge=3';以 ? 开头的按整个地址参数解读 ·
    PARAMETERS are those of an address; one that begins with ? is a whole query string.
    """
    pairs = read_parameters(parameters)
    for name, parameter, _ in SHORTHANDS:
        pairs += [(parameter, _or_group(text) if parameter == "_or" else text) for text in shorthands[name]]
    chosen = format_key or (output.suffix.removeprefix(".").lower() if output else TABLE)
    if chosen == TABLE and output:
        raise click.UsageError("--output 需要文件格式 · --output needs a file format (--format)")
    if chosen != TABLE and offset:
        raise click.UsageError("--offset 只用于表格 · --offset is for tables on the terminal only")
    with open_workbench(kept_in) as bench:
        with reading_progress() as advance:
            table = bench.read(file, options=options, on_progress=advance)
        if chosen == TABLE:
            print_page(table.rows(pairs, limit=_limit_of(pairs, limit), offset=offset, as_text=True))
            return
        if limit is not None:
            pairs.append(("_limit", str(limit)))
        write_answer(table, pairs, chosen, output, output_encoding)


def _limit_of(pairs: Iterable[tuple[str, str]], limit: int | None) -> int | None:
    """20 rows unless somebody says how many."""
    is_said = any(name == "_limit" for name, _ in pairs)
    return limit if limit is not None or is_said else SHOWN_ROWS


def print_page(page: RowPage) -> None:
    """The rows as a table, then how many there are."""
    print_table(
        [column.name for column in page.columns],
        page.rows,
        numbers=[column.type in ("integer", "decimal") for column in page.columns],
    )
    first, last = page.offset + 1, page.offset + len(page.rows)
    if len(page.rows) == page.total:
        say(f"共 {page.total:,} 行", f"{page.total:,} rows")
    elif page.rows:
        say(f"第 {first:,}–{last:,} 行,共 {page.total:,} 行", f"rows {first:,}–{last:,} of {page.total:,}")
    else:
        say(f"没有这些行,共 {page.total:,} 行", f"no such rows; there are {page.total:,}")


def write_answer(
    table: Table, pairs: Iterable[tuple[str, str]], format_key: str, output: Path | None, encoding: str
) -> None:
    """The rows as a file: `output`, or standard output where there is none."""
    if output is not None:
        written = table.export(output, format_key, pairs, encoding=encoding)
        say(
            f"已写入 {output}:{written.row_count:,} 行,{written.byte_size:,} 字节",
            f"written: {output}, {written.row_count:,} rows, {written.byte_size:,} bytes",
        )
        return
    if format_key in BINARY and sys.stdout.isatty():
        raise click.UsageError(f"{format_key} 不是文本,请用 --output · {format_key} is no text; give --output")
    with tempfile.TemporaryDirectory(prefix="kaifang-answer-") as folder:
        target = Path(folder) / "answer"
        table.export(target, format_key, pairs, encoding=encoding)
        stream = sys.stdout.buffer
        with target.open("rb") as source:
            while block := source.read(1 << 20):
                stream.write(block)
        stream.flush()
