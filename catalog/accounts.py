"""Accounts of people: making, disabling, unlocking them, their passwords and their roles.

三员分立: system_admin, security_admin and auditor are never held by one account; who manages accounts cannot grant
roles; nobody changes their own roles; the last holder of an office cannot be removed. An account is never deleted and
its name never given to another person, so that the audit log keeps its subjects (GB/T 22239-2019 8.1.4.1, 8.1.5).
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from catalog.account_lists import AccountFacts, find_account, get_account, list_accounts
from catalog.audit import record_audit
from catalog.departments import load_department
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.models import Account, AccountRole, AuditRow
from catalog.passwords import RULES, AccountRules, check_password, generate_password, hash_password, is_password
from catalog.permissions import EXCLUSIVE_ROLES, ROLES, Actor, require_allowed
from catalog.sessions import (
    SignedIn,
    SignInOutcome,
    begin_session,
    end_all_sessions,
    end_session,
    find_actor,
    normalise_username,
    sign_in,
    sweep_sessions,
    touch_session,
)

__all__ = [
    "AccountFacts",
    "NewAccount",
    "SignInOutcome",
    "SignedIn",
    "change_password",
    "create_account",
    "disable_account",
    "disable_unused",
    "enable_account",
    "end_all_sessions",
    "end_session",
    "find_account",
    "find_actor",
    "get_account",
    "grant_role",
    "list_accounts",
    "reset_password",
    "revoke_role",
    "sign_in",
    "sweep_sessions",
    "touch_session",
    "unlock_account",
    "update_account",
]

OFFICES = EXCLUSIVE_ROLES | {"office"}
"""Roles that always keep at least one active holder once they have one."""

_USERNAME = re.compile(r"[\w][\w.@-]{1,63}")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A new account with the password to hand over, which is shown once and stored nowhere."""

    account: AccountFacts
    password: str


def create_account(
    session: Session,
    *,
    username: str,
    display_name: str,
    department_id: uuid.UUID | None = None,
    roles: Iterable[str] = (),
    password: str | None = None,
    must_change_password: bool = True,
    by: Actor,
    now: dt.datetime,
) -> NewAccount:
    """Make an account; without `password` one is generated. Roles need the right to grant them as well.

    Raises Invalid("account_invalid") with all problems, Conflict("username_taken").
    """
    require_allowed(by, "account.manage")
    name = normalise_username(username)
    problems = _check_names(name, display_name)
    secret = password if password is not None else generate_password()
    problems += check_password(secret, username=name, display_name=display_name)
    if problems:
        raise Invalid("account_invalid", problems=problems)
    if department_id is not None:
        load_department(session, department_id)
    if session.scalar(select(Account.id).where(Account.username == name)) is not None:
        raise Conflict("username_taken", username=name)
    account = Account(
        id=uuid.uuid4(),
        username=name,
        display_name=display_name.strip(),
        department_id=department_id,
        password_hash=hash_password(secret),
        must_change_password=must_change_password,
        password_changed_at=now,
        created_at=now,
    )
    session.add(account)
    session.flush()
    _audit(session, by, "account.create", account.id, now, username=name, department_id=department_id)
    for role in roles:
        grant_role(session, account.id, role, by=by, now=now)
    return NewAccount(get_account(session, account.id, now=now), secret)


def _check_names(username: str, display_name: str) -> list[Problem]:
    problems = []
    if not _USERNAME.fullmatch(username):
        problems.append(Problem("username", "username_shape"))
    if not 1 <= len(display_name.strip()) <= 64 or not display_name.isprintable():
        problems.append(Problem("display_name", "display_name_shape"))
    return problems


def update_account(
    session: Session,
    account_id: uuid.UUID,
    *,
    display_name: str,
    department_id: uuid.UUID | None,
    by: Actor,
    now: dt.datetime,
) -> None:
    """Change the name shown and the department of an account; with another department its sessions end.

    Raises Invalid("account_invalid"), NotFound("department_not_found"), NotAllowed("own_account") for moving oneself,
    and Conflict("role_needs_department") where a role would hang in the air.
    """
    require_allowed(by, "account.manage")
    account = _load(session, account_id, with_roles=True)
    problems = _check_names(account.username, display_name)
    if problems:
        raise Invalid("account_invalid", problems=problems)
    has_moved = account.department_id != department_id
    if has_moved:
        _require_movable(session, account, department_id, by)
    elif account.display_name == display_name.strip():
        return
    account.display_name, account.department_id = display_name.strip(), department_id
    session.flush()
    if has_moved:
        end_all_sessions(session, account_id, now=now)
    _audit(session, by, "account.update", account_id, now, name=account.display_name, department_id=department_id)


def _require_movable(session: Session, account: Account, department_id: uuid.UUID | None, by: Actor) -> None:
    if by.account_id == account.id:
        raise NotAllowed("own_account")
    if department_id is not None:
        load_department(session, department_id)
    bound = [row.role for row in account.roles if ROLES[row.role].of_department]
    if department_id is None and bound:
        raise Conflict("role_needs_department", **_labels(min(bound)))


def change_password(
    session: Session,
    account_id: uuid.UUID,
    *,
    old: str,
    new: str,
    now: dt.datetime,
    by: Actor,
    user_agent: str | None = None,
    rules: AccountRules = RULES,
) -> str:
    """Change one's own password, end all sessions, and return the token of a new one for the changing person.

    Raises NotAllowed for somebody else's account, Invalid("password_refused") when the old one is wrong, or the new
    one breaks the rules or is one of the last five.
    """
    if by.account_id != account_id:
        raise NotAllowed("not_allowed", act="account.change_password")
    account = _load(session, account_id)
    if not is_password(old, account.password_hash):
        raise Invalid("password_refused", problems=[Problem("old_password", "password_wrong")])
    problems = check_password(new, username=account.username, display_name=account.display_name, rules=rules)
    earlier = [account.password_hash, *account.password_history][: rules.history]
    if not problems and any(is_password(new, one) for one in earlier):
        problems = [Problem("password", "password_used_before", history=rules.history)]
    if problems:
        raise Invalid("password_refused", problems=problems)
    _set_password(account, new, now, must_change=False, rules=rules)
    end_all_sessions(session, account_id, now=now)
    _audit(session, by, "account.change_password", account_id, now)
    return begin_session(session, account_id, now=now, address=by.address, user_agent=user_agent)


def reset_password(session: Session, account_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> NewAccount:
    """Give the account a generated password that must be changed at the next sign-in, and end its sessions."""
    require_allowed(by, "account.manage")
    account = _load(session, account_id)
    password = generate_password()
    _set_password(account, password, now, must_change=True, rules=RULES)
    _clear_lock(account)
    end_all_sessions(session, account_id, now=now)
    _audit(session, by, "account.reset_password", account_id, now)
    return NewAccount(get_account(session, account_id, now=now), password)


def _set_password(account: Account, new: str, now: dt.datetime, *, must_change: bool, rules: AccountRules) -> None:
    account.password_history = [account.password_hash, *account.password_history][: max(rules.history - 1, 0)]
    account.password_hash = hash_password(new)
    account.password_changed_at, account.must_change_password = now, must_change


def grant_role(session: Session, account_id: uuid.UUID, role: str, *, by: Actor, now: dt.datetime) -> None:
    """Give a role; the account's sessions end, so that it counts from the next sign-in. Twice is once.

    Raises NotFound("role_not_found"), NotAllowed("own_roles"), Conflict("roles_exclude_each_other"),
    Conflict("role_needs_department").
    """
    account = _load_for_roles(session, account_id, role, by)
    held = {row.role for row in account.roles}
    if role in held:
        return
    if ROLES[role].of_department and account.department_id is None:
        raise Conflict("role_needs_department", **_labels(role))
    if role in EXCLUSIVE_ROLES and held & EXCLUSIVE_ROLES:
        raise Conflict("roles_exclude_each_other", **_labels(role), **_labels(min(held & EXCLUSIVE_ROLES), "held"))
    account.roles.append(AccountRole(role=role, granted_by=by.account_id, granted_at=now))
    session.flush()
    end_all_sessions(session, account_id, now=now)
    _audit(session, by, "role.grant", account_id, now, role=role)


def revoke_role(session: Session, account_id: uuid.UUID, role: str, *, by: Actor, now: dt.datetime) -> None:
    """Take a role back; the account's sessions end. A role that is not held is no error.

    Raises NotAllowed("own_roles"), Conflict("last_holder") for the last active holder of an office.
    """
    account = _load_for_roles(session, account_id, role, by)
    found = next((row for row in account.roles if row.role == role), None)
    if found is None:
        return
    if account.is_active:
        _keep_offices(session, account_id, {role})
    account.roles.remove(found)
    session.flush()
    end_all_sessions(session, account_id, now=now)
    _audit(session, by, "role.revoke", account_id, now, role=role)


def _load_for_roles(session: Session, account_id: uuid.UUID, role: str, by: Actor) -> Account:
    require_allowed(by, "role.grant")
    if role not in ROLES:
        raise NotFound("role_not_found", role=role, known=list(ROLES))
    if by.account_id == account_id:
        raise NotAllowed("own_roles")
    return _load(session, account_id, with_roles=True)


def disable_account(session: Session, account_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Shut the account; its sessions are dead at their next request. Raises Conflict("last_holder"), own account
    NotAllowed("own_account")."""
    require_allowed(by, "account.manage")
    if by.account_id == account_id:
        raise NotAllowed("own_account")
    account = _load(session, account_id, with_roles=True)
    if not account.is_active:
        return
    _keep_offices(session, account_id, {row.role for row in account.roles})
    account.is_active = False
    end_all_sessions(session, account_id, now=now)
    _audit(session, by, "account.disable", account_id, now)


def enable_account(session: Session, account_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Open a disabled account again; it is not counted as unused before another 90 days."""
    require_allowed(by, "account.manage")
    account = _load(session, account_id)
    if account.is_active:
        return
    account.is_active = True
    _clear_lock(account)
    session.flush()
    _audit(session, by, "account.enable", account_id, now)


def unlock_account(session: Session, account_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """End a lock after wrong passwords before its time."""
    require_allowed(by, "account.manage")
    account = _load(session, account_id)
    _clear_lock(account)
    session.flush()
    _audit(session, by, "account.unlock", account_id, now)


def disable_unused(session: Session, *, by: Actor, now: dt.datetime, rules: AccountRules = RULES) -> int:
    """Disable the accounts that nobody has used for 90 days (GB/T 22239-2019 8.1.4.2 c), but no last holder of an
    office; returns how many."""
    require_allowed(by, "account.manage")
    if rules.unused_days <= 0:
        return 0
    limit = now - dt.timedelta(days=rules.unused_days)
    last_used = func.coalesce(Account.last_login_at, Account.created_at)
    ids = session.scalars(select(Account.id).where(Account.is_active, last_used < limit)).all()
    reopened = set(
        session.scalars(select(AuditRow.object_id).where(AuditRow.act == "account.enable", AuditRow.at >= limit))
    )
    count = 0
    for account_id in (one for one in ids if str(one) not in reopened):
        try:
            disable_account(session, account_id, by=by, now=now)
            count += 1
        except Conflict:
            continue
    return count


def _load(session: Session, account_id: uuid.UUID, *, with_roles: bool = False) -> Account:
    options = [selectinload(Account.roles)] if with_roles else []
    account = session.get(Account, account_id, options=options, populate_existing=True, with_for_update=True)
    if account is None:
        raise NotFound("account_not_found")
    return account


def _keep_offices(session: Session, account_id: uuid.UUID, roles: set[str]) -> None:
    for role in sorted(roles & OFFICES):
        others = (
            select(func.count())
            .select_from(AccountRole)
            .join(Account, Account.id == AccountRole.account_id)
            .where(AccountRole.role == role, AccountRole.account_id != account_id, Account.is_active)
        )
        if not session.scalar(others):
            raise Conflict("last_holder", **_labels(role))


def _labels(role: str, name: str = "role") -> dict[str, str]:
    """The role's key and its labels, for the sentence of an error."""
    return {name: role, f"{name}_zh": ROLES[role].zh, f"{name}_en": ROLES[role].en}


def _clear_lock(account: Account) -> None:
    account.failed_count, account.failed_at, account.locked_until = 0, None, None


def _audit(session: Session, by: Actor, act: str, account_id: uuid.UUID, now: dt.datetime, **params: object) -> None:
    record_audit(session, by=by, act=act, object_kind="account", object_id=account_id, now=now, params=params)
