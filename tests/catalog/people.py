"""Accounts in tests: making them, acting as them, signing in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import accounts
from catalog.accounts import AccountFacts
from catalog.models import AuditRow, Department
from catalog.permissions import Actor, system_actor

PASSWORD = "Tr7#kite-Lamp"
OPERATOR = system_actor("test")
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def make(
    session: Session, now: dt.datetime, username: str, *roles: str, department: Department | None = None
) -> AccountFacts:
    return accounts.create_account(
        session,
        username=username,
        display_name=f"人员{username}",
        department_id=department.id if department else None,
        roles=roles,
        password=PASSWORD,
        must_change_password=False,
        by=OPERATOR,
        now=now,
    ).account


def as_actor(account: AccountFacts) -> Actor:
    return Actor(account.id, account.display_name, account.department_id, frozenset(account.roles))


def sign_in(session: Session, now: dt.datetime, username: str = "zhangwei", password: str = PASSWORD) -> str | None:
    return accounts.sign_in(session, username, password, now=now, address="10.1.1.1", user_agent="test").token


def acts(session: Session) -> list[tuple[str, str, object]]:
    rows = session.scalars(select(AuditRow).order_by(AuditRow.number))
    return [(row.act, row.result, row.params.get("reason")) for row in rows]
