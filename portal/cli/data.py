"""`kaifang data`: look at a data file as the portal reads it, and upload one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from portal.cli.common import cli_language, open_house, operator, say


@click.group()
def data() -> None:
    """数据文件:查看与上传 · Data files: inspect and upload."""


@data.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--rows", default=5, show_default=True, help="显示几行 · Rows to show.")
def inspect(file: Path, rows: int) -> None:
    """显示 FILE 会被怎样读取:编码、表头、类型、个人信息 · Show how FILE is read; nothing is stored."""
    from datasets.ingest.reader import read_file
    from portal.messages import problem_text

    with tempfile.TemporaryDirectory() as folder:
        reading = read_file(file, file_name=file.name, row_store=Path(folder) / "rows.duckdb")
    click.echo(f"{reading.file_format}  {reading.encoding or ''}  {reading.sheet or ''}".rstrip())
    say(
        f"{reading.row_count} 行,{len(reading.columns)} 列", f"{reading.row_count} rows, {len(reading.columns)} columns"
    )
    for column in reading.columns:
        click.echo(f"  {column.index + 1:3} {column.name}  {column.type}")
    for warning in reading.warnings:
        click.echo(f"! {problem_text(warning, cli_language())}")
    for finding in reading.findings:
        click.echo(f"{'✗' if finding.severity == 'block' else '!'} {finding.kind}: {finding.column} × {finding.count}")
    for row in reading.preview[:rows]:
        click.echo("  " + " | ".join("" if cell is None else str(cell) for cell in row))


@data.command()
@click.argument("entry_name")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--resource", "resource_title", help="资源标题;目录只有一个文件资源时可省 · Title of the file resource.")
def upload(entry_name: str, file: Path, resource_title: str | None) -> None:
    """把 FILE 作为目录 ENTRY_NAME 的新数据版本上传,待审 · Upload FILE as a new version, to be reviewed."""
    from portal.uploading import upload_file

    with open_house() as house:
        version = upload_file(house, entry_name, file, resource_title=resource_title, by=operator())
    say(
        f"已读入 {version.row_count} 行,版本 {version.number},等待审签",
        f"read {version.row_count} rows as version {version.number}, waiting for review",
    )
