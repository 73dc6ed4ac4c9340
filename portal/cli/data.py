"""`kaifang data`: look at data files as the portal reads them, ask them, compare them, upload one."""

from __future__ import annotations

from pathlib import Path

import click

from portal.cli.common import open_house, operator, say
from portal.cli.data_diff import diff
from portal.cli.data_inspect import inspect
from portal.cli.data_query import query


@click.group()
def data() -> None:
    """数据文件:查看、提问、比较与上传 · Data files: inspect, query, compare, upload."""


for command in (inspect, query, diff):
    data.add_command(command)


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
