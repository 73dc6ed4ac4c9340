"""`kaifang accounts`: the first accounts, and help for people who are locked out."""

from __future__ import annotations

import datetime as dt
import sys
import uuid

import click
from sqlalchemy.orm import Session

from portal.cli.common import cli_language, open_house, operator, say


@click.group()
def accounts() -> None:
    """账号管理 · Accounts."""


@accounts.command()
@click.argument("username")
@click.option("--name", "display_name", required=True, help="姓名 · Name of the person.")
@click.option("--department", help="部门名称 · Name of the department, for department roles.")
@click.option("--role", "roles", multiple=True, help="角色,可重复 · Role, may be repeated: editor, reviewer, office …")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码 · Read the password from standard input.")
def add(username: str, display_name: str, department: str | None, roles: tuple[str, ...], password_stdin: bool) -> None:
    """新建账号 USERNAME;密码自动生成,只显示一次 · Make an account; its password is shown once."""
    from catalog.accounts import create_account

    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with open_house() as house, house.database.work() as session:
        new = create_account(
            session,
            username=username,
            display_name=display_name,
            department_id=_department_id(session, department) if department else None,
            roles=roles,
            password=password,
            by=operator(),
            now=house.now(),
        )
    say(f"已新建账号 {new.account.username}", f"made the account {new.account.username}")
    if password is None:
        say(f"初始密码(首次登录须修改):{new.password}", f"first password (to be changed): {new.password}")


@accounts.command("list")
def list_all() -> None:
    """列出全部账号 · List all accounts."""
    from catalog.accounts import list_accounts
    from catalog.permissions import ROLES

    is_english = cli_language() == "en"
    with open_house() as house, house.database.reading() as session:
        after = ""
        while rows := list_accounts(session, by=operator(), now=house.now(), after=after, limit=200):
            for row in rows:
                roles = "、".join(ROLES[key].en if is_english else ROLES[key].zh for key in row.roles)
                state = "" if row.is_active else (" disabled" if is_english else " 已停用")
                click.echo(f"{row.username:16} {row.display_name}  {row.department_name or ''}  {roles}{state}")
            after = rows[-1].username


@accounts.command()
@click.argument("username")
def reset(username: str) -> None:
    """重置 USERNAME 的密码并解除锁定 · Give a new password and end a lock."""
    from catalog.accounts import reset_password

    with open_house() as house, house.database.work() as session:
        new = reset_password(session, _account_id(session, username, house.now()), by=operator(), now=house.now())
    say(f"新密码(登录后须修改):{new.password}", f"new password (to be changed): {new.password}")


@accounts.command()
@click.argument("username")
@click.argument("role")
@click.option("--revoke", is_flag=True, help="收回而不是授予 · Take the role back.")
def role(username: str, role: str, revoke: bool) -> None:
    """授予或收回角色 · Grant or revoke a role."""
    from catalog.accounts import grant_role, revoke_role

    with open_house() as house, house.database.work() as session:
        account_id = _account_id(session, username, house.now())
        (revoke_role if revoke else grant_role)(session, account_id, role, by=operator(), now=house.now())
    say("已完成,该账号须重新登录", "done; the account has to sign in again")


def _account_id(session: Session, username: str, now: dt.datetime) -> uuid.UUID:
    from catalog.accounts import find_account
    from catalog.errors import NotFound

    account = find_account(session, username, now=now)
    if account is None:
        raise NotFound("account_not_found")
    return account.id


def _department_id(session: Session, name: str) -> uuid.UUID:
    from catalog.departments import find_by_any_name
    from catalog.errors import NotFound

    department = find_by_any_name(session, name)
    if department is None:
        raise NotFound("department_not_found", id=name)
    return department.id
