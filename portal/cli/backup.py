"""`kaifang backup` and `kaifang restore`."""

from __future__ import annotations

from pathlib import Path

import click

from portal.cli.common import open_house, progress, say


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--check", is_flag=True, help="只校验已有备份 · Only verify the newest backup in FOLDER.")
def backup(folder: Path, check: bool) -> None:
    """备份到 FOLDER(运行中也可以) · Back up into FOLDER, also while the portal runs."""
    from portal.backup import check_backup, make_backup

    if check:
        with progress("校验", "checking") as advance:
            report = check_backup(folder, advance=advance)
        count = report.file_count
        say(f"备份完好:{report.folder}({count} 个文件)", f"whole: {report.folder} ({count} files)")
        return
    with open_house() as house, progress("备份", "backing up") as advance:
        report = make_backup(house.settings, folder, now=house.now(), advance=advance)
    size, copied = report.byte_size // 1024, report.copied_bytes // 1024
    say(
        f"已备份到 {report.folder}:{report.file_count} 个文件,{size} KB,其中新拷贝 {copied} KB",
        f"backed up to {report.folder}: {report.file_count} files, {size} KB, {copied} KB of them newly copied",
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def restore(folder: Path) -> None:
    """从 FOLDER 恢复到空的 KAIFANG_HOME · Restore the newest backup in FOLDER into an empty home."""
    from portal.backup import restore_backup
    from portal.settings import load_settings

    with progress("恢复", "restoring") as advance:
        report = restore_backup(load_settings(), folder, advance=advance)
    count = report.file_count
    say(f"已恢复 {count} 个文件,可以启动门户", f"restored {count} files; the portal can be started")
