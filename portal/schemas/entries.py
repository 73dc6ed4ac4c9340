"""Entries as programs get them. The same domain records as the pages show, and nothing beside what is listed here."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from catalog.feeds.authority import MEDIA_TYPE
from catalog.feeds.records import RecordResource
from catalog.feeds.site import Site
from catalog.promise import Promise
from catalog.public import Criteria, PublicEntry
from catalog.vocabularies import VOCABULARIES
from portal.schemas.promise import PromiseSchema, promise_facts

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_Q = 500


def _chosen(vocabulary: str, description: str) -> fields.List:
    codes = VOCABULARIES[vocabulary].codes
    return fields.List(
        fields.String(validate=validate.OneOf(codes)),
        load_default=list,
        metadata={
            "description": description,
            "expected_zh": f"以下之一：{'、'.join(codes)}",
            "expected_en": f"one of {', '.join(codes)}",
        },
    )


def _pattern(pattern: str, description: str, zh: str, en: str) -> fields.List:
    return fields.List(
        fields.String(validate=validate.Regexp(pattern)),
        load_default=list,
        metadata={"description": description, "expected_zh": zh, "expected_en": en},
    )


class EntryQuerySchema(ma.Schema):
    """Parameters of the list; repeated ones within a name mean "or", different names "and"."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_Q),
        metadata={
            "description": "词或词的一部分，多个词以空格分开；前 100 个字符、16 个词有效 · Words or parts of words",
            "expected_zh": f"不超过 {MAX_Q} 个字符的文本",
            "expected_en": f"a text of at most {MAX_Q} characters",
        },
    )
    department = _pattern(
        r"\A[a-z0-9-]{1,80}\Z", "部门的地址名 · Slug of the department", "部门的地址名", "the slug of a department"
    )
    domain = _chosen("domain", "数据领域 · Domain")
    open_type = _chosen("open_type", "开放类型 · How open the data is")
    cycle = _chosen("update_cycle", "更新周期 · Update cycle")
    format = _pattern(
        r"\A[a-z0-9]{1,20}\Z", "文件格式，如 csv · Format of a file", "格式名，如 csv", "a format such as csv"
    )
    timeliness = _chosen("timeliness", "更新状态 · How the entry keeps its update promise")
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={
            "description": "每页条数 · Entries of one page",
            "expected_zh": f"1 到 {MAX_LIMIT} 的整数",
            "expected_en": f"a whole number from 1 to {MAX_LIMIT}",
        },
    )
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**62),
        metadata={
            "description": "上一页返回的 next_after · `next_after` of the former page",
            "expected_zh": "上一页返回的 next_after",
            "expected_en": "the next_after of the former page",
        },
    )


class DepartmentRefSchema(ma.Schema):
    """A department as entries name it."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)


class EntrySummarySchema(ma.Schema):
    """An entry in a list."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "Name in addresses; never changes"})
    ordinal = fields.Integer(required=True, metadata={"description": "Rank of first publication"})
    url = fields.String(required=True, metadata={"description": "Page of the entry"})
    api_url = fields.String(required=True, metadata={"description": "The complete entry"})
    title = fields.String(required=True)
    title_en = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    department = fields.Nested(DepartmentRefSchema, required=True)
    domain = fields.String(required=True, allow_none=True)
    open_type = fields.String(required=True)
    update_cycle = fields.String(required=True)
    issued_on = fields.String(required=True)
    data_updated_on = fields.String(required=True, allow_none=True)
    modified_at = fields.String(required=True)
    next_due_on = fields.String(required=True, allow_none=True)
    timeliness = fields.String(required=True)
    file_count = fields.Integer(required=True)
    row_count = fields.Integer(required=True)


class ColumnSchema(ma.Schema):
    """A column of a file."""

    key = fields.String(required=True, metadata={"description": "What row parameters call it"})
    name = fields.String(required=True)
    type = fields.String(required=True)


class VersionSchema(ma.Schema):
    """The published version of a file."""

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    published_at = fields.String(required=True)
    file_format = fields.String(required=True, metadata={"description": "Format of the delivered file"})
    byte_size = fields.Integer(required=True, metadata={"description": "Size of the delivered file in bytes"})
    sha256 = fields.String(
        required=True, metadata={"description": "SHA-256 of the delivered file; blank if it is withheld"}
    )
    csv_byte_size = fields.Integer(required=True)
    csv_sha256 = fields.String(required=True, metadata={"description": "SHA-256 of the CSV download"})
    row_count = fields.Integer(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)


class ResourceSchema(ma.Schema):
    """A file, interface or link of an entry."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    downloads = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rows_url = fields.String(required=True, allow_none=True)
    version = fields.Nested(VersionSchema, required=True, allow_none=True)


class ItemSchema(ma.Schema):
    """信息项: one field of the data."""

    name = fields.String(required=True)
    field_name = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, allow_none=True)
    length = fields.Integer(required=True, allow_none=True)
    decimals = fields.Integer(required=True, allow_none=True)
    is_primary_key = fields.Boolean(required=True)
    is_required = fields.Boolean(required=True)
    unit = fields.String(required=True, allow_none=True)
    value_range = fields.String(required=True, allow_none=True)
    description = fields.String(required=True, allow_none=True)


class ContactSchema(ma.Schema):
    """The office contact that the entry publishes."""

    unit = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)


class EntrySchema(EntrySummarySchema):
    """A complete entry."""

    code = fields.String(required=True, allow_none=True)
    topics = fields.List(fields.String(), required=True)
    industry = fields.String(required=True, allow_none=True)
    contact = fields.Nested(ContactSchema, required=True)
    open_condition = fields.String(required=True, allow_none=True)
    closed_basis = fields.String(required=True, allow_none=True)
    closed_basis_text = fields.String(required=True, allow_none=True)
    cycle_reason = fields.String(required=True, allow_none=True)
    temporal_start = fields.String(required=True, allow_none=True)
    temporal_end = fields.String(required=True, allow_none=True)
    region_code = fields.String(required=True, allow_none=True)
    license = fields.String(required=True)
    license_url = fields.String(required=True)
    origin = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    promise = fields.Nested(PromiseSchema, required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    resources = fields.List(fields.Nested(ResourceSchema), required=True)


class EntryPageSchema(ma.Schema):
    """One page of the list."""

    total = fields.Integer(required=True, metadata={"description": "Entries that match, over all pages"})
    limit = fields.Integer(required=True)
    next_after = fields.Integer(required=True, allow_none=True)
    next_url = fields.String(required=True, allow_none=True)
    is_loose = fields.Boolean(
        required=True, metadata={"description": "Nothing contained all of q; these contain parts of it"}
    )
    entries = fields.List(fields.Nested(EntrySummarySchema), required=True)


def criteria_of(query: dict[str, Any]) -> Criteria:
    """The narrowing that a loaded `EntryQuerySchema` asks for."""
    names = ("department", "domain", "open_type", "cycle", "format", "timeliness")
    return Criteria(**{name: tuple(query[name]) for name in names})


def summary_facts(site: Site, entry: PublicEntry) -> dict[str, Any]:
    """What `EntrySummarySchema` lists."""
    record = entry.record
    versions = [file.version for file in record.files if file.version]
    return {
        **{name: getattr(record, name) for name in EntrySummarySchema().fields if hasattr(record, name)},
        "url": site.dataset(record.name),
        "api_url": f"{site.base_url}/api/v1/entries/{record.name}",
        "department": {
            "slug": record.department_slug,
            "name": record.department_name,
            "name_en": record.department_name_en,
        },
        "next_due_on": entry.next_due_on.isoformat() if entry.next_due_on else None,
        "timeliness": entry.timeliness,
        "file_count": len(versions),
        "row_count": sum(version.row_count for version in versions),
    }


def entry_facts(site: Site, entry: PublicEntry, promise: Promise) -> dict[str, Any]:
    """What `EntrySchema` lists."""
    record = entry.record
    return {
        **{name: getattr(record, name) for name in EntrySchema().fields if hasattr(record, name)},
        **summary_facts(site, entry),
        "contact": {
            "unit": record.provider_unit,
            "name": record.contact_name,
            "phone": record.contact_phone,
            "email": record.contact_email,
        },
        "license_url": site.license(record.license),
        "promise": promise_facts(entry, promise),
        "resources": [_resource_facts(site, record.name, resource) for resource in record.resources],
    }


def _resource_facts(site: Site, name: str, resource: RecordResource) -> dict[str, Any]:
    has_rows = resource.version is not None
    rows_url = f"{site.base_url}/api/v1/dataset/{name}/resource/{resource.id}/rows"
    return {
        "id": resource.id,
        "kind": resource.kind,
        "title": resource.title,
        "url": resource.url,
        "downloads": {suffix: site.data_file(name, resource.id, suffix) for suffix in MEDIA_TYPE} if has_rows else {},
        "rows_url": rows_url if has_rows else None,
        "version": resource.version,
    }
