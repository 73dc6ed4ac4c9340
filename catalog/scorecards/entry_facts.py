"""Facts about every entry that was public at the end of a day: one row an entry, for measures to add up.

What an entry says is its last revision published by then, what it holds are the versions published by then; an entry
withdrawn later counts as the public one it was. Two things are known only as they are now: the department that an
entry belongs to, and that it is suspended (it is left out).
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from catalog.fields import FIELDS, Field
from catalog.models import DataItem, Entry, Resource, Revision
from catalog.scorecards.json_sums import blank_cells
from catalog.steps import PUBLIC_STATES
from datasets.clock import end_of_day
from datasets.models import DataVersion

MACHINE_READABLE = (
    "csv", "tsv", "xls", "xlsx", "xlsb", "ods", "et", "json", "jsonl", "geojson", "xml", "rdf", "kml", "shp", "dbf",
    "parquet", "zip",
)  # fmt: skip
"""Formats whose structure a program can read; pdf, doc, pictures and scans are not among them.

A zip that was read holds one table."""

PUBLISHED_VERSIONS = ("published", "superseded")


def public_entries(on: dt.date) -> CTE:
    """The entries public at the end of `on`, each with its revision of that day.

    Columns: entry_id, revision_id, department_id, name, title, ordinal, domain, open_type, format_type.
    """
    after = _after(on)
    other = aliased(Revision)
    newest = (
        select(func.max(other.number))
        .where(other.entry_id == Revision.entry_id, other.published_at < after)
        .correlate(Revision)
        .scalar_subquery()
    )
    was_public = or_(Entry.state.in_(PUBLIC_STATES), and_(Entry.state == "withdrawn", Entry.withdrawn_at >= after))
    return (
        select(
            Entry.id.label("entry_id"),
            Revision.id.label("revision_id"),
            Entry.department_id,
            Entry.name,
            Revision.title,
            Entry.ordinal,
            Revision.domain,
            Revision.open_type,
            Revision.format_type,
        )
        .join(Entry, Entry.id == Revision.entry_id)
        .where(Revision.number == newest, was_public)
        .cte("public_entry")
    )


def entry_facts(on: dt.date) -> Subquery:
    """`public_entries` with what each holds: resources, rows, bytes, blank cells, personal data, copies.

    `percent` is the completeness of the metadata, 0 to 100, as `catalog.gaps.completeness` counts it. `title_place` and
    `own_rows` tell copies: the first entry of a department with a title has place 1; rows of a file
    whose content an earlier entry of the district already gave are not own. O(entries + versions), whatever is asked.
    """
    entries = public_entries(on)
    files, others = _files(entries, on), _others(on)
    place = func.row_number().over(
        partition_by=(entries.c.department_id, entries.c.title), order_by=(entries.c.ordinal, entries.c.name)
    )
    counts = [
        func.coalesce(column, 0).label(column.name)
        for table in (files, others)
        for column in table.c
        if column.name != "entry_id"
    ]
    return (
        select(entries, place.label("title_place"), _percent().label("percent"), *counts)
        .join(Revision, Revision.id == entries.c.revision_id)
        .outerjoin(files, files.c.entry_id == entries.c.entry_id)
        .outerjoin(others, others.c.entry_id == entries.c.entry_id)
        .subquery("facts")
    )


def _files(entries: CTE, on: dt.date) -> Subquery:
    """Sums over the file versions of each public entry."""
    version = _versions(on)
    copy_place = func.row_number().over(
        partition_by=version.c.content_sha256, order_by=(entries.c.ordinal, entries.c.name, version.c.resource_id)
    )
    one = (
        select(entries.c.entry_id, version, copy_place.label("copy_place"))
        .join(Resource, Resource.id == version.c.resource_id)
        .join(entries, entries.c.entry_id == Resource.entry_id)
        .where(_was_shown(on))
        .subquery("file_version")
    ).c
    is_readable = case((one.file_format.in_(MACHINE_READABLE), 1), else_=0)
    return (
        select(
            one.entry_id,
            func.count().label("files"),
            func.sum(is_readable).label("readable_files"),
            func.sum(one.row_count).label("rows"),
            func.sum(case((one.copy_place == 1, one.row_count), else_=0)).label("own_rows"),
            func.sum(one.byte_size).label("bytes"),
            func.sum(one.row_count * one.column_count).label("cells"),
            func.sum(one.blanks).label("blanks"),
            func.sum(one.is_overridden).label("overridden"),
        )
        .group_by(one.entry_id)
        .subquery("files")
    )


def _versions(on: dt.date) -> Subquery:
    """The public version of each resource at the end of `on`."""
    after = _after(on)
    other = aliased(DataVersion)
    newest = (
        select(func.max(other.number))
        .where(
            other.resource_id == DataVersion.resource_id,
            other.state.in_(PUBLISHED_VERSIONS),
            other.published_at < after,
        )
        .correlate(DataVersion)
        .scalar_subquery()
    )
    return (
        select(
            DataVersion.resource_id,
            DataVersion.content_sha256,
            DataVersion.file_format,
            DataVersion.byte_size,
            DataVersion.row_count,
            func.json_array_length(DataVersion.columns).label("column_count"),
            blank_cells(DataVersion.columns).label("blanks"),
            case((DataVersion.override_basis.is_not(None), 1), else_=0).label("is_overridden"),
        )
        .where(DataVersion.number == newest)
        .subquery("version_then")
    )


def _others(on: dt.date) -> Subquery:
    """Interfaces and links of each entry."""
    return (
        select(
            Resource.entry_id,
            func.sum(case((Resource.kind == "interface", 1), else_=0)).label("interfaces"),
            func.sum(case((Resource.kind == "link", 1), else_=0)).label("links"),
        )
        .where(Resource.kind != "file", _was_shown(on))
        .group_by(Resource.entry_id)
        .subquery("others")
    )


def _was_shown(on: dt.date) -> ColumnElement[bool]:
    after = _after(on)
    return and_(Resource.published_at < after, or_(Resource.retired_at.is_(None), Resource.retired_at >= after))


def _after(on: dt.date) -> dt.datetime:
    """The first instant after the day."""
    return end_of_day(on) + dt.timedelta(seconds=1)


@cache
def _percent() -> ColumnElement[int]:
    """`catalog.gaps.completeness` in SQL, made from the same table of fields; built once, for it is long."""
    always = [field for field in FIELDS.values() if field.counts or field.required]
    sometimes = [field for field in FIELDS.values() if field.required_if and field not in always]
    contact = or_(false(), *(_is_filled(field) for field in FIELDS.values() if field.one_of))
    wanted = sum((_one(_is_wanted(field)) for field in sometimes), start=literal(len(always) + 2))
    filled = sum((_one(_is_filled(field)) for field in always), start=_one(_has_items().exists()) + _one(contact))
    filled = sum((_one(and_(_is_wanted(field), _is_filled(field))) for field in sometimes), start=filled)
    return filled * 100 // wanted


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _has_items() -> Select[Any]:
    return select(literal(1)).where(DataItem.revision_id == Revision.id).correlate(Revision)


def _is_wanted(field: Field) -> ColumnElement[bool]:
    return or_(*(getattr(Revision, other).in_(allowed) for other, allowed in field.required_if))


def _is_filled(field: Field) -> ColumnElement[bool]:
    column = getattr(Revision, field.name, None)
    if column is None:
        return false()
    if field.kind == "list":
        return and_(column.is_not(None), cast(column, String).not_in(("[]", "null")))
    if field.kind in ("bool", "date", "number"):
        return column.is_not(None)  # type: ignore[no-any-return]
    return and_(column.is_not(None), column != "")
