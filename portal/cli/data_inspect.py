"""`kaifang data inspect`: how a file is read, as a calm report or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.cli.common import cli_language, say
from portal.cli.data_printing import print_json, print_table, printable
from portal.cli.data_reading import FILE, open_workbench, reading_progress, takes_reading

if TYPE_CHECKING:
    from datasets.columns import Column
    from datasets.ingest.reading import Finding, Reading, ReadOptions

BLOCKED = 3
"""Exit status where personal data stops publication; 1 is a refused file, 2 wrong usage."""
SHOWN_CHECKS = 40
SHOWN_ROWS_OF_CHECK = 5
LONGEST_FACT = 30

HEADS: tuple[tuple[str, str], ...] = (
    ("列", "column"),
    ("参数名", "parameter"),
    ("类型", "type"),
    ("写法", "written as"),
    ("单位", "unit"),
    ("空白", "blank"),
    ("不同值", "distinct"),
    ("最小", "least"),
    ("最大", "greatest"),
    ("常见值或样式", "commonest or pattern"),
)
"""Heads of the list of columns; those without any content are left out."""
NUMBERS = frozenset({5, 6})


@click.command()
@click.argument("file", type=FILE)
@takes_reading
@click.option("--declared", type=FILE, help="信息项清单(CSV、Excel),逐格核对 · Data items to compare the cells with.")
@click.option(
    "--rows", type=click.IntRange(0, 20), default=5, show_default=True, help="预览几行 · Rows of the preview."
)
@click.option("--json", "as_json", is_flag=True, help="输出全部读取结果(JSON,不遮蔽) · The whole reading, unmasked.")
def inspect(
    file: Path, *, options: ReadOptions, kept_in: Path | None, declared: Path | None, rows: int, as_json: bool
) -> None:
    """显示 FILE 会被怎样读取:编码、表头、类型、个人信息 · Show how FILE is read; nothing is published.

    退出码:0 可用,1 文件被拒绝,3 含有须先脱敏的个人信息 · Exit status: 0 fine, 1 refused, 3 personal data that must
    be masked before publication.
    """
    from portal.cli.data_declared import read_declared

    with open_workbench(kept_in) as bench, reading_progress() as advance:
        items = read_declared(bench, declared) if declared else []
        reading = bench.read(file, options=options, declared=items, on_progress=advance).reading
    if as_json:
        print_json(reading.as_dict())
    else:
        print_report(file.name, reading, rows)
    if reading.blocking:
        sys.exit(BLOCKED)


def print_report(name: str, reading: Reading, rows: int) -> None:
    """The reading on standard output; cells of columns with personal data are masked."""
    language = cli_language()
    click.echo("  ".join([printable(name), *_facts(reading)]))
    say(
        f"{reading.row_count:,} 行,{len(reading.columns)} 列;{_header(reading)}",
        f"{reading.row_count:,} rows, {len(reading.columns)} columns; {_header(reading)}",
    )
    for label, texts in _around(reading):
        click.echo(f"{label}{printable(' / '.join(texts))}")
    click.echo()
    _print_columns(reading)
    for heading, lines in _remarks(reading, language):
        click.echo(f"\n{heading}")
        for line in lines:
            click.echo(f"  {printable(line)}")
    if rows and reading.preview:
        say("\n预览", "\nFirst rows")
        hidden = _hidden(reading)
        print_table(
            [column.name for column in reading.columns],
            [
                [
                    _mask(cell) if column.name in hidden else cell
                    for cell, column in zip(row, reading.columns, strict=True)
                ]
                for row in reading.preview[:rows]
            ],
        )


def _facts(reading: Reading) -> list[str]:
    doubt = "" if reading.encoding_is_certain else "?"
    found = [reading.file_format, f"{reading.encoding}{doubt}" if reading.encoding else None]
    found += [repr(reading.delimiter) if reading.delimiter else None, reading.sheet]
    return [printable(fact) for fact in found if fact]


def _header(reading: Reading) -> str:
    is_english = cli_language() == "en"
    if not reading.header_rows:
        return "no header" if is_english else "没有表头"
    first, last = reading.header_rows[0], reading.header_rows[-1]
    place = f"{first}–{last}" if last > first else f"{first}"
    return f"header in row {place}" if is_english else f"表头在第 {place} 行"


def _around(reading: Reading) -> Iterator[tuple[str, list[str]]]:
    """What stands around the table, and the other tables of the file."""
    is_english = cli_language() == "en"
    if len(reading.sheets) > 1:
        shown = [
            f"{one['name']} ({one['rows']}×{one['columns']}{', hidden' if one['is_hidden'] else ''})"
            for one in reading.sheets
        ]
        yield ("sheets: " if is_english else "工作表:"), shown
    if reading.title_lines:
        yield ("title: " if is_english else "标题:"), reading.title_lines
    if reading.notes:
        yield ("notes: " if is_english else "附注:"), reading.notes
    for preview in reading.encoding_previews:
        yield (f"as {preview['codec']}: " if is_english else f"按 {preview['codec']}:"), preview["lines"][:2]


def _print_columns(reading: Reading) -> None:
    side = 1 if cli_language() == "en" else 0
    hidden = _hidden(reading)
    profiles = reading.profile.get("columns") or [{}] * len(reading.columns)
    lines = [
        _column_line(column, facts, side, is_hidden=column.name in hidden)
        for column, facts in zip(reading.columns, profiles, strict=True)
    ]
    kept = [place for place in range(len(HEADS)) if any(line[place] for line in lines)]
    print_table(
        ["#", *(HEADS[place][side] for place in kept)],
        [[number, *(line[place] for place in kept)] for number, line in enumerate(lines, 1)],
        numbers=[True, *(place in NUMBERS for place in kept)],
    )


def _column_line(column: Column, facts: Mapping[str, Any], side: int, *, is_hidden: bool) -> list[str]:
    from datasets.columns import RECOGNISED, TYPES

    kind = TYPES[column.type][side]
    if column.shadow_type:
        kind += f" ({TYPES[column.shadow_type][side]})"
    distinct = facts.get("distinct")
    common = facts.get("top") or facts.get("patterns") or [[""]]
    values = [facts.get("least"), facts.get("greatest"), common[0][0]]
    return [
        column.name,
        column.key if column.key != column.name else "",
        kind,
        RECOGNISED[column.recognised][side] if column.recognised in RECOGNISED else "",
        column.unit or "",
        f"{column.blank_count:,}" if column.blank_count else "",
        "" if distinct is None else f"{'≈' if facts.get('is_estimate') else ''}{distinct:,}",
        *(_short(_mask(value) if is_hidden else value) for value in values),
    ]


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_FACT else text[: LONGEST_FACT - 1] + "…"


def _remarks(reading: Reading, language: str) -> Iterator[tuple[str, list[str]]]:
    """Headings with their lines: personal data, contradictions to declared items, what to look at."""
    from datasets.ingest.declared import CHECKS
    from portal.messages import problem_text

    side = 1 if language == "en" else 0
    if reading.findings:
        lines = [_finding_line(finding, language) for finding in reading.findings]
        yield ("个人信息", "Personal data")[side], lines
    if reading.checks:
        lines = [_check_line(check, CHECKS[check["kind"]][side], side) for check in reading.checks[:SHOWN_CHECKS]]
        yield ("与信息项不符", "Not as declared")[side], lines
    repaired = _repairs(reading.columns, side)
    if reading.warnings or repaired:
        lines = [f"! {problem_text(warning, language)}" for warning in reading.warnings]
        yield ("请核对", "Please check")[side], lines + repaired


SEVERITIES: dict[str, tuple[str, str, str]] = {
    "block": ("✗", "须先脱敏", "must be masked"),
    "warn": ("!", "请确认", "please confirm"),
    "withheld": ("·", "只在原始文件中,不公开", "in the withheld original only"),
}
"""Severity of a finding → mark, and what it means."""


def _finding_line(finding: Finding, language: str) -> str:
    from portal.messages import problem_text

    params = {**finding.as_dict(), "samples": "、".join(finding.samples)}
    sentence = problem_text({"code": f"personal_data_{finding.kind}", "params": params}, language)
    mark, zh, en = SEVERITIES[finding.severity]
    return f"{mark} {sentence} ({finding.rate:.1%}; {en if language == 'en' else zh})"


def _check_line(check: Mapping[str, Any], words: str, side: int) -> str:
    if not check["count"]:
        return f"! {check['column']}: {words}"
    rows = ", ".join(str(row) for row in check["rows"][:SHOWN_ROWS_OF_CHECK])
    samples = "、".join(check["samples"])
    counted = (f"{check['count']:,} 格,如第 {rows} 行", f"{check['count']:,} cells, such as rows {rows}")[side]
    expected = f" [{check['expected']}]" if check["expected"] else ""
    return f"! {check['column']}: {words}{expected} ({counted}{': ' if samples else ''}{samples})"


def _repairs(columns: Sequence[Column], side: int) -> list[str]:
    from datasets.columns import REPAIRS

    return [f"! {column.name}: {REPAIRS[column.repaired][side]}" for column in columns if column.repaired in REPAIRS]


def _hidden(reading: Reading) -> set[str]:
    return {finding.column for finding in reading.blocking}


def _mask(cell: object) -> str:
    from datasets.ingest.personal_data import mask

    return mask(str(cell)) if cell not in (None, "") else ""
