"""The append-only change log that feeds, index and caches follow, the current public records, and who pulled what."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

CHANGE_KINDS = ("published", "updated", "suspended", "resumed", "withdrawn")


class ChangeCounter(Base):
    """One row: the number of the last change. Its row lock orders all public changes without gaps."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


class ChangeRow(Base):
    """One public change, numbered without gaps, with the record as it stood, frozen."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_entry_id_number", "entry_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[dt.datetime]
    record: Mapped[dict[str, Any] | None]
    """`FeedRecord` as JSON; None for a tombstone."""
    record_hash: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None]


class CurrentRecord(Base):
    """The public face of one published entry: the frozen record beside the columns that lists filter and sort by."""

    __tablename__ = "current_record"
    __table_args__ = (
        Index("ix_current_record_modified_at", "modified_at", "entry_id"),
        Index("ix_current_record_department_id", "department_id", "modified_at"),
        Index("ix_current_record_domain", "domain", "modified_at"),
        Index("ix_current_record_issued_on", "issued_on", "ordinal"),
        Index("ix_current_record_row_count", "row_count", "ordinal"),
        Index(
            "ix_current_record_facts",
            # Every column that facets and statistics group, filter or sum by: they read this, not the wide rows.
            *("domain", "department_id", "open_type", "update_cycle", "formats", "next_due_on", "overdue_after_on"),
            *("stale_after_on", "issued_on", "file_count", "row_count", "byte_size", "entry_id"),
        ),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Rank of first publication, never reused: stable order for paged feeds."""
    change_number: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(128))
    summary: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(default=list)
    item_names: Mapped[str] = mapped_column(default="")
    """Names and field names of the open data items, blank-separated, for search."""
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    domain: Mapped[str | None] = mapped_column(String(40))
    open_type: Mapped[str] = mapped_column(String(20), index=True)
    update_cycle: Mapped[str] = mapped_column(String(20), index=True)
    formats: Mapped[str] = mapped_column(String(120), default="")
    """Formats as ",csv,xlsx," so that one is found by LIKE '%,csv,%'."""
    file_count: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int] = mapped_column(BigInteger, default=0)
    byte_size: Mapped[int] = mapped_column(BigInteger, default=0)
    issued_on: Mapped[dt.date]
    data_updated_on: Mapped[dt.date | None]
    modified_at: Mapped[dt.datetime]
    next_due_on: Mapped[dt.date | None] = mapped_column(index=True)
    overdue_after_on: Mapped[dt.date | None]
    stale_after_on: Mapped[dt.date | None]
    record: Mapped[dict[str, Any]]
    record_hash: Mapped[str] = mapped_column(String(64))


class FeedPull(Base):
    """One pull of a feed: who, which, what range, how many, when."""

    __tablename__ = "feed_pull"
    __table_args__ = (Index("ix_feed_pull_at", "at"),)

    id: Mapped[UuidKey]
    at: Mapped[dt.datetime]
    feed: Mapped[str] = mapped_column(String(40))
    puller: Mapped[str] = mapped_column(String(128))
    """Token name or network address."""
    user_agent: Mapped[str | None] = mapped_column(String(255))
    range_from: Mapped[int | None] = mapped_column(BigInteger)
    range_to: Mapped[int | None] = mapped_column(BigInteger)
    record_count: Mapped[int] = mapped_column(default=0)
    status: Mapped[int] = mapped_column(default=200)
