"""`kaifang demo`: the demonstration district, loaded once, then served."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from catalog.errors import NotFound
from portal.cli.common import cli_language, open_house, say

if TYPE_CHECKING:
    from portal.demo_accounts import DemoAccount
    from portal.house import House


@click.command()
@click.option("--load-only", is_flag=True, help="只载入不启动 · Load, print the accounts, do not serve.")
@click.option("--walk", "is_walk", is_flag=True, help="把运行中的演示走一遍 · Walk every journey of the running demo.")
def demo(load_only: bool, is_walk: bool) -> None:
    """载入演示数据并启动;再次运行沿用已有数据 · Load the demonstration district once and serve it."""
    if is_walk:
        walk_demo()
        return
    os.environ.setdefault("KAIFANG_DEMO", "1")
    os.environ.setdefault("SITE_REGION", "黄石港区")
    os.environ.setdefault("SITE_REGION_CODE", "420202")
    os.environ.setdefault("SITE_OPERATOR", "黄石港区政务数据部门(演示)")
    os.environ.setdefault("SITE_OPERATOR_EN", "Data office of Huangshigang District (demonstration)")
    with open_house(migrated=False) as house:
        prepare_demo(house)
        if not load_only:
            from portal.cli.serve import serve_house

            serve_house(house)


def walk_demo() -> None:
    """Walk every journey of the demonstration that runs on HOST and PORT; exit status 1 when one goes wrong."""
    from portal.demo.visitor import Visitor
    from portal.demo.walk import walk
    from portal.demo_accounts import list_demo_accounts
    from portal.settings import load_settings

    settings = load_settings()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  compared, not bound
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    accounts = list_demo_accounts(settings)
    try:
        Visitor(address).get("/healthz")
    except OSError:
        accounts = []
    if not accounts:
        raise NotFound("demo_not_running", address=address, home=str(settings.home))
    is_good = True
    for outcome in walk(address, accounts, _lose_rows):
        click.echo(outcome.line(cli_language()))
        is_good = is_good and outcome.is_good
    say(
        "全部走通。" if is_good else "有环节不通,见 ✗。",
        "All journeys went well." if is_good else "Some went wrong: see ✗.",
    )
    if not is_good:
        sys.exit(1)


def _lose_rows(resource_id: str) -> Callable[[], bool]:
    """Remove the rows of the newest version of a file; gives a question whether they stand again."""
    from datasets.versions import list_versions

    with open_house() as house, house.database.reading() as session:
        newest = list_versions(session, uuid.UUID(resource_id))[-1]
        path = house.row_stores.path_of(newest.row_store)
    path.unlink()
    return path.is_file


def prepare_demo(house: House) -> None:
    """Migrate, load the district where the database is empty, print the accounts."""
    from portal.demo_accounts import accounts_file, list_demo_accounts, save_demo_accounts
    from portal.migrating import upgrade

    upgrade(house.database.engine)
    if is_empty(house):
        from portal.demo import load_demo

        say("正在载入演示数据……", "loading the demonstration …")
        save_demo_accounts(house.settings, load_demo(house))
    accounts = list_demo_accounts(house.settings)
    say(f"演示账号(也在 {accounts_file(house.settings)}):", f"demo accounts (also in {accounts_file(house.settings)}):")
    print_accounts(accounts)


def is_empty(house: House) -> bool:
    """Whether the database holds no department yet."""
    from catalog.departments import list_departments

    with house.database.reading() as session:
        return not list_departments(session)


def print_accounts(accounts: list[DemoAccount]) -> None:
    """A table of user name, password, department and roles."""
    from rich.console import Console
    from rich.table import Table

    from catalog.permissions import ROLES

    is_english = cli_language() == "en"
    english, chinese = ("user", "password", "name", "department", "roles"), ("账号", "密码", "姓名", "部门", "角色")
    table = Table(*(english if is_english else chinese), box=None, pad_edge=False)
    for account in accounts:
        roles = "、".join(ROLES[role].en if is_english else ROLES[role].zh for role in account.roles)
        table.add_row(account.username, account.password, account.display_name, account.department, roles)
    Console(width=120, soft_wrap=True).print(table)
