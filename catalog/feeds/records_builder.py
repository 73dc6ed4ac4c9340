"""Builds the frozen public record of an entry from its published revision, open data items and public resources.

What does not belong to the public never enters: items that are not open, resources that wait for review, source
systems, accounts, and the files of entries that are opened on conditions or not at all.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.feeds.records import FeedRecord, RecordItem, RecordResource, RecordVersion
from catalog.models import DataItem, Department, Entry, Resource, Revision
from datasets.models import DataVersion


def build_record(session: Session, entry: Entry) -> FeedRecord:
    """The record of `entry` as it stands now; the entry has a published revision, an ordinal and `modified_at`."""
    revision = session.get_one(Revision, entry.published_revision_id)
    department = session.get_one(Department, entry.department_id)
    assert entry.ordinal is not None and entry.modified_at is not None and entry.issued_on is not None
    return FeedRecord(
        id=str(entry.id),
        name=entry.name,
        ordinal=entry.ordinal,
        code=entry.code,
        title=revision.title,
        title_en=revision.title_en,
        summary=revision.summary,
        tags=list(revision.tags),
        class_code=revision.class_code,
        domain=revision.domain,
        topics=list(revision.topics),
        industry=revision.industry,
        department_id=str(department.id),
        department_slug=department.slug,
        department_name=department.name,
        department_name_en=department.name_en,
        department_credit_code=department.credit_code,
        provider_unit=revision.provider_unit,
        contact_name=revision.contact_name,
        contact_phone=revision.contact_phone,
        contact_email=revision.contact_email,
        source_kind=revision.source_kind,
        format_category=revision.format_category,
        format_type=revision.format_type,
        share_type=revision.share_type,
        share_condition=revision.share_condition,
        share_method=revision.share_method,
        open_type=revision.open_type or "closed",
        open_condition=revision.open_condition,
        closed_basis=revision.closed_basis,
        closed_basis_text=revision.closed_basis_text,
        opened_upstream_url=revision.opened_upstream_url,
        update_cycle=revision.update_cycle or "irregular",
        cycle_reason=revision.cycle_reason,
        issued_on=entry.issued_on.isoformat(),
        data_updated_on=_day(entry.data_updated_on),
        modified_at=format_instant(entry.modified_at),
        temporal_start=_day(revision.temporal_start),
        temporal_end=_day(revision.temporal_end),
        region_code=revision.region_code,
        related=list(revision.related),
        data_level=revision.data_level,
        has_personal_info=revision.has_personal_info,
        masking_note=revision.masking_note,
        license=revision.license,
        origin=revision.origin,
        revision=revision.number,
        state=entry.state,
        items=_items(session, revision),
        resources=_resources(session, entry) if revision.open_type == "unconditional" else [],
    )


def format_instant(instant: dt.datetime) -> str:
    """An aware instant as ISO text in UTC ending with Z."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _items(session: Session, revision: Revision) -> list[RecordItem]:
    query = select(DataItem).where(DataItem.revision_id == revision.id).order_by(DataItem.position)
    return [
        RecordItem(
            name=item.name,
            field_name=item.field_name,
            type=item.type,
            length=item.length,
            decimals=item.decimals,
            is_primary_key=item.is_primary_key,
            is_required=item.is_required,
            unit=item.unit,
            value_range=item.value_range,
            description=item.description,
        )
        for item in session.scalars(query)
        if item.is_open
    ]


def _resources(session: Session, entry: Entry) -> list[RecordResource]:
    query = (
        select(Resource, DataVersion)
        .outerjoin(DataVersion, DataVersion.id == Resource.published_version_id)
        .where(Resource.entry_id == entry.id, Resource.published_at.is_not(None), Resource.retired_at.is_(None))
        .order_by(Resource.position, Resource.created_at, Resource.id)
    )
    rows: Any = session.execute(query)  # the outer join gives None where there is no version
    return [
        RecordResource(
            id=str(resource.id),
            kind=resource.kind,
            title=resource.title,
            url=resource.url,
            version=_version(version) if version else None,
        )
        for resource, version in rows
        if version is not None or resource.kind != "file"
    ]


def _version(version: DataVersion) -> RecordVersion:
    assert version.published_at is not None
    return RecordVersion(
        id=str(version.id),
        number=version.number,
        file_name=version.file_name,
        file_format=version.file_format,
        byte_size=version.byte_size,
        sha256=version.blob_sha256 if version.is_original_public else "",
        csv_byte_size=version.csv_byte_size,
        csv_sha256=version.csv_sha256,
        content_sha256=version.content_sha256,
        row_count=version.row_count,
        columns=list(version.columns),
        published_at=format_instant(version.published_at),
        withholds_original=not version.is_original_public,
    )
