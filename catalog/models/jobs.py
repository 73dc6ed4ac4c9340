"""Work that a request does not wait for."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

JOB_STATES = ("waiting", "running", "done", "failed")


class Job(Base):
    """One piece of work under a lease: a worker that dies loses the lease, not the job."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_run_after", "state", "run_after"),)

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """While set, no second job with this key can be queued; cleared when the job ends."""
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"done", "total", "step"} for people who wait, and where known "share" of the step."""
    problem: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
