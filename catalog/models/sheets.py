"""Catalog sheets that a department has uploaded and not yet applied."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from datasets.db import Base, UuidKey

SHEET_STATES = ("read", "refused", "applied", "discarded")


class SheetUpload(Base):
    """One uploaded sheet: the file in the blob store, what was read from it, and what became of it."""

    __tablename__ = "sheet_upload"
    __table_args__ = (Index("ix_sheet_upload_department_id_created_at", "department_id", "created_at"),)

    id: Mapped[UuidKey]
    department_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(20), default="read")
    blob_sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    reading: Mapped[dict[str, Any] | None]
    """`SheetReading` as JSON: rows with their cells, so that planning again needs no second parse."""
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[dt.datetime]
    applied_at: Mapped[dt.datetime | None]
