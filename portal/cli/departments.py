"""`kaifang departments`: the list of bodies that publish."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from portal.cli.common import cli_language, open_house, operator, say


@click.group()
def departments() -> None:
    """部门名单 · Departments."""


@departments.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_file(file: Path) -> None:
    """从 CSV 导入部门名单(UTF-8,首行为列名);已有部门按名称或信用代码更新 · Import a CSV list of departments."""
    from catalog.department_imports import import_departments
    from portal.messages import problem_text

    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with open_house() as house, house.database.work() as session:
        report = import_departments(session, rows, by=operator(), now=house.now())
    new, changed, same = len(report.created), len(report.updated), len(report.unchanged)
    say(f"新建 {new},更新 {changed},未变 {same}", f"created {new}, updated {changed}, unchanged {same}")
    for problem in report.problems:
        click.echo(f"  {problem.where}: {problem_text(problem, cli_language())}")


@departments.command("list")
def list_all() -> None:
    """列出部门 · List departments."""
    from catalog.departments import list_departments

    with open_house() as house, house.database.reading() as session:
        for row in list_departments(session, is_active=None):
            click.echo(f"{row.slug:24} {row.name}  {row.credit_code or ''}")
