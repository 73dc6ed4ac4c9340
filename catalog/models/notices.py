"""Reminders that fell due, and the outbox through which they leave the house."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

MESSAGE_STATES = ("waiting", "sent", "failed")


class Reminder(Base):
    """One step of the ladder for one obligation: made once, whatever happens later."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("obligation_id", "step"),
        Index("ix_reminder_department_id_raised_on", "department_id", "raised_on"),
        Index("ix_reminder_raised_on", "raised_on"),
    )

    id: Mapped[UuidKey]
    obligation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("obligation.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    step: Mapped[str] = mapped_column(String(20))
    raised_on: Mapped[dt.date]
    """The day on which it fell due and was made."""
    created_at: Mapped[dt.datetime]


class Message(Base):
    """One message that must leave once: a digest for a person, or a call to a webhook."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_state_next_try_at", "state", "next_try_at"),
        Index("ix_message_created_at", "created_at"),
    )

    id: Mapped[UuidKey]
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """What it is, so that making it twice makes one: "digest:<account>:<day>:<reminders>"."""
    channel: Mapped[str] = mapped_column(String(20))
    """mail or webhook"""
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"))
    webhook_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("webhook.id"))
    recipient: Mapped[str] = mapped_column(String(2048))
    subject: Mapped[str] = mapped_column(String(255), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    """While it is being sent; a sender that died gives it back when the lease ends."""
    sent_at: Mapped[dt.datetime | None]
    problem: Mapped[dict[str, Any] | None]
    """{"code", "params"} of the last failure."""
    created_at: Mapped[dt.datetime]


class Webhook(Base):
    """An address that is called when a department's obligations move; its secret is derived, never stored."""

    __tablename__ = "webhook"

    id: Mapped[UuidKey]
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    """None: of all departments, for the office."""
    url: Mapped[str] = mapped_column(String(2048))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_by_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
