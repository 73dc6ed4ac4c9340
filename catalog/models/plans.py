"""工作计划: nodes with fixed dates, what each department is expected to register, and how it says that it is done."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

PLAN_STATES = ("draft", "running", "closed")
NODE_RULES = ("catalog", "connection", "manual")
PLAN_ITEM_STATES = ("expected", "dropped")
DECLARATION_STATES = ("drafted", "signed", "accepted", "returned")


class WorkPlan(Base):
    """One plan of the office for a year or half of it."""

    __tablename__ = "work_plan"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    """Short ASCII name used in addresses and as the head of its obligations' periods: 2023, 2026H1."""
    title: Mapped[str] = mapped_column(String(128))
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    starts_on: Mapped[dt.date]
    created_at: Mapped[dt.datetime]


class PlanNode(Base):
    """时间节点: a fixed date, never moved by holidays; `rule` says which fact meets it."""

    __tablename__ = "plan_node"
    __table_args__ = (UniqueConstraint("plan_id", "position"),)

    id: Mapped[UuidKey]
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_plan.id"))
    position: Mapped[int]
    """Counts from 1; with the plan's code it is the period of the obligation."""
    title: Mapped[str] = mapped_column(String(128))
    rule: Mapped[str] = mapped_column(String(20))
    """catalog: an accepted declaration; connection: taken by the city platform or handed over; manual: recorded."""
    due_on: Mapped[dt.date]
    note: Mapped[str | None] = mapped_column(Text)


class PlanDepartment(Base):
    """A department that a plan is for."""

    __tablename__ = "plan_department"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_plan.id"), primary_key=True)
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"), primary_key=True)


class PlanItem(Base):
    """One dataset that a department expects to register under a plan, and the entry that it became."""

    __tablename__ = "plan_item"
    __table_args__ = (UniqueConstraint("plan_id", "department_id", "title"),)

    id: Mapped[UuidKey]
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_plan.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    title: Mapped[str] = mapped_column(String(128))
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entry.id"))
    state: Mapped[str] = mapped_column(String(20), default="expected")
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was dropped."""
    created_at: Mapped[dt.datetime]


class Declaration(Base):
    """完成声明: "complete: n entries, m closed with basis", or a zero catalog with its reason."""

    __tablename__ = "declaration"
    __table_args__ = (
        UniqueConstraint("plan_id", "department_id", "number"),
        Index("ix_declaration_state", "state"),
    )

    id: Mapped[UuidKey]
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_plan.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    number: Mapped[int]
    """Counts the declarations of one department under one plan from 1."""
    kind: Mapped[str] = mapped_column(String(20))
    """complete or zero"""
    entry_count: Mapped[int] = mapped_column(default=0)
    closed_count: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="drafted")
    drafted_by: Mapped[uuid.UUID | None]
    drafted_by_name: Mapped[str] = mapped_column(String(64))
    drafted_at: Mapped[dt.datetime]
    signed_by: Mapped[uuid.UUID | None]
    signed_by_name: Mapped[str | None] = mapped_column(String(64))
    signed_at: Mapped[dt.datetime | None]
    """The day on which the department has done its part: it counts for the node once the office accepts."""
    answer: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[uuid.UUID | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[dt.datetime | None]


class Handover(Base):
    """How a node was met outside the portal's sight: handed over to the city, or recorded by the office."""

    __tablename__ = "handover"
    __table_args__ = (UniqueConstraint("node_id", "department_id"),)

    id: Mapped[UuidKey]
    node_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_node.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    done_on: Mapped[dt.date]
    how: Mapped[str] = mapped_column(String(20))
    """pull: the city platform's receipt; handover: recorded by a person"""
    note: Mapped[str | None] = mapped_column(Text)
    entry_count: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class Candidate(Base):
    """待开放清单: what the exchange platform shares or a business system holds, and what becomes of it."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("department_id", "source", "title"), Index("ix_candidate_state", "state"))

    id: Mapped[UuidKey]
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    source: Mapped[str] = mapped_column(String(20))
    """exchange (市共享交换平台) or system (业务系统)"""
    title: Mapped[str] = mapped_column(String(128))
    code: Mapped[str | None] = mapped_column(String(64))
    system_name: Mapped[str | None] = mapped_column(String(128))
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="undecided")
    """undecided, opened, opened_upstream, open_next, kept_closed"""
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entry.id"))
    upstream_url: Mapped[str | None] = mapped_column(String(2048))
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by_name: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
