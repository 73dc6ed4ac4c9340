"""Accounts as the people who manage them see them: listed and looked up, without secrets."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from catalog.errors import NotFound
from catalog.models import Account, AccountRole, Department
from catalog.permissions import ROLES, Actor, require_allowed
from catalog.sessions import normalise_username


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as the people who manage it see it; no secrets."""

    id: uuid.UUID
    username: str
    display_name: str
    department_id: uuid.UUID | None
    department_name: str | None
    roles: tuple[str, ...]
    is_active: bool
    is_locked: bool
    must_change_password: bool
    last_login_at: dt.datetime | None
    created_at: dt.datetime
    email: str | None = None


def list_accounts(
    session: Session,
    *,
    by: Actor,
    now: dt.datetime,
    q: str = "",
    department_id: uuid.UUID | None = None,
    role: str | None = None,
    after: str = "",
    limit: int = 50,
) -> list[AccountFacts]:
    """Accounts in the order of their usernames after `after` (keyset), narrowed by a part of a name or a role."""
    require_allowed(by, "account.view")
    query = _facts_query().where(Account.username > after).order_by(Account.username).limit(limit)
    if q:
        part = normalise_username(q)
        query = query.where(
            or_(Account.username.contains(part, autoescape=True), Account.display_name.contains(q, autoescape=True))
        )
    if department_id is not None:
        query = query.where(Account.department_id == department_id)
    if role is not None:
        query = query.where(Account.id.in_(select(AccountRole.account_id).where(AccountRole.role == role)))
    return [_facts(account, name, now) for account, name in session.execute(query)]


def get_account(session: Session, account_id: uuid.UUID, *, now: dt.datetime) -> AccountFacts:
    """The account of this id; raises NotFound("account_not_found")."""
    row = session.execute(_facts_query().where(Account.id == account_id)).one_or_none()
    if row is None:
        raise NotFound("account_not_found")
    return _facts(row[0], row[1], now)


def find_account(session: Session, username: str, *, now: dt.datetime) -> AccountFacts | None:
    """The account of this name in any spelling of case and width, or None."""
    row = session.execute(_facts_query().where(Account.username == normalise_username(username))).one_or_none()
    return _facts(row[0], row[1], now) if row is not None else None


def _facts_query() -> Select[Account, str]:
    return (
        select(Account, Department.name)
        .outerjoin(Department, Department.id == Account.department_id)
        .options(selectinload(Account.roles))
        .execution_options(populate_existing=True)
    )


def _facts(account: Account, department_name: str | None, now: dt.datetime) -> AccountFacts:
    held = {row.role for row in account.roles}
    return AccountFacts(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        department_id=account.department_id,
        department_name=department_name,
        roles=tuple(role for role in ROLES if role in held),
        is_active=account.is_active,
        is_locked=account.locked_until is not None and now < account.locked_until,
        must_change_password=account.must_change_password,
        last_login_at=account.last_login_at,
        created_at=account.created_at,
        email=account.email,
    )
