"""Signing in, and the sessions that a sign-in begins: kept on the server, so that they end from here at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.models import Account, AccountRole, AuthSession, Department
from catalog.passwords import RULES, AccountRules, decoy_hash, hash_password, is_password, needs_rehash
from catalog.permissions import Actor

TOUCH_AFTER = dt.timedelta(minutes=1)
"""A session's last use is written at most so often: reading a page is no write to the database."""


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """What came of a sign-in: a `token` for the cookie, or the one `code` for every failure.

    Unknown name, wrong password, locked and disabled all give "sign_in_failed", so that nobody learns which names
    exist; the audit log keeps the difference.
    """

    account_id: uuid.UUID | None = None
    token: str | None = None
    code: str | None = None
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in person with what the frame of every page shows."""

    actor: Actor
    account_id: uuid.UUID
    username: str
    display_name: str
    department_name: str | None
    department_slug: str | None
    must_change_password: bool
    """Set by whoever made the account or a new password for it, or because the password has grown too old."""
    signed_in_at: dt.datetime
    ends_at: dt.datetime
    """When the session ends however much it is used."""
    is_touch_due: bool
    """The last use should be written: call `touch_session` in a transaction of its own."""


def normalise_username(username: str) -> str:
    """The form in which names are stored and compared: NFKC, casefolded, trimmed."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def sign_in(
    session: Session,
    username: str,
    password: str,
    *,
    now: dt.datetime,
    address: str | None = None,
    user_agent: str | None = None,
    rules: AccountRules = RULES,
) -> SignInOutcome:
    """Check name and password and begin a session. Returns failures, so that their counting is committed.

    Takes the same time whether the name exists or not. After five wrong passwords within ten minutes the account is
    locked for half an hour, then twice as long each time; during a lock even the right password fails. Signed-in
    sessions live on: locking somebody else's account does not throw its owner out.
    """
    account = session.scalars(
        select(Account).where(Account.username == normalise_username(username)[:64]).with_for_update()
    ).one_or_none()
    is_right = is_password(password, account.password_hash if account else decoy_hash())
    problem = _refusal(account, is_right, now)
    by = (
        Actor(account.id, account.display_name, account.department_id, address=address)
        if account
        else _stranger(address)
    )
    if account is None or problem is not None:
        if account is not None and problem == "wrong_password":
            _count_failure(account, now, rules)
        _audit(session, by, account, now, result="refused", reason=problem)
        return SignInOutcome(code="sign_in_failed")
    account.failed_count, account.failed_at, account.locked_until, account.last_login_at = 0, None, None, now
    if needs_rehash(account.password_hash):
        account.password_hash = hash_password(password)
    token = begin_session(session, account.id, now=now, address=address, user_agent=user_agent)
    _audit(session, by, account, now, result="done", reason=None)
    return SignInOutcome(account.id, token, must_change_password=is_password_due(account, now, rules))


def begin_session(
    session: Session, account_id: uuid.UUID, *, now: dt.datetime, address: str | None, user_agent: str | None
) -> str:
    """Begin a session and return its token, which is stored nowhere: only its digest is."""
    token = secrets.token_urlsafe(32)
    row = AuthSession(
        token_hash=_digest(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        address=address[:64] if address else None,
        user_agent=user_agent[:255] if user_agent else None,
    )
    session.add(row)
    session.flush()
    return token


def find_actor(
    session: Session, token: str, *, now: dt.datetime, address: str | None = None, rules: AccountRules = RULES
) -> SignedIn | None:
    """The signed-in person of this token, or None once it has ended, expired, or its account was disabled.

    Reads only: two queries by key. A session ends after 30 minutes without use and 8 hours in any case.
    """
    row = session.execute(
        select(AuthSession, Account, Department.name, Department.slug)
        .join(Account, Account.id == AuthSession.account_id)
        .outerjoin(Department, Department.id == Account.department_id)
        .where(AuthSession.token_hash == _digest(token), AuthSession.ended_at.is_(None), Account.is_active)
    ).one_or_none()
    if row is None:
        return None
    sign, account, department_name, department_slug = row
    ends_at = sign.created_at + rules.session_for
    if now >= ends_at or now - sign.last_seen_at >= rules.idle_for:
        return None
    roles = frozenset(session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id)))
    return SignedIn(
        actor=Actor(account.id, account.display_name, account.department_id, roles, address),
        account_id=account.id,
        username=account.username,
        display_name=account.display_name,
        department_name=department_name,
        department_slug=department_slug,
        must_change_password=is_password_due(account, now, rules),
        signed_in_at=sign.created_at,
        ends_at=ends_at,
        is_touch_due=now - sign.last_seen_at >= TOUCH_AFTER,
    )


def touch_session(session: Session, token: str, *, now: dt.datetime) -> None:
    """Note that the session is in use, so that it does not end as idle."""
    used = AuthSession.token_hash == _digest(token), AuthSession.ended_at.is_(None), AuthSession.last_seen_at < now
    session.execute(update(AuthSession).where(*used).values(last_seen_at=now))


def end_session(session: Session, token: str, *, now: dt.datetime) -> None:
    """Sign out; a token that is not known, or has ended already, is no error and leaves no audit row."""
    row = session.execute(
        select(AuthSession, Account)
        .join(Account, Account.id == AuthSession.account_id)
        .where(AuthSession.token_hash == _digest(token), AuthSession.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        return
    sign, account = row
    sign.ended_at = now
    session.flush()
    by = Actor(account.id, account.display_name, account.department_id, address=sign.address)
    record_audit(session, by=by, act="account.sign_out", object_kind="account", object_id=account.id, now=now)


def end_all_sessions(session: Session, account_id: uuid.UUID, *, now: dt.datetime) -> int:
    """End every session of the account and return how many were open; they are dead at their next request."""
    open_ones = select(AuthSession).where(AuthSession.account_id == account_id, AuthSession.ended_at.is_(None))
    rows = session.scalars(open_ones).all()
    for row in rows:
        row.ended_at = now
    session.flush()
    return len(rows)


def sweep_sessions(session: Session, *, now: dt.datetime, rules: AccountRules = RULES) -> int:
    """Remove the rows of sessions that can no longer be used, a day after their end; returns how many."""
    old = now - rules.session_for - dt.timedelta(days=1)
    result = session.execute(delete(AuthSession).where(AuthSession.created_at < old).returning(AuthSession.token_hash))
    return len(result.all())


def is_password_due(account: Account, now: dt.datetime, rules: AccountRules = RULES) -> bool:
    """Whether the password must be changed before anything else."""
    changed_at = account.password_changed_at or account.created_at
    is_old = rules.max_age_days > 0 and now - changed_at >= dt.timedelta(days=rules.max_age_days)
    return account.must_change_password or is_old


def _refusal(account: Account | None, is_right: bool, now: dt.datetime) -> str | None:
    if account is None:
        return "unknown_name"
    if not account.is_active:
        return "disabled"
    if account.locked_until is not None and now < account.locked_until:
        return "locked"
    return None if is_right else "wrong_password"


def _count_failure(account: Account, now: dt.datetime, rules: AccountRules) -> None:
    """Count a wrong password. Whole multiples of `attempts` are locks served so far, forgotten after a day of quiet."""
    last = account.failed_at
    if last is not None and now - last > rules.lock_limit:
        account.failed_count = 0
    elif last is not None and now - last > rules.attempt_window:
        account.failed_count -= account.failed_count % rules.attempts
    account.failed_count += 1
    account.failed_at = now
    locks, rest = divmod(account.failed_count, rules.attempts)
    if rest == 0:
        account.locked_until = now + min(rules.lock_for * 2 ** min(locks - 1, 10), rules.lock_limit)


def _audit(
    session: Session, by: Actor, account: Account | None, now: dt.datetime, *, result: str, reason: str | None
) -> None:
    """One row for every attempt. A name that is unknown is not written: people type passwords into that field."""
    session.flush()
    record_audit(
        session,
        by=by,
        act="account.sign_in",
        object_kind="account",
        object_id=account.id if account else None,
        now=now,
        params={"reason": reason} if reason else {},
        result=result,
    )


def _stranger(address: str | None) -> Actor:
    return Actor(account_id=None, name="", address=address)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
