"""Departments, the accounts of their people, and signed-in sessions."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from datasets.db import Base, UuidKey


class Department(Base):
    """信息资源提供方: a body that publishes data."""

    __tablename__ = "department"

    id: Mapped[UuidKey]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    name_en: Mapped[str | None] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32), default="区直部门")
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    """统一社会信用代码 (GB 32100), checked when present, never invented."""
    phone: Mapped[str | None] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"))
    """The department that took over its entries, when it was dissolved."""
    calendar_epoch: Mapped[int] = mapped_column(default=0)
    """Counts how often its private calendar address was made anew; the address is derived from it."""


class Account(Base):
    """A person who may sign in. Never deleted: disabled, so that the audit log keeps its subject."""

    __tablename__ = "account"

    id: Mapped[UuidKey]
    username: Mapped[str] = mapped_column(String(64), unique=True)
    """Stored casefolded and NFKC-normalised."""
    display_name: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254))
    """Where digests go; never public."""
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_count: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[dt.datetime | None]
    locked_until: Mapped[dt.datetime | None]
    last_login_at: Mapped[dt.datetime | None]
    password_changed_at: Mapped[dt.datetime | None]
    password_history: Mapped[list[str]] = mapped_column(default=list)
    """Hashes of earlier passwords, newest first: they are not taken again."""
    created_at: Mapped[dt.datetime]

    department: Mapped[Department | None] = relationship(lazy="raise")
    roles: Mapped[list[AccountRole]] = relationship(lazy="raise", cascade="all, delete-orphan")


class AccountRole(Base):
    """One role of one account; department roles act for the account's department."""

    __tablename__ = "account_role"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted_by: Mapped[uuid.UUID | None]
    granted_at: Mapped[dt.datetime]


class AuthSession(Base):
    """A signed-in session, kept on the server so that it can be ended from there within one request."""

    __tablename__ = "auth_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the random token in the cookie; the token itself is stored nowhere."""
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(255))
