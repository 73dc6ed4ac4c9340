"""Data versions of a resource: immutable states of its data, of which one at a time is the published one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from datasets.columns import Column
from datasets.errors import NotFound
from datasets.models import DataVersion

EXPIRED_AT_ONCE = 500
MAX_NUMBER = 2**31 - 1
"""The largest number a version can have: the database counts them in four bytes."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a reader needs to know of a data version; `columns` as `datasets.columns.columns_from` takes them."""

    id: uuid.UUID
    resource_id: uuid.UUID
    number: int
    state: str
    blob_sha256: str
    file_name: str
    file_format: str
    byte_size: int
    columns: list[dict[str, Any]]
    row_count: int
    row_store: str
    content_sha256: str
    csv_sha256: str
    csv_byte_size: int
    created_at: dt.datetime
    published_at: dt.datetime | None
    is_original_public: bool = True
    """Whether the file as delivered is offered beside its rows."""
    difference: dict[str, Any] | None = None
    """From the version before, as `differences.Difference.as_dict`."""

    @classmethod
    def of(cls, version: DataVersion) -> VersionFacts:
        """The facts of a stored version."""
        return cls(**{field.name: getattr(version, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """How the columns of a new version differ from those of the former one. Names, in the order of their table."""

    added: list[str]
    removed: list[str]
    retyped: list[tuple[str, str, str]]
    """(name, former type, new type)."""
    is_reordered: bool

    @property
    def is_empty(self) -> bool:
        """Whether programs that read the former version can read the new one unchanged."""
        return not (self.added or self.removed or self.retyped or self.is_reordered)


_FACTS = [getattr(DataVersion, field.name) for field in fields(VersionFacts)]


def list_versions(session: Session, resource_id: uuid.UUID) -> list[VersionFacts]:
    """All versions of a resource in any state, the oldest first. One query."""
    rows = session.execute(select(*_FACTS).where(DataVersion.resource_id == resource_id).order_by(DataVersion.number))
    return [VersionFacts(*row) for row in rows]


def get_version(session: Session, resource_id: uuid.UUID, number: int) -> VersionFacts:
    """One version of a resource in any state. Raises NotFound("version_not_found"), also for what no column holds."""
    if not 0 < number <= MAX_NUMBER:
        raise NotFound("version_not_found", number=number)
    row = session.execute(
        select(*_FACTS).where(DataVersion.resource_id == resource_id, DataVersion.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound("version_not_found", number=number)
    return VersionFacts(*row)


def get_profile(session: Session, resource_id: uuid.UUID, number: int) -> dict[str, Any]:
    """The column profile of one version, {"columns": [fact, …]} in their order; empty where none was taken."""
    wanted = select(DataVersion.profile).where(DataVersion.resource_id == resource_id, DataVersion.number == number)
    return session.scalar(wanted) or {}


def find_former(session: Session, resource_id: uuid.UUID, number: int) -> VersionFacts | None:
    """The version that was public before `number`: the newest one with a smaller number; None for the first."""
    row = session.execute(
        select(*_FACTS)
        .where(
            DataVersion.resource_id == resource_id,
            DataVersion.number < number,
            DataVersion.state.in_(("published", "superseded")),
        )
        .order_by(DataVersion.number.desc())
        .limit(1)
    ).one_or_none()
    return VersionFacts(*row) if row else None


def expire_versions(session: Session, *, kept: int) -> int:
    """Let go of superseded versions beyond the newest `kept` of each resource; how many. 0 keeps all.

    An expired version stays as a record (digests, rows, difference), its files go with the next sweep. O(versions that
    go) after one ordered look at the superseded ones.
    """
    if kept <= 0:
        return 0
    place = func.row_number().over(partition_by=DataVersion.resource_id, order_by=DataVersion.number.desc())
    ranked = select(DataVersion.id, place.label("place")).where(DataVersion.state == "superseded").subquery()
    old = list(session.scalars(select(ranked.c.id).where(ranked.c.place > kept)))
    for start in range(0, len(old), EXPIRED_AT_ONCE):
        batch = old[start : start + EXPIRED_AT_ONCE]
        session.execute(update(DataVersion).where(DataVersion.id.in_(batch)).values(state="expired"))
    return len(old)


def publish_version(session: Session, version: DataVersion, *, now: dt.datetime) -> None:
    """Make `version` the published one of its resource; the former one becomes superseded and keeps its address."""
    former = session.scalars(
        select(DataVersion).where(DataVersion.resource_id == version.resource_id, DataVersion.state == "published")
    )
    for other in former:
        if other.id != version.id:
            other.state = "superseded"
    version.state = "published"
    version.published_at = now
    session.flush()


def compare_columns(old: Sequence[Column], new: Sequence[Column]) -> ColumnChanges:
    """What changed from `old` to `new`, by name."""
    former = {column.name: column for column in old}
    present = {column.name: column for column in new}
    kept = [name for name in former if name in present]
    return ColumnChanges(
        added=[name for name in present if name not in former],
        removed=[name for name in former if name not in present],
        retyped=[
            (name, former[name].type, present[name].type) for name in kept if former[name].type != present[name].type
        ],
        is_reordered=kept != [name for name in present if name in former],
    )
