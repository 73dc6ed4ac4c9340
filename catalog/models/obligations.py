"""What is owed by when, the facts that settle it, what people asked about it, and the corrected calendar."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

OBLIGATION_STATES = ("open", "on_time", "late", "excused", "missed", "void")
DELIVERY_KINDS = ("data", "unchanged", "imported")
ACT_KINDS = ("extension", "excuse", "objection")
ACT_STATES = ("open", "granted", "refused")


class Obligation(Base):
    """One expected delivery: unique by (subject, kind, period); settled by facts, never typed in.

    The subject is an entry (update, freshness) or a department (a node of a plan, a rectification).
    """

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind", "period"),
        Index("ix_obligation_state_due_on", "state", "due_on", "id", "kind"),
        Index("ix_obligation_entry_id_state", "entry_id", "state"),
        Index("ix_obligation_department_id_state", "department_id", "state", "due_on", "id"),
        # whole rates out of the index alone: by kind, outcome and due date, added up for each department
        Index("ix_obligation_kind_state", "kind", "state", "due_on", "department_id", "grace_on", "settled_by"),
    )

    id: Mapped[UuidKey]
    subject_id: Mapped[uuid.UUID]
    """Id of the entry, or of the department where the obligation is not about an entry."""
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entry.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    """Who owes it: the provider on the day it was opened; an open one follows the entry to its next provider."""
    kind: Mapped[str] = mapped_column(String(20), default="update")
    period: Mapped[str] = mapped_column(String(40))
    """2026-W27, 2026-07-T2 (旬), 2026-07, 2026Q3, 2026H2, 2026; of a node: plan code and node number, "2026H1#1"."""
    label: Mapped[str | None] = mapped_column(String(200))
    """What is owed, in words, where there is no entry whose title says it."""
    starts_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    """As extended."""
    first_due_on: Mapped[dt.date | None]
    """The due date before it was extended; None where it never was."""
    grace_on: Mapped[dt.date]
    """Last day that still counts as on time."""
    is_provisional: Mapped[bool] = mapped_column(default=False)
    """The grace crosses a year whose arrangement has not been announced."""
    state: Mapped[str] = mapped_column(String(20), default="open")
    settled_on: Mapped[dt.date | None]
    """The day of the fact that settled it."""
    settled_by: Mapped[str | None] = mapped_column(String(20))
    """data, unchanged, imported, share (of working days), declaration, pull, handover, evidence, excuse"""
    late_workdays: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]


class Delivery(Base):
    """A fact that serves obligations: new data, "confirmed unchanged", or an update known from an import."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("entry_id", "delivered_on", "kind"),)

    id: Mapped[UuidKey]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"))
    delivered_on: Mapped[dt.date]
    """The day on which the department let it go: its reviewer's confirmation, whatever time the office takes."""
    kind: Mapped[str] = mapped_column(String(20))
    version_id: Mapped[uuid.UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[dt.datetime]


class ObligationAct(Base):
    """What people asked about an obligation and what the office answered: extension, excuse, objection."""

    __tablename__ = "obligation_act"
    __table_args__ = (Index("ix_obligation_act_state", "state", "at"),)

    id: Mapped[UuidKey]
    obligation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("obligation.id"), index=True)
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="open")
    reason: Mapped[str] = mapped_column(Text)
    until_on: Mapped[dt.date | None]
    """The due date that an extension asks for."""
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    decided_by_id: Mapped[uuid.UUID | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[dt.datetime | None]


class Holiday(Base):
    """A day on which the office corrects the built-in calendar."""

    __tablename__ = "holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
