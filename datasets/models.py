"""Rows that the data engine keeps: uploads on their way in, immutable data versions, usage counts."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

INTAKE_STATES = ("received", "reading", "read", "refused", "confirmed", "discarded")
VERSION_STATES = ("prepared", "department_review", "office_review", "published", "superseded", "rejected", "expired")


class Intake(Base):
    """A delivered file on its way to becoming a data version: stored, read in a child process, to be confirmed."""

    __tablename__ = "intake"
    __table_args__ = (Index("ix_intake_resource_id_state", "resource_id", "state"),)

    id: Mapped[UuidKey]
    resource_id: Mapped[uuid.UUID] = mapped_column(index=False)
    state: Mapped[str] = mapped_column(String(20), default="received")
    blob_sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the person set by hand: encoding, delimiter, sheet, header row (`ReadOptions`)."""
    reading: Mapped[dict[str, Any] | None]
    """`Reading` as JSON once the child has read the file."""
    problem: Mapped[dict[str, Any] | None]
    """{"code", "params"} when the file was refused."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class DataVersion(Base):
    """One immutable state of a resource's data. Never updated but for its state and the moments of that state."""

    __tablename__ = "data_version"
    __table_args__ = (
        UniqueConstraint("resource_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        Index("ix_data_version_blob_sha256", "blob_sha256"),
    )

    id: Mapped[UuidKey]
    resource_id: Mapped[uuid.UUID]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="prepared")
    blob_sha256: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file exactly as delivered."""
    file_name: Mapped[str] = mapped_column(String(255))
    file_format: Mapped[str] = mapped_column(String(20))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    recipe: Mapped[dict[str, Any]]
    """How the original was read (`Recipe`): original + recipe rebuild the row store."""
    columns: Mapped[list[Any]]
    """[{"key", "name", "type", "blank_count", ...}] in order (`Column`)."""
    row_count: Mapped[int] = mapped_column(BigInteger)
    row_store: Mapped[str] = mapped_column(String(80))
    """Key of the read-only DuckDB file under the row-store folder."""
    content_sha256: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the canonical CSV of all rows: equal content, equal digest, whatever the delivered file."""
    csv_sha256: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the public whole CSV download (UTF-8 with BOM)."""
    csv_byte_size: Mapped[int] = mapped_column(BigInteger)
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    difference: Mapped[dict[str, Any] | None]
    """From the version that was published when this one was confirmed: `differences.Difference.as_dict`."""
    is_original_public: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False where the delivered file holds what the published rows do not: masked columns, other sheets."""
    override_basis: Mapped[str | None] = mapped_column(Text)
    """Legal basis on which a blocking personal-data finding was overridden."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[dt.datetime]
    submitted_by: Mapped[uuid.UUID | None]
    published_at: Mapped[dt.datetime | None]
    state_note: Mapped[str | None] = mapped_column(Text)


class Upload(Base):
    """A file that is arriving in pieces; its bytes so far lie in the uploads folder under the id."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_created_at", "created_at"),)

    id: Mapped[UuidKey]
    account_id: Mapped[uuid.UUID]
    file_name: Mapped[str] = mapped_column(String(255))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    """As announced; the upload is whole when as many bytes have arrived."""
    blob_sha256: Mapped[str | None] = mapped_column(String(64))
    """Set once the file is whole and kept."""
    created_at: Mapped[dt.datetime]
    touched_at: Mapped[dt.datetime]


class UsageCount(Base):
    """How often a subject was used on a day; written in batches off the request path."""

    __tablename__ = "usage_count"

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """view, preview, download, api"""
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    is_bot: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger, default=0)


class UsageFold(Base):
    """The name of a spool file whose uses are in `usage_count`: kept until the file is gone, so none counts twice."""

    __tablename__ = "usage_fold"

    file_name: Mapped[str] = mapped_column(String(80), primary_key=True)
