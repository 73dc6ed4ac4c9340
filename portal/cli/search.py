"""`kaifang search`: the full-text index."""

from __future__ import annotations

import click

from portal.cli.common import open_house, progress, say


@click.group()
def search() -> None:
    """搜索索引 · Search index."""


@search.command()
def rebuild() -> None:
    """从公开目录重建索引;门户运行中也可以 · Build the index anew, also while the portal runs."""
    with open_house() as house, house.database.reading() as session, progress("建立索引", "indexing") as advance:
        report = house.search.rebuild(session, on_progress=advance)
    say(f"索引已重建:{report.applied} 条目录", f"index rebuilt: {report.applied} entries")
