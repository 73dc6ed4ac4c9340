"""What is owed by when, and the office's corrections to the working-day calendar."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

OBLIGATION_STATES = ("open", "on_time", "late", "excused", "missed", "void")


class Obligation(Base):
    """One expected delivery: unique by (entry, kind, period); settled by facts, never typed in."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("entry_id", "kind", "period"),
        Index("ix_obligation_state_due_on", "state", "due_on"),
        Index("ix_obligation_department_id_state", "department_id", "state"),
    )

    id: Mapped[UuidKey]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(String(20), default="update")
    period: Mapped[str] = mapped_column(String(16))
    """2026-W27, 2026-07-M (旬: 2026-07-T2), 2026-07, 2026Q3, 2026H2, 2026"""
    starts_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    grace_on: Mapped[dt.date]
    """Last day that still counts as on time."""
    is_provisional: Mapped[bool] = mapped_column(default=False)
    """The grace crosses a year whose arrangement has not been announced."""
    state: Mapped[str] = mapped_column(String(20), default="open")
    settled_on: Mapped[dt.date | None]
    late_workdays: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]


class Holiday(Base):
    """A day on which the office corrects the built-in calendar."""

    __tablename__ = "holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
