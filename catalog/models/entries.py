"""The catalog entry: its identity, the revisions of its metadata, its data items and resources."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.people import Department
from datasets.db import Base, UuidKey
from datasets.models import DataVersion

ENTRY_STATES = ("never_published", "published", "withdrawal_review", "suspended", "withdrawn")
REVISION_STATES = (
    "draft",
    "department_review",
    "office_review",
    "returned",
    "approved",
    "published",
    "superseded",
)
RESOURCE_KINDS = ("file", "interface", "link")


class Entry(Base):
    """目录条目: identity and public pointer. What it says of itself stands in its revisions."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_department_id_state", "department_id", "state"),
        Index("ix_entry_state_next_due_on", "state", "next_due_on"),
    )

    id: Mapped[UuidKey]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    """Slug: ASCII, fixed at creation, used in addresses."""
    code: Mapped[str | None] = mapped_column(String(64), unique=True)
    """信息资源代码; immutable once published, never reused."""
    ordinal: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    """Rank of first publication, never reused, kept through suspension and withdrawal."""
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(20), default="never_published")
    published_revision_id: Mapped[uuid.UUID | None]
    open_revision_id: Mapped[uuid.UUID | None]
    source_url: Mapped[str | None] = mapped_column(String(2048))
    """Where the entry came from, if it was imported from another portal."""
    issued_on: Mapped[dt.date | None]
    data_updated_on: Mapped[dt.date | None]
    modified_at: Mapped[dt.datetime | None]
    next_due_on: Mapped[dt.date | None]
    """Due date of the earliest open obligation, None where nothing is owed."""
    overdue_after_on: Mapped[dt.date | None]
    """Last day of grace of that obligation."""
    stale_after_on: Mapped[dt.date | None]
    """From the day after it the entry counts as 长期未更新."""
    withdrawn_at: Mapped[dt.datetime | None]
    state_reason: Mapped[str | None] = mapped_column(Text)
    """Public reason of a withdrawal or suspension."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[dt.datetime]
    lock_version: Mapped[int] = mapped_column(default=1)

    department: Mapped[Department] = relationship(lazy="raise")
    resources: Mapped[list[Resource]] = relationship(lazy="raise", order_by="Resource.position")

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012  read by SQLAlchemy


class Revision(Base):
    """One state of an entry's metadata, from draft to published to superseded."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        Index("ix_revision_state_submitted_at", "state", "submitted_at"),
    )

    id: Mapped[UuidKey]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")

    title: Mapped[str] = mapped_column(String(128))
    title_en: Mapped[str | None] = mapped_column(String(256))
    summary: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    class_code: Mapped[str | None] = mapped_column(String(32))
    domain: Mapped[str | None] = mapped_column(String(40))
    topics: Mapped[list[str]] = mapped_column(default=list)
    industry: Mapped[str | None] = mapped_column(String(4))
    provider_unit: Mapped[str | None] = mapped_column(String(128))
    contact_name: Mapped[str | None] = mapped_column(String(64))
    contact_phone: Mapped[str | None] = mapped_column(String(64))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    source_system: Mapped[str | None] = mapped_column(String(128))
    source_kind: Mapped[str | None] = mapped_column(String(20))
    format_category: Mapped[str | None] = mapped_column(String(40))
    format_type: Mapped[str | None] = mapped_column(String(20))
    share_type: Mapped[str | None] = mapped_column(String(20))
    share_condition: Mapped[str | None] = mapped_column(Text)
    share_method: Mapped[str | None] = mapped_column(String(20))
    open_type: Mapped[str | None] = mapped_column(String(20))
    open_condition: Mapped[str | None] = mapped_column(Text)
    closed_basis: Mapped[str | None] = mapped_column(String(40))
    closed_basis_text: Mapped[str | None] = mapped_column(Text)
    opened_upstream_url: Mapped[str | None] = mapped_column(String(2048))
    update_cycle: Mapped[str | None] = mapped_column(String(20))
    cycle_reason: Mapped[str | None] = mapped_column(Text)
    """Why it is not updated: required for `static`."""
    temporal_start: Mapped[dt.date | None]
    temporal_end: Mapped[dt.date | None]
    region_code: Mapped[str | None] = mapped_column(String(12))
    related: Mapped[list[str]] = mapped_column(default=list)
    data_level: Mapped[str | None] = mapped_column(String(20))
    is_secret: Mapped[bool] = mapped_column(default=False)
    has_personal_info: Mapped[bool] = mapped_column(default=False)
    masking_note: Mapped[str | None] = mapped_column(Text)
    license: Mapped[str] = mapped_column(String(64), default="portal-open")
    origin: Mapped[str | None] = mapped_column(Text)
    """Source and terms of data that comes from elsewhere, shown on the entry."""

    gaps: Mapped[list[str]] = mapped_column(default=list)
    """Fields still missing before it may be submitted."""
    return_reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    submitted_by: Mapped[uuid.UUID | None]
    submitted_at: Mapped[dt.datetime | None]
    signed_by: Mapped[uuid.UUID | None]
    approved_by: Mapped[uuid.UUID | None]
    published_at: Mapped[dt.datetime | None]
    lock_version: Mapped[int] = mapped_column(default=1)

    entry: Mapped[Entry] = relationship(lazy="raise", foreign_keys=[entry_id])
    items: Mapped[list[DataItem]] = relationship(
        lazy="raise", order_by="DataItem.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012  read by SQLAlchemy


class DataItem(Base):
    """信息项: one field of the data as the catalog declares it."""

    __tablename__ = "data_item"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    id: Mapped[UuidKey]
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(128))
    field_name: Mapped[str | None] = mapped_column(String(64))
    """English field name; when given, it is the column's key in addresses."""
    type: Mapped[str | None] = mapped_column(String(2))
    """One letter of the item types (C N Y D T L M G B I F)."""
    length: Mapped[int | None]
    decimals: Mapped[int | None]
    is_primary_key: Mapped[bool] = mapped_column(default=False)
    is_required: Mapped[bool] = mapped_column(default=False)
    value_range: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(40))
    description: Mapped[str | None] = mapped_column(Text)
    sensitivity: Mapped[str | None] = mapped_column(String(20))
    masking: Mapped[str | None] = mapped_column(String(20))
    is_open: Mapped[bool] = mapped_column(default=True)


class Resource(Base):
    """挂接资源: a file, interface or link of an entry; its id and address are permanent."""

    __tablename__ = "resource"
    __table_args__ = (Index("ix_resource_entry_id", "entry_id"),)

    id: Mapped[UuidKey]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20), default="file")
    title: Mapped[str] = mapped_column(String(128))
    url: Mapped[str | None] = mapped_column(String(2048))
    published_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("data_version.id"))
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    """When it first went public, with a revision; None while only the department sees it."""
    removed_at: Mapped[dt.datetime | None]
    """When the department took it out; a public one stays public until that revision is published."""
    retired_at: Mapped[dt.datetime | None]
    """When it left the public page."""

    published_version: Mapped[DataVersion | None] = relationship(lazy="raise")


class EntryStep(Base):
    """One step in the life of an entry, a revision or a data version: who, when, from where, why."""

    __tablename__ = "entry_step"
    __table_args__ = (UniqueConstraint("entry_id", "number"), Index("ix_entry_step_version_id", "version_id"))

    id: Mapped[UuidKey]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    """Counts the steps of the entry from 1."""
    revision_id: Mapped[uuid.UUID | None]
    version_id: Mapped[uuid.UUID | None]
    step: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[dt.datetime]
