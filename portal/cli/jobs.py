"""`kaifang jobs`: work in the background."""

from __future__ import annotations

import datetime as dt

import click

from portal.cli.common import cli_language, open_house, say
from portal.messages import text_of


@click.group()
def jobs() -> None:
    """后台任务 · Jobs."""


@jobs.command("list")
@click.option(
    "--state", type=click.Choice(["waiting", "running", "done", "failed"]), help="只看某一状态 · Only this state."
)
def list_all(state: str | None) -> None:
    """列出可用任务与最近的任务 · List the kinds of jobs and the latest jobs."""
    from catalog.jobs import list_jobs
    from portal.jobs import JOBS

    for job in JOBS.values():
        daily = f"  {job.daily_at:%H:%M}" if job.daily_at else ""
        click.echo(f"{job.kind:20} {job.en if cli_language() == 'en' else job.zh}{daily}")
    with open_house() as house, house.database.reading() as session:
        for row in list_jobs(session, state=state):
            problem = f"  {row.problem['code']}" if row.problem else ""
            click.echo(f"{row.created_at:%Y-%m-%d %H:%M}  {row.kind:20} {row.state}{problem}")


@jobs.command()
@click.argument("kind", required=False)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="日期 YYYY-MM-DD(用于 deadlines.check、plans.settle、notices.raise) · Day, for those three.",
)
def run(kind: str | None, on: dt.datetime | None) -> None:
    """执行任务 KIND;不写则做完所有等待中的任务 · Run one job KIND now, or all that wait."""
    from catalog.jobs import list_jobs
    from portal.worker import Worker, queue_by_name

    with open_house() as house:
        if kind:
            queue_by_name(house, kind, {"on": on.date().isoformat()} if on else {})
        worker, count = Worker(house), 0
        while worker.run_one():
            count += 1
        with house.database.reading() as session:
            problems = [row.problem for row in list_jobs(session, kind=kind, limit=1) if row.problem] if kind else []
    for problem in problems:
        raise click.ClickException(text_of(problem["code"], problem["params"], cli_language()))
    say(f"已执行 {count} 个任务", f"ran {count} jobs")
