"""考核: weights, frozen scorecards and objections to them; counted duties; rectifications; bulk acts."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey


class IndicatorWeight(Base):
    """How much an indicator counts, and its target, from a day on until another row takes over."""

    __tablename__ = "indicator_weight"
    __table_args__ = (UniqueConstraint("indicator", "starts_on"),)

    id: Mapped[UuidKey]
    indicator: Mapped[str] = mapped_column(String(40))
    """Code of INDICATORS, or "duty:<code>" for a counted duty."""
    weight: Mapped[float] = mapped_column(Numeric(6, 2, asdecimal=False))
    """Points for a full score; 0 takes the indicator out."""
    target: Mapped[float | None] = mapped_column(Numeric(14, 4, asdecimal=False))
    starts_on: Mapped[dt.date]
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class Scorecard(Base):
    """The score of one department for one period, frozen: it no longer moves with the records."""

    __tablename__ = "scorecard"
    __table_args__ = (UniqueConstraint("department_id", "period"),)

    id: Mapped[UuidKey]
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    period: Mapped[str] = mapped_column(String(10))
    """2026 or 2026H1"""
    score: Mapped[float | None] = mapped_column(Numeric(7, 2, asdecimal=False))
    lines: Mapped[list[Any]] = mapped_column(default=list)
    """The indicators as they stood, one object each, with the ids of the records behind them."""
    frozen_by_name: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[dt.datetime]


class ScoreObjection(Base):
    """A department's objection to one figure of its scorecard, and what came of it."""

    __tablename__ = "score_objection"
    __table_args__ = (Index("ix_score_objection_state", "state", "at"),)

    id: Mapped[UuidKey]
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"), index=True)
    period: Mapped[str] = mapped_column(String(10))
    indicator: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="open")
    """open, accepted, rejected"""
    points: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    """Points that the office added or took when it accepted."""
    answer: Mapped[str | None] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    decided_by_name: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[dt.datetime | None]


class Duty(Base):
    """A duty that is counted (政策解读, surveys, training) or a bonus item, without code of its own."""

    __tablename__ = "duty"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(128))
    title_en: Mapped[str | None] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(20), default="duty")
    """duty: has a target; bonus: each record gives `points`, at most `max_points` a period"""
    points: Mapped[float] = mapped_column(Numeric(6, 2, asdecimal=False), default=0)
    max_points: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]


class DutyTarget(Base):
    """How often a duty is to be done in a year: by all departments, or by one, which wins."""

    __tablename__ = "duty_target"
    __table_args__ = (UniqueConstraint("duty_id", "subject", "year"),)

    id: Mapped[UuidKey]
    duty_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("duty.id"))
    subject: Mapped[str] = mapped_column(String(40))
    """Id of a department as text, or "all"."""
    year: Mapped[int]
    target: Mapped[int]


class DutyRecord(Base):
    """One thing done: when, what, where it can be seen. Struck out, never deleted."""

    __tablename__ = "duty_record"
    __table_args__ = (Index("ix_duty_record_duty_id_done_on", "duty_id", "department_id", "done_on"),)

    id: Mapped[UuidKey]
    duty_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("duty.id"))
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    done_on: Mapped[dt.date]
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(2048))
    state: Mapped[str] = mapped_column(String(20), default="counted")
    """counted or struck"""
    reason: Mapped[str | None] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class Rectification(Base):
    """整改: a finding, the department that mends it, by when, with what evidence, and when it was closed."""

    __tablename__ = "rectification"
    __table_args__ = (Index("ix_rectification_department_id_state", "department_id", "state"),)

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    """ZG-2026-001; period of its obligation"""
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entry.id"))
    finding: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(128))
    found_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(20), default="open")
    """open, answered, returned, closed"""
    evidence: Mapped[str | None] = mapped_column(Text)
    evidence_url: Mapped[str | None] = mapped_column(String(2048))
    answered_on: Mapped[dt.date | None]
    answer: Mapped[str | None] = mapped_column(Text)
    """What the office said when it closed or returned it."""
    closed_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]


class BulkAct(Base):
    """One act over many objects, with what each was before, so that it can be undone."""

    __tablename__ = "bulk_act"
    __table_args__ = (Index("ix_bulk_act_at", "at"),)

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(40))
    """rename_department, merge_departments, reassign, change_cycle, withdraw"""
    reason: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes: Mapped[list[Any]] = mapped_column(default=list)
    """One object for each thing changed: what, before, after."""
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    undone_at: Mapped[dt.datetime | None]
    undone_by_name: Mapped[str | None] = mapped_column(String(64))
