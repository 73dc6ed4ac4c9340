"""`kaifang report`: the half-year report as a file, and its layout for editing."""

from __future__ import annotations

from pathlib import Path

import click

from portal.cli.common import open_house, operator, say


@click.group()
def report() -> None:
    """工作情况汇报 · The half-year report."""


@report.command("make")
@click.argument("period")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def make(period: str, file: Path) -> None:
    """生成 PERIOD(如 2026H1)的汇报,FILE 以 .docx 或 .pdf 结尾 · Write the report of a half-year to a file."""
    from portal.reporting.making import make_file

    with open_house() as house, house.database.reading() as session:
        content, _, _ = make_file(house, session, period, file.suffix.lstrip(".").lower(), by=operator())
    file.write_bytes(content)
    say(f"已写入 {file}", f"written: {file}")


@report.command("template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """写出内置的 Word 模板,供修改 · Write the built-in Word layout for editing."""
    from portal.reporting.making import templates_folder
    from portal.reporting.word import OWN_TEMPLATE
    from portal.reporting.word_template import build_template

    file.write_bytes(build_template())
    with open_house() as house:
        folder = templates_folder(house)
    say(
        f"已写入 {file}。改好后放到 {folder / OWN_TEMPLATE} 即生效。",
        f"written: {file}. Put the edited file at {folder / OWN_TEMPLATE} and it is used.",
    )
