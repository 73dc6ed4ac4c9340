"""`kaifang`: everything an operator does, from the command line. Commands are loaded only when they are called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from portal import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("portal.cli.serve:serve", "启动门户:网页进程与后台任务 · Serve the portal: web processes and worker"),
    "web": ("portal.cli.serve:web", "只启动一个网页进程 · Run one web process alone"),
    "worker": ("portal.cli.serve:worker", "只启动后台任务进程 · Run the worker alone"),
    "demo": ("portal.cli.demo:demo", "载入演示数据并启动 · Load the demonstration district and serve it"),
    "db": ("portal.cli.database:db", "数据库结构升级 · Bring the database to this release"),
    "accounts": ("portal.cli.accounts:accounts", "账号管理 · Accounts"),
    "departments": ("portal.cli.departments:departments", "部门名单 · Departments"),
    "catalog": ("portal.cli.catalog:catalog", "目录导入 · Catalog imports"),
    "data": ("portal.cli.data:data", "数据文件:查看与上传 · Data files: inspect and upload"),
    "report": ("portal.cli.report:report", "工作情况汇报 · The half-year report"),
    "search": ("portal.cli.search:search", "搜索索引 · Search index"),
    "jobs": ("portal.cli.jobs:jobs", "后台任务 · Jobs"),
    "mail": ("portal.cli.mail:mail", "邮件 · Mail"),
    "doctor": ("portal.cli.doctor:doctor", "检查配置与数据 · Check settings, state and data"),
    "backup": ("portal.cli.backup:backup", "备份(可在运行中进行) · Back up, also while running"),
    "restore": ("portal.cli.backup:restore", "恢复到空目录 · Restore into an empty home"),
    "harvest-test": ("portal.cli.harvest:harvest_test", "按上级平台的方式采集一遍 · Replay a harvester's pulls"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that was named."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kaifang")
def kaifang() -> None:
    """开放 Kaifang:公共数据目录与下载门户 · a catalog and download portal for public data.

    设置由环境变量给出,见 kaifang doctor --settings · settings are environment variables.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; what a person can mend is one sentence and exit status 1, never a traceback.

    Every file it makes is readable by its owner alone: the database holds password hashes.
    """
    from datasets.errors import DomainError

    os.umask(0o077)
    try:
        return kaifang.main(args=arguments, prog_name="kaifang")
    except DomainError as error:
        from portal.cli.common import explain

        click.echo(explain(error), err=True)
        sys.exit(1)
