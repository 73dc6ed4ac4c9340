"""A person's e-mail address: where their digests go. Never public, never in the audit log."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Invalid, NotFound, Problem
from catalog.models import Account
from catalog.permissions import Actor, require_allowed

MAX_LENGTH = 254
"""RFC 5321 4.5.3.1.3."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


def parse_email(text: str) -> str:
    """A plain address as mail servers everywhere take it; raises Invalid("email_refused").

    One line of ASCII: no name, no comment, no list of addresses, nothing that could begin another header.
    """
    address = text.strip(" ")
    if len(address) > MAX_LENGTH or not _ADDRESS.fullmatch(address):
        problem = Problem("email", "email_shape", maximum=MAX_LENGTH)
        raise Invalid("email_refused", problems=[problem])
    return address


def change_email(session: Session, account_id: uuid.UUID, *, email: str | None, by: Actor, now: dt.datetime) -> None:
    """Set or remove (None or "") the address of an account: one's own, or as who manages accounts.

    Raises Invalid("email_refused"), NotFound("account_not_found").
    """
    if by.account_id != account_id:
        require_allowed(by, "account.manage")
    address = parse_email(email) if email else None
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account_not_found")
    if account.email == address:
        return
    account.email = address
    session.flush()
    params = {"email": "set" if address else "removed"}
    record_audit(
        session, by=by, act="account.update", object_kind="account", object_id=account_id, now=now, params=params
    )
