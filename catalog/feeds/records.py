"""The frozen public record of an entry: the one thing that pages, feeds, API and index all show.

A record is built once, in the transaction that publishes, and stored in the change log; writers never look further.
It carries public facts only: office contacts are public by rule, accounts and internal notes never enter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass, fields
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class RecordItem:
    """信息项 as published: `field_name` is the English name if declared; `type` one letter of the item types."""

    name: str
    field_name: str | None
    type: str | None
    length: int | None
    decimals: int | None
    is_primary_key: bool
    is_required: bool
    unit: str | None
    value_range: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """The published data version of a file resource; sizes in bytes."""

    id: str
    number: int
    file_name: str
    file_format: str
    byte_size: int
    """Size of the file as delivered."""
    sha256: str
    """Digest of the file as delivered; blank where that is withheld, so that nobody can try out what it held."""
    csv_byte_size: int
    csv_sha256: str
    """Digest of the whole CSV as served at …/data.csv."""
    content_sha256: str
    row_count: int
    columns: list[dict[str, Any]]
    published_at: str
    withholds_original: bool = False
    """The file as delivered is not offered. Records of earlier releases do not say it and mean False."""


@dataclass(frozen=True, slots=True)
class RecordResource:
    """A file (with its published version), an interface or a link."""

    id: str
    kind: str
    title: str
    url: str | None
    version: RecordVersion | None


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """One published entry; dates are ISO texts, codes are the canonical ones of `catalog.vocabularies`."""

    id: str
    name: str
    ordinal: int
    code: str | None
    title: str
    title_en: str | None
    summary: str
    tags: list[str]
    class_code: str | None
    domain: str | None
    topics: list[str]
    industry: str | None
    department_id: str
    department_slug: str
    department_name: str
    department_name_en: str | None
    department_credit_code: str | None
    provider_unit: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    source_kind: str | None
    format_category: str | None
    format_type: str | None
    share_type: str | None
    share_condition: str | None
    share_method: str | None
    open_type: str
    open_condition: str | None
    closed_basis: str | None
    closed_basis_text: str | None
    opened_upstream_url: str | None
    update_cycle: str
    cycle_reason: str | None
    issued_on: str
    data_updated_on: str | None
    modified_at: str
    """UTC instant of the last change of the entry or its data, ISO with Z."""
    temporal_start: str | None
    temporal_end: str | None
    region_code: str | None
    related: list[str]
    data_level: str | None
    has_personal_info: bool
    masking_note: str | None
    license: str
    origin: str | None
    revision: int
    state: str
    """published, withdrawal_review (still public) or suspended/withdrawn in tombstones."""
    items: list[RecordItem]
    resources: list[RecordResource]

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able dict with every field present; of its own, so that changing it changes no record."""
        plain: dict[str, Any] = orjson.loads(orjson.dumps(self))
        return plain

    def digest(self) -> str:
        """SHA-256 over the canonical JSON: equal facts, equal digest."""
        return hashlib.sha256(orjson.dumps(self.as_dict(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild a record from `as_dict`; keys that this release does not know are ignored."""
        known: dict[str, Any] = {name: data.get(name) for name in _NAMES[FeedRecord]}
        known["items"] = [_build(RecordItem, item) for item in data.get("items", [])]
        known["resources"] = [
            _build(RecordResource, {**resource, "version": _version(resource.get("version"))})
            for resource in data.get("resources", [])
        ]
        return cls(**known)

    @property
    def uuid(self) -> uuid.UUID:
        """The entry's id as a UUID."""
        return uuid.UUID(self.id)

    @property
    def files(self) -> list[RecordResource]:
        """The file resources that have a published version."""
        return [r for r in self.resources if r.kind == "file" and r.version is not None]

    @property
    def data_updated(self) -> dt.date | None:
        """`data_updated_on` as a date."""
        return dt.date.fromisoformat(self.data_updated_on) if self.data_updated_on else None


def _build(cls: Any, data: dict[str, Any]) -> Any:
    return cls(**{name: data.get(name) for name in _NAMES[cls]})


def _version(data: dict[str, Any] | None) -> RecordVersion | None:
    return None if data is None else _build(RecordVersion, data)


_NAMES: dict[Any, tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls)) for cls in (RecordItem, RecordVersion, RecordResource, FeedRecord)
}
"""Field names by class, looked up once: whole feeds build hundreds of thousands of these."""
