"""The audit log: one row for every mutation, written in the same transaction, chained by hashes."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base


class AuditRow(Base):
    """Who did what to which object, when, from where, with what result."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), Index("ix_audit_object_id", "object_id"))

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    account_id: Mapped[uuid.UUID | None]
    account_name: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[uuid.UUID | None]
    address: Mapped[str | None] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str | None] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(20), default="done")
    """done, refused"""
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    row_hash: Mapped[str] = mapped_column(String(64))
